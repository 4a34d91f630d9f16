"""The close of a pulse: stop taking answers, open and count them, publish what may be shown, and forget the rest."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from pydantic import SecretStr

from bot.domain import counting, trustees
from bot.domain.counting import Terms, seats
from bot.domain.groups import Rule
from bot.domain.people import Tree
from bot.domain.pulses import Pulse, State
from bot.domain.results import Results
from bot.domain.season import stand
from bot.errors import KeysLost, NotFound, Refusal, WrongPassphrase
from bot.plan import Due, Work
from bot.ports.seasons import Gathering
from bot.ports.store import Store
from bot.words import N_

log = logging.getLogger(__name__)
TOO_EARLY = N_("A pulse is never closed before the time that was announced.")


async def close_due(due: Due, work: Work) -> None:
    """Close the week's pulse if it is still open."""
    async with work.store.view() as tx:
        pulse = await tx.pulses.of_week(due.programme.id, due.week.monday)
    if pulse is not None and pulse.state in {State.OPEN, State.CLOSING}:
        await close(pulse, work)


async def close(pulse: Pulse, work: Work) -> None:
    """Close a pulse in three steps, so that nobody waits: stop taking answers; open and count them; publish and forget.

    Safe to do again after a crash at any point, and by several processes at once: the last step happens once. One with
    a trustee stops taking answers and waits.
    """
    if work.now < pulse.closes:
        raise Refusal(TOO_EARLY)
    if pulse.trustee and pulse.state is State.CLOSING:
        return
    pulse = await _stop_taking(pulse, work.store)
    if pulse.trustee:
        log.warning("pulse.waits", extra={"pulse": pulse.id})
    else:
        await _open_and_publish(pulse, work.store, work.now)


async def close_with(store: Store, pulse_id: str, passphrase: SecretStr, now: datetime) -> State:
    """Close a pulse with its trustee's passphrase; returns where it is then: sealed, or lost because its key was.

    Whoever asks must be allowed to: this looks at the passphrase, not at the person. Argon2 takes about a second.
    """
    async with store.view() as tx:
        pulse = await tx.pulses.get(pulse_id)
    if pulse is None:
        raise NotFound(N_("There is no such pulse."))
    if now < pulse.closes:
        raise Refusal(TOO_EARLY)
    if pulse.state in {State.OPEN, State.CLOSING}:
        try:
            await _open_and_publish(await _stop_taking(pulse, store), store, now, passphrase)
        except WrongPassphrase as error:
            raise Refusal(trustees.WRONG, field="passphrase") from error
    async with store.view() as tx:
        left = await tx.pulses.get(pulse_id)
    return left.state if left else State.LOST


async def _stop_taking(pulse: Pulse, store: Store) -> Pulse:
    """The pulse as it is from now on. Its thresholds may have risen since it was read; now they cannot any more."""
    async with store.begin() as tx:
        await tx.pulses.transition(pulse.id, State.OPEN, State.CLOSING)
        return await tx.pulses.get(pulse.id) or pulse


async def _open_and_publish(pulse: Pulse, store: Store, now: datetime, passphrase: SecretStr | None = None) -> None:
    first: bool | None = None
    while first is None:
        async with store.begin() as tx:
            await tx.seasons.recognise(pulse.organisation, now.date())
        async with store.view() as tx:
            gathering, tree = await tx.seasons.gather(pulse), await tx.people.tree(pulse.organisation)
        terms = await asyncio.to_thread(_terms, pulse, gathering, tree)
        try:
            respondents = await store.open_ballots(pulse.id, seats(gathering.tokens, terms), passphrase)
        except KeysLost:
            # Another process has just sealed it, or the key store was lost; `tidy` tells these apart.
            await store.tidy(now)
            return
        results = await asyncio.to_thread(counting.publish, respondents, terms)
        first = await _seal(pulse, results, gathering.state, store)
    await store.forget_keys(pulse.id)
    await store.forget_ballots(pulse.id)
    if first:
        log.info("pulse.sealed", extra={"pulse": pulse.id})


async def _seal(pulse: Pulse, results: Results, state: str, store: Store) -> bool | None:
    """Store what may be shown; False if it was done already, and None if another pulse was told meanwhile.

    Then what may be told beside that one has to be worked out again.
    """
    async with store.begin() as tx:
        found = await tx.pulses.get(pulse.id)
        if found is None or found.state is not State.CLOSING:
            return False
        if not await tx.seasons.keep(pulse, results.groups, state):
            log.info("pulse.overtaken", extra={"pulse": pulse.id})
            return None
        return await tx.results.seal(pulse, results)


def _terms(pulse: Pulse, gathering: Gathering, tree: Tree) -> Terms:
    """Under which terms a pulse is published, and who can be told together."""
    day = pulse.closes.date()
    rule = Rule(tree, pulse.k, day)
    standing = {
        item: stand(season, gathering.present, rule, pulse.segments) for item, season in gathering.seasons.items()
    }
    return Terms(tree, pulse.k, pulse.k_comment, day, gathering.present, standing, pulse.segments)
