"""Reminders that fail: no row tells who needed one, and what is lost is counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.audit.chance import tells_apart
from bot.delivery import Lots
from bot.domain.people import Address, Platform
from bot.features.pulses.notices import PulseReminder
from bot.ports.outbox import Ended, When
from bot.ports.sending import InDoubt, Later, Messenger, Outcome, Rejected, Sent
from bot.views import View
from tests.attack.thief import Rows, steal
from tests.fault.troubles import LEASE, Killed
from tests.soak.figures import SOAK
from tests.world import CLOSES, OPENS, REMINDS, Mailbox, World, open_world, staff_list

STEP = timedelta(minutes=4)
TRIES = 1_000
"""A column tells if in so many it would come up by chance less than once in `ONCE_IN`."""
EVERYBODY, ANSWERED, MOST = 50, 15, 42
FAILURES: dict[str, Outcome | Exception] = {
    "refused": Rejected("MessageWritesBlocked"),
    "in doubt": InDoubt("HTTP 503"),
    "in doubt, to be looked for": InDoubt("HTTP 503"),
    "later": Later(30),
    "later for all": Later(30, lane=True),
    "a defect": KeyError("a defect in drawing"),
    "too slow": TimeoutError(),
    "now and then": Later(30),
}
LOST = {"refused": "dead", "later": "dead", "in doubt": "unknown", "a defect": "unknown", "too slow": "unknown"}
"""As what is counted that could not be sent; the other failures pass."""


@dataclass(slots=True)
class Failing(Mailbox):
    """A platform that fails in one way, always or now and then."""

    fails: Outcome | Exception | None = None
    always: bool = True
    dice: Random = field(default_factory=lambda: Random(5))

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        if self.fails is None or not (self.always or self.dice.random() < 0.5):
            return await Mailbox.send(self, to, view, key)
        if isinstance(self.fails, Exception):
            raise self.fails
        return self.fails


@pytest.mark.parametrize("failing", FAILURES)
async def test_reminders_leave_no_trace_of_who_needed_one(database: str, tmp_path: Path, failing: str) -> None:
    """However sends fail, no copy tells who had answered, while some wait or afterwards; what was lost is counted."""
    async with a_reminder_that_fails(database, tmp_path, failing) as (world, platform):
        assert telling(await steal(world), exactly=failing != "now and then") == []
        for n in range(1, 10) if SOAK or failing in LOST else (1, 3, 9):
            await world.at(REMINDS + n * STEP)
            assert telling(await steal(world), exactly=False) == []
        platform.fails = None
        await world.at(REMINDS + 11 * STEP)
        loot = await steal(world)
        assert {row["state"] for row in loot["deliveries"]} == {"done"}
        assert telling(loot, exactly=True) == []
        lost = {LOST[failing]: EVERYBODY - ANSWERED} if failing in LOST else {}
        async with world.product.store.view() as tx:
            counts = await tx.outbox.count_by_state(world.time[0])
        if failing != "now and then":
            assert counts == {"done": 2 * EVERYBODY - sum(lost.values()), **lost}
        await world.at(CLOSES)
        found = [row for row in (await steal(world))["delivery_counts"] if row["notice"] == "PulseReminder"]
        assert sum(int(str(row["n"])) for row in found) == EVERYBODY
        assert {row["state"]: row["n"] for row in found if row["state"] != "done"} == {
            state: n for state, n in counts.items() if state != "done"
        }


@pytest.mark.parametrize("failing", ["refused", "later", "later for all", "in doubt, to be looked for"])
async def test_the_look_for_traces_can_see(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """Rows that keep how they ended, or nothing to say that is done at once, do tell who had answered.

    Where one failure stops the whole platform, only those are done who were among the eight that are taken first, in
    the order of random ids. With 42 of 50 who answered, it is none of them once in C(50, 8) = 540 million times.
    """
    answered = MOST if failing == "later for all" else ANSWERED
    monkeypatch.setattr(Lots, "draw", lambda *_: Sent(""))
    monkeypatch.setattr("storage.outcomes._ended", lambda state, reason, _: {"state": state, "reason": reason})
    async with a_reminder_that_fails(database, tmp_path, failing, answered) as (world, _):
        assert telling(await steal(world), exactly=failing == "later for all", answered=answered)


async def test_a_loss_is_counted_with_its_row_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies between the row and the count has done neither, and the next does both once."""
    await world.at(OPENS)
    pulse = await world.pulse()
    async with world.product.store.begin() as tx:
        await tx.outbox.fan_out(pulse, PulseReminder(pulse.id), When(OPENS))
        one = (await tx.outbox.claim(OPENS, 1))[0]
    lost = [Ended(one, Rejected("gone"))]
    with monkeypatch.context() as patch:
        patch.setattr("storage.outcomes.count", _dies)
        with pytest.raises(Killed):
            async with world.product.store.begin() as tx:
                await tx.outbox.record_outcomes(lost, OPENS)
    loot = await steal(world)
    assert loot["delivery_counts"] == []
    assert [row["state"] for row in loot["deliveries"] if row["id"] == one.id] == ["claimed"]
    for _ in range(2):
        async with world.product.store.begin() as tx:
            await tx.outbox.record_outcomes(lost, OPENS)
    assert sorted((row["state"], row["n"]) for row in (await steal(world))["delivery_counts"]) == [
        ("dead", 1),
        ("done", -1),
    ]


