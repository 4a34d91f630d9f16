"""Attempts to make a pulse less anonymous after it has opened: by the service, and round it with SQL."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.administration import set_thresholds
from bot.domain.ids import new_id
from bot.domain.people import Segment
from bot.domain.programmes import Programme
from bot.domain.pulses import CLOSED, NEVER_LOWER, TOO_FEW, Pulse, State, raised
from bot.errors import Refusal, Unavailable
from bot.features.pulses.closing import close
from bot.plan import Due, WeeklyMoment, Work
from bot.plan import due as what_is_due
from bot.routes import COMMANDS, JOBS
from storage.engine import open_engines
from tests.attack.thief import steal
from tests.world import CLOSES, MONDAY, OPENS, World

KEPT = ("k", "k_comment", "items", "segments", "mode", "closes")
ATTEMPTS = (
    "UPDATE pulses SET k = 4",
    "UPDATE pulses SET k = 6",
    "UPDATE pulses SET k = 0, k_comment = 0",
    "UPDATE pulses SET k_comment = 11",
    "UPDATE pulses SET items = '[]'",
    """UPDATE pulses SET items = '["proud", "informed", "heard", "other"]'""",
    """UPDATE pulses SET segments = '["place"]'""",
    "UPDATE pulses SET mode = 'named'",
    "UPDATE pulses SET closes = opens",
    "UPDATE pulses SET seal = 'x'",
    "UPDATE pulses SET k = 6, state = 'closing'",
    "UPDATE pulses SET state = 'closing', mode = 'named'",
    "UPDATE programmes SET k = 4",
    "UPDATE programmes SET k_comment = 9",
)
REFUSED = r"less anonymous|at least 5 people"
COPIES = (("k", "4"), ("k_comment", "9"), ("mode", "'named'"))


async def tamper(world: World, statement: str) -> None:
    """Go round the service, with the rights of its own database user."""
    engines = open_engines(world.database)
    try:
        async with engines.write.begin() as connection:
            await connection.execute(text(statement))
    finally:
        await engines.dispose()


async def frozen(world: World) -> list[dict[str, object]]:
    """All that is promised about the pulses and programmes there are, as it lies in the database."""
    loot = await steal(world)
    return [{name: row[name] for name in KEPT} for row in loot["pulses"]] + [
        {name: row[name] for name in ("k", "k_comment")} for row in loot["programmes"]
    ]


@pytest.fixture
async def strict(world: World) -> World:
    """A council that wants seven and twelve, with an open pulse."""
    await set_thresholds(world.product.store, world.organisation, 7, 12, at_once=False)
    await world.at(OPENS)
    return world


async def test_p14_the_database_refuses_every_way_to_weaken_an_open_pulse(strict: World) -> None:
    """Lower thresholds, other questions, another dimension, names, an earlier close: refused, and nothing changed."""
    before = await frozen(strict)
    assert before[0]["k"] == 7 and before[0]["mode"] == "anonymous"
    for attempt in ATTEMPTS:
        with pytest.raises(DBAPIError, match=REFUSED):
            await tamper(strict, attempt)
    assert await frozen(strict) == before


async def test_p14_the_database_refuses_every_way_to_weaken_a_sealed_pulse(strict: World) -> None:
    """What was promised holds after the close as well, so nobody can claim later that it was less."""
    await strict.at(CLOSES)
    before = await frozen(strict)
    for attempt in ATTEMPTS:
        with pytest.raises(DBAPIError, match=REFUSED):
            await tamper(strict, attempt)
    assert await frozen(strict) == before


async def test_p14_no_weak_pulse_or_programme_can_be_put_in(strict: World) -> None:
    """A copy of the pulse or the programme with less than the least is refused, by any user of the database."""
    before = await frozen(strict)
    for table, copies in (("pulses", COPIES), ("programmes", COPIES[:2])):
        columns = [column for column in (await steal(strict))[table][0] if column not in {"at", "xmin"}]
        for changed, value in copies:
            given = {"id": f"'{new_id()}'", "week": "'2030-01-07'", changed: value}
            chosen = ", ".join(given.get(column, column) for column in columns)
            with pytest.raises(DBAPIError, match="at least 5 people"):
                await tamper(strict, f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table}")
    assert await frozen(strict) == before


async def test_p14_a_pulse_can_not_be_replaced_by_a_weaker_one(strict: World) -> None:
    """SQLite's REPLACE deletes without a word to the triggers; the insert that follows is refused."""
    if strict.database.startswith("postgres"):
        pytest.skip("PostgreSQL has no REPLACE")
    before = await frozen(strict)
    columns = list((await steal(strict))["pulses"][0])
    for changed in ({"k": "5"}, {"k": "5", "id": f"'{new_id()}'"}):
        chosen = ", ".join(changed.get(column, column) for column in columns)
        with pytest.raises(DBAPIError, match="at least 5 people"):
            await tamper(strict, f"REPLACE INTO pulses ({', '.join(columns)}) SELECT {chosen} FROM pulses")
    assert await frozen(strict) == before


