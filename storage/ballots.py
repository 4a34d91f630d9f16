"""Sealed answers: replaceable while a pulse is open, readable by nobody until it closes, gone afterwards."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import date

from nacl.public import PrivateKey
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ballots import COMMENT, Answer, Ballot
from bot.domain.people import Labels
from bot.domain.pulses import ANSWERS, TAKING, Pulse, State
from bot.domain.trustees import Trustee
from storage.keys import KEY_BYTES, SLOTS, KeyStore
from storage.rows.pulses import BallotRow, PulseRow
from storage.seal import OpeningKeys, SealingKeys, TamperedBallot, seal, unseal
from storage.sql import insert
from storage.subject import Ends, ErasureEffect, Keys, Personal, Subject, Way
from storage.trustees import seal_to

log = logging.getLogger(__name__)
AT_ONCE = 1000
Box = tuple[bytes, bytes]
"""A slot and what is sealed in it."""


def slots_key(pulse: str) -> str:
    """The name of the key that places answers."""
    return f"{SLOTS}{pulse}"


def opening_key(pulse: str) -> str:
    """The name of the key that opens answers."""
    return f"opening-{pulse}"


async def make_keys(keys: KeyStore, pulse: str, trustee: Trustee | None = None) -> bytes:
    """Make a pulse's keys; give the public one, vouched for. They are random: a derived key could be derived again.

    With a trustee, the key that opens answers is kept only as they can use it.
    """
    private, slots = PrivateKey.generate(), os.urandom(KEY_BYTES)
    await keys.put(slots_key(pulse), slots)
    await keys.put(opening_key(pulse), seal_to(trustee.public, bytes(private)) if trustee else bytes(private))
    return SealingKeys(slots, bytes(private.public_key)).seal


class SqlBallots:
    def __init__(self, session: AsyncSession, keys: KeyStore) -> None:
        self._session = session
        self._keys = keys

    async def cast(self, pulse: str, person: str, labels: Labels, answer: Answer) -> None:
        query = select(PulseRow.organisation_id, PulseRow.seal).where(PulseRow.id == pulse)
        organisation, public = (await self._session.execute(query)).one()
        sealing = SealingKeys.vouched(await self._keys.get(slots_key(pulse)), public or b"")
        slot, sealed = seal(sealing, person, labels, answer)
        values = {"pulse_id": pulse, "slot": slot, "organisation_id": organisation, "sealed": sealed}
        statement = insert(self._session, BallotRow).values(**values)
        place = [BallotRow.pulse_id, BallotRow.slot]
        await self._session.execute(statement.on_conflict_do_update(index_elements=place, set_={"sealed": sealed}))

    async def items_answered(self, pulse: Pulse, person: str) -> frozenset[str]:
        if pulse.state is not State.OPEN:
            return frozenset()
        sealing = SealingKeys(await self._keys.get(slots_key(pulse.id)), b"")
        slots = {sealing.slot(person, item): item for item in (*pulse.items, COMMENT)}
        query = select(BallotRow.slot).where(BallotRow.pulse_id == pulse.id, BallotRow.slot.in_(slots))
        return frozenset(slots[slot] for slot in await self._session.scalars(query))

    async def withdraw(self, pulse: str, person: str) -> None:
        row = await self._session.get_one(PulseRow, pulse)
        for key in (await self._keys.get_all({slots_key(pulse)})).values():
            sealing = SealingKeys(key, b"")
            slots = [sealing.slot(person, item) for item in (*row.items, COMMENT)]
            own = (BallotRow.pulse_id == pulse, BallotRow.slot.in_(slots))
            await self._session.execute(delete(BallotRow).where(*own))

    async def boxes(self, pulse: str, after: bytes) -> list[Box]:
        """The next sealed ballots after this slot, in the order of their slots, which is none."""
        query = select(BallotRow.slot, BallotRow.sealed).where(BallotRow.pulse_id == pulse, BallotRow.slot > after)
        found = await self._session.execute(query.order_by(BallotRow.slot).limit(AT_ONCE))
        return [(slot, sealed) for slot, sealed in found]


def open_all(keys: OpeningKeys, pulse: str, boxes: Sequence[Box]) -> list[Ballot]:
    """Open these boxes of a pulse. Takes somewhat less than a tenth of a millisecond each, so do it where nobody waits.

    A box that was tampered with counts for nothing, and must not keep the others from being counted.
    """
    opened = []
    for slot, sealed in boxes:
        try:
            opened.append(unseal(keys, slot, sealed))
        except TamperedBallot:
            log.error("ballot.tampered", extra={"pulse": pulse})  # noqa: TRY400 (a trace could hold values)
    return opened


async def keys_of_pulses(session: AsyncSession, _today: date) -> Keys:
    """The keys of pulses that are not over are needed; those of the others must be gone."""
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for pulse, state in await session.execute(select(PulseRow.id, PulseRow.state)):
        names[state in TAKING].update((slots_key(pulse), opening_key(pulse)))
    return Keys(frozenset(names[True]), frozenset(names[False]))


SUBJECT = Subject(
    "ballots",
    personal=(
        Personal(
            BallotRow.slot,
            ANSWERS,
            erased=ErasureEffect.GOES,
            departed=ErasureEffect.STAYS,
            ends=Ends.CLOSE,
            way=Way.LOCKED,
        ),
    ),
    keys=keys_of_pulses,
)