async def test_a_pulses_message_that_comes_too_late_is_counted_and_looks_like_the_others(world: World) -> None:
    """A service that comes back after they ran out ends each as done, and counts that they are lost."""
    await world.at(OPENS)
    pulse = await world.pulse()
    async with world.product.store.begin() as tx:
        await tx.outbox.fan_out(pulse, PulseReminder(pulse.id), When(OPENS, not_after=OPENS))
        assert await tx.outbox.claim(OPENS + LEASE, 8) == ()
        counts = await tx.outbox.count_by_state(OPENS + LEASE)
    assert counts == {"done": 28, "dead": 28}
    rows = [row for row in (await steal(world))["deliveries"] if row["notice"] == "PulseReminder"]
    assert {(row["state"], row["reason"], row["tries"]) for row in rows} == {("done", "", 0)}


@asynccontextmanager
async def a_reminder_that_fails(
    database: str, folder: Path, how: str, answered: int = ANSWERED
) -> AsyncIterator[tuple[World, Failing]]:
    """Fifty people were asked and so many have answered; the reminder goes out over a platform that fails like this."""
    platform = Failing(looks=how == "in doubt, to be looked for")
    others: dict[Platform, Messenger] = {Platform.WEB: platform}
    async with open_world(database, folder, staff_list(25, EVERYBODY - 26), others) as world:
        await world.at(OPENS)
        for number in range(answered):
            await world.answer(f"u{number}", 4)
        platform.fails, platform.always = FAILURES[how], how != "now and then"
        await world.at(REMINDS)
        yield world, platform


def telling(loot: dict[str, Rows], *, exactly: bool, answered: int = ANSWERED) -> list[str]:
    """The columns of the reminders that tell who had answered: by how they differ, or only better than chance can.

    By chance a column does so once in 10¹¹, and at most 2,500 are looked at in a run, which is once in 40 million runs.
    """
    keys = {f"k{number}" for number in range(answered)}
    those = frozenset(str(row["id"]) for row in loot["people"] if row["key"] in keys)
    rows = {str(row["person_id"]): row for row in loot["deliveries"] if row["notice"] == "PulseReminder"}
    assert len(those) == answered and len(rows) == EVERYBODY
    found = []
    for column in next(iter(rows.values())).keys() - {"id", "key", "person_id"}:
        values = {person: str(row[column]) for person, row in rows.items()}
        differs = exactly and column not in {"at", "xmin", "due"} and len(set(values.values())) > 1
        if differs or tells_apart(values, those, TRIES):
            found.append(column)
    return found


async def _dies(*_: object) -> None:
    raise Killed