async def test_p14_what_makes_a_pulse_more_anonymous_passes(strict: World) -> None:
    """The control: the triggers know up from down."""
    await tamper(strict, "UPDATE pulses SET k = 8, k_comment = 13")
    assert (await frozen(strict))[0]["k"] == 8


async def test_p14_the_service_refuses_less_than_it_promised(strict: World) -> None:
    """Below the least, or below what an open pulse promised: a sentence, and nothing is changed anywhere."""
    store, organisation = strict.product.store, strict.organisation
    before = await frozen(strict)
    for k, k_comment, why in ((4, 10, TOO_FEW), (5, 9, TOO_FEW), (6, 12, NEVER_LOWER), (7, 11, NEVER_LOWER)):
        with pytest.raises(Refusal) as refused:
            await set_thresholds(store, organisation, k, k_comment, at_once=True)
        assert refused.value.message == why
    assert await frozen(strict) == before


async def test_p14_the_store_refuses_what_a_later_version_of_the_service_might_let_through(strict: World) -> None:
    """Neither a lower threshold nor a pulse or programme under the least passes the store's own methods."""
    store, pulse = strict.product.store, await strict.pulse()
    before = await frozen(strict)
    async with store.begin() as tx:
        assert not await tx.pulses.set_thresholds(replace(pulse, k=5))
        assert not await tx.pulses.set_thresholds(replace(pulse, k_comment=10))
    with pytest.raises(Unavailable):
        async with store.begin() as tx:
            await tx.pulses.open(replace(pulse, id=new_id(), week=MONDAY + timedelta(days=7), k=4))
    assert await frozen(strict) == before


async def test_p14_thresholds_may_rise_and_hold_from_then_on(strict: World) -> None:
    """The programme's next pulse takes them; an open one only where it is asked for."""
    store, organisation = strict.product.store, strict.organisation
    await set_thresholds(store, organisation, 9, 14, at_once=False)
    assert ((await strict.pulse()).k, (await strict.pulse()).k_comment) == (7, 12)
    await set_thresholds(store, organisation, 8, 13, at_once=True)
    assert ((await strict.pulse()).k, (await strict.pulse()).k_comment) == (8, 13)
    await strict.at(CLOSES)
    await strict.at(OPENS + timedelta(days=7))
    assert ((await strict.pulse()).k, (await strict.pulse()).k_comment) == (8, 13)


async def test_p14_a_threshold_that_rose_while_the_pulse_was_open_is_kept_at_its_close(strict: World) -> None:
    """Even by a close that had looked at the pulse before: eight answers are shown to nobody where nine are needed."""
    for number in range(8):
        await strict.answer(f"u{number}", 4)
    seen = await strict.pulse()
    await set_thresholds(strict.product.store, strict.organisation, 9, 14, at_once=True)
    await close(seen, _work(strict))
    assert (await steal(strict))["numbers"] == []


async def test_p14_no_command_and_no_event_changes_what_was_promised(strict: World) -> None:
    """Nobody can send a threshold, a label or a mode: no command has a field for one."""
    sent = {field.name for kind in COMMANDS for field in fields(kind)}
    assert sent.isdisjoint({*KEPT, "threshold", "scores", "programme"})
    before = await frozen(strict)
    for event in (WeeklyMoment.OPEN, WeeklyMoment.REMIND):
        for item in _due(strict):
            for job in JOBS[event]:
                await job(item, _work(strict))
    assert await frozen(strict) == before


def _due(world: World) -> list[Due]:
    return list(what_is_due(world.organisation, world.programme, world.time[0]))


def _work(world: World) -> Work:
    composer = world.product.worker.deliverer.composer
    return Work(world.product.store, composer.languages, composer.themes, max(world.time[0], CLOSES))


def test_only_an_open_pulse_can_be_raised_and_none_lowered() -> None:
    """The rule itself: higher is kept, equal changes nothing, lower or too late is refused."""
    pulse = Pulse(new_id(), new_id(), new_id(), MONDAY, ("proud",), OPENS, CLOSES, k=7, k_comment=12)
    assert raised(pulse, 7, 12) == pulse
    assert raised(pulse, 8, 12) == replace(pulse, k=8)
    for k, k_comment in ((6, 12), (7, 11), (100, 0)):
        with pytest.raises(Refusal, match="never fall"):
            raised(pulse, k, k_comment)
    for state in set(State) - {State.OPEN}:
        with pytest.raises(Refusal) as refused:
            raised(replace(pulse, state=state), 9, 14)
        assert refused.value.message == CLOSED


@pytest.mark.parametrize(("k", "k_comment"), [(4, 10), (5, 9), (0, 0), (-1, 10)])
def test_no_programme_promises_less_than_five_and_ten(k: int, k_comment: int) -> None:
    """Not even for a moment, in memory."""
    with pytest.raises(Refusal) as refused:
        Programme(new_id(), new_id(), "Change", "", MONDAY, k=k, k_comment=k_comment, segments=(Segment.PLACE,))
    assert refused.value.message == TOO_FEW
