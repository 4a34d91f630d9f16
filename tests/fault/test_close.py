"""A close that is interrupted anywhere, a key store that is lost, and a backup that is restored."""

from __future__ import annotations

import asyncio

import pytest

import storage.ballots
import storage.forgetting
from bot.domain.pulses import State
from bot.errors import Misconfigured
from bot.views import Refused
from storage.ballots import opening_key
from storage.engine import open_engines
from storage.migrate import migrate
from storage.store import SqlStore
from tests.attack.thief import steal
from tests.exact import listening
from tests.world import CLOSES, OPENS, World


class Killed(BaseException):
    """The process died here."""


@pytest.mark.parametrize("step", ["open_ballots", "forget_keys", "forget_ballots", "_scrub"])
async def test_a_close_that_dies_is_finished_by_the_next(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever step it dies in, every answer is counted once, and the keys are gone in the end."""
    await world.at(OPENS)
    for number in range(12):
        await world.answer(f"u{number}", 4)
    with listening() as listener:
        with monkeypatch.context() as patch:
            patch.setattr(SqlStore, step, _dies)
            with pytest.raises(Killed):
                await world.at(CLOSES)
        await world.at(CLOSES)
        await world.product.worker.tidy()
    pulse = await world.pulse()
    assert pulse.state is State.SEALED
    loot = await steal(world)
    assert {tuple(heard.of(pulse.items[0])) for heard in listener.heard} == {(0, 0, 0, 12, 0)}
    assert [row["share"] for row in loot["numbers"] if row["item"] == pulse.items[0]]
    assert loot["ballots"] == []
    assert not [row for row in loot["deliveries"] if row["pulse_id"]]
    assert [(row["notice"], row["state"], row["n"]) for row in loot["delivery_counts"]] == [("PulseAsked", "done", 28)]
    assert not [path for path in world.keys.iterdir() if pulse.id in path.name]


async def test_two_replicas_close_one_pulse(world: World) -> None:
    """Both try at once; it is published once and nothing is counted twice."""
    await world.at(OPENS)
    for number in range(12):
        await world.answer(f"u{number}", 4)
    world.time[0] = CLOSES
    with listening() as listener:
        await asyncio.gather(world.product.worker.step(), world.product.worker.step())
    pulse = await world.pulse()
    assert pulse.state is State.SEALED
    numbers = (await steal(world))["numbers"]
    assert len({(row["unit_id"], row["item"]) for row in numbers}) == len(numbers) > 0
    assert [0, 0, 0, 12, 0] in [heard.of(pulse.items[0]) for heard in listener.heard]


async def test_answers_and_the_close_race_fairly(world: World) -> None:
    """An answer that was acknowledged is counted; one that came too late is refused; none is in between."""
    await world.at(OPENS)
    pulse = await world.pulse()
    for number in range(6):
        await world.answer(f"u{number}", 4)
    late = [world.ask(f"u{n}", "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=4) for n in range(6, 20)]
    world.time[0] = CLOSES
    with listening() as listener:
        closing = asyncio.create_task(world.product.worker.step())
        replies = await asyncio.gather(*late)
        await closing
    taken = sum(type(reply).__name__ == "Replace" for reply in replies)
    assert [heard.of(pulse.items[0])[3] for heard in listener.heard] == [6 + taken]


async def test_a_lost_key_store_loses_the_pulse_and_nothing_else(world: World) -> None:
    """Without its keys an open pulse is marked lost, its ballots are deleted, and the week after opens as planned."""
    await world.at(OPENS)
    await world.answer("u5", 4)
    pulse = await world.pulse()
    (world.keys / opening_key(pulse.id)).unlink()
    await world.product.worker.tidy()
    assert (await world.pulse()).state is State.LOST
    assert (await steal(world))["ballots"] == []
    await world.at(CLOSES)
    await world.at(OPENS.replace(day=23))
    assert (await world.pulse()).state is State.OPEN


async def test_a_pulse_half_forgotten_is_sealed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published, its keys destroyed and some ballots still there: it takes no answer, and the ballots are noise."""
    await world.at(OPENS)
    for number in range(12):
        await world.answer(f"u{number}", 4)
    pulse = await world.pulse()
    private = (world.keys / opening_key(pulse.id)).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, "forget_ballots", _dies)
        with pytest.raises(Killed):
            await world.at(CLOSES)
    loot = await steal(world)
    assert len(loot["ballots"]) == 12 * len(pulse.items)
    assert private not in [path.read_bytes() for path in world.keys.rglob("*") if path.is_file()]
    assert not [path for path in world.keys.iterdir() if pulse.id in path.name]
    press = {"pulse": pulse.id, "item": pulse.items[0], "score": 1}
    assert isinstance(await world.ask("u1", "AnswerPulse", **press), Refused)
    async with world.product.store.view() as tx:
        person = loot["people"][0]["id"]
        closed = await tx.pulses.get(pulse.id)
        assert closed is not None
        assert await tx.ballots.items_answered(closed, str(person)) == frozenset()


async def test_many_ballots_are_opened_and_forgotten_a_few_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the steps fall, each ballot is counted once, each delivery is counted once, and none is left."""
    monkeypatch.setattr(storage.ballots, "AT_ONCE", 7)
    monkeypatch.setattr(storage.forgetting, "AT_ONCE", 5)
    await world.at(OPENS)
    for number in range(12):
        await world.answer(f"u{number}", 4)
    world.time[0] = CLOSES
    with listening() as listener:
        await asyncio.gather(world.product.worker.step(), world.product.worker.step())
        await world.product.worker.tidy()
    loot = await steal(world)
    pulse = await world.pulse()
    assert [row["n"] for row in loot["delivery_counts"]] == [28]
    assert (loot["ballots"], [row for row in loot["deliveries"] if row["pulse_id"]]) == ([], [])
    assert [0, 0, 0, 12, 0] in [heard.of(pulse.items[0]) for heard in listener.heard]


async def test_a_key_store_that_is_taken_away_loses_no_pulse(world: World) -> None:
    """A folder that is unmounted while the service runs looks empty; that is said, and nobody's answers are deleted."""
    await world.at(OPENS)
    await world.answer("u5", 4)
    away = world.keys.rename(world.folder / "away")
    world.keys.mkdir(mode=0o700)
    with pytest.raises(Misconfigured, match="perhaps a folder is not mounted"):
        await world.product.worker.tidy()
    assert (await world.pulse()).state is State.OPEN
    world.keys.rmdir()
    away.rename(world.keys)
    await world.product.worker.tidy()
    assert len((await steal(world))["ballots"]) == len((await world.pulse()).items)


async def test_a_database_newer_than_the_code_is_refused(world: World) -> None:
    """The start says what to do, and changes nothing."""
    engines = open_engines(world.database)
    try:
        async with engines.write.begin() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(Misconfigured, match="newer version"):
            await migrate(engines)
    finally:
        await engines.dispose()


async def _dies(*_: object) -> None:
    raise Killed
