"""Sends in doubt, edits that race, nights, and deliveries that are broken: each was a real defect once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.administration import import_people
from bot.audit.chance import tells_apart
from bot.delivery import Lots
from bot.domain.people import Address, Platform
from bot.domain.pulses import State
from bot.errors import Misconfigured
from bot.features.pulses.notices import PulseReminder
from bot.ports.outbox import Ended, When
from bot.ports.sending import InDoubt, Later, Messenger, Outcome, Rejected, Sent
from bot.views import Refused, View
from storage.engine import open_engines
from storage.keys import KeyDirectory
from storage.store import match_keys
from tests.attack.thief import Rows, steal
from tests.soak.figures import SOAK
from tests.world import BATCH, BEFORE, CLOSES, DIGEST, OPENS, REMINDS, Mailbox, World, open_world, staff_list

LEASE = timedelta(seconds=61)


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


class Killed(BaseException):
    """The process died here."""


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


@dataclass(slots=True)
class Shaky(Mailbox):
    """A platform that answers 503 for a while. `lands` says whether the message arrived all the same."""

    broken: bool = True
    lands: bool = False
    edits_fail: int = 0
    poisoned: str = ""
    tried: list[str] = field(default_factory=list)

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        self.tried.append(to.ref)
        if to.ref == self.poisoned:
            raise KeyError("a defect in drawing")
        if not self.broken:
            return await Mailbox.send(self, to, view, key)
        if self.lands:
            await Mailbox.send(self, to, view, key)
        return InDoubt("HTTP 503")

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        if self.edits_fail:
            self.edits_fail -= 1
            return InDoubt("HTTP 503")
        return await Mailbox.update(self, to, ref, view)


@pytest.mark.parametrize("lands", [False, True])
async def test_a_message_in_doubt_is_looked_for_and_arrives_once(database: str, tmp_path: Path, lands: bool) -> None:  # noqa: FBT001
    """A platform that answers 503 to everything loses nobody their pulse, and sends nobody two."""
    shaky = Shaky(lands=lands)
    others: dict[Platform, Messenger] = {Platform.WEB: shaky}
    async with open_world(database, tmp_path, staff_list(4, 4), others) as world:
        await world.at(OPENS)
        shaky.broken = False
        await world.at(OPENS + LEASE)
        await world.at(OPENS + 3 * LEASE)
    assert sorted(to for to, _ in shaky.sent) == sorted([*(f"u{n}" for n in range(8)), "steward"])


async def test_a_look_that_fails_holds_up_nobody(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the platform cannot even be asked what arrived, a story is sent; afterwards nobody is asked twice."""
    shaky = Shaky()
    async with open_world(database, tmp_path, staff_list(4, 4), {Platform.WEB: shaky}) as world:
        await world.at(OPENS)
        shaky.broken = False
        with monkeypatch.context() as patch:
            patch.setattr(Shaky, "find", _no_answer)
            await world.ask("u5", "TellStory", text="Told", audience="organisation", named="yes")
            await world.at(OPENS + LEASE)
            assert [to for to, _ in shaky.sent if to == "general"] == ["general"]
        await world.at(OPENS + 3 * LEASE)
        await world.at(OPENS + 5 * LEASE)
    everybody = [*(f"u{n}" for n in range(8)), "steward", "general"]
    assert sorted(to for to, _ in shaky.sent) == sorted(everybody)


async def _no_answer(*_: object) -> None:
    raise ConnectionError("nobody there")


async def test_a_withdrawal_survives_edits_that_fail(tmp_path: Path) -> None:
    """An edit in doubt is made again, until the story is gone from the channel."""
    shaky = Shaky(broken=False, edits_fail=3)
    async with open_world(f"sqlite:///{tmp_path}/data/t.sqlite", tmp_path, None, {Platform.WEB: shaky}) as world:
        await world.ask("u5", "TellStory", text="Told", audience="organisation", named="yes")
        await world.at(BEFORE + timedelta(minutes=1))
        await world.ask("u5", "WithdrawStory", story=shaky.sent[-1][1].about)
        for minute in range(2, 30, 3):
            await world.at(BEFORE + timedelta(minutes=minute))
    assert "withdrawn" in shaky.edits[-1][1].title


async def test_the_second_story_of_a_digest_can_be_withdrawn_too(world: World) -> None:
    """A digest that was edited to show another story is edited again when that one goes."""
    await world.at(OPENS)
    for account in ("u5", "u6"):
        await world.ask(account, "TellStory", text=f"told by {account}", audience="organisation", named="yes")
    await world.at(DIGEST)
    for _ in range(2):
        shown = ([v for _, v in world.mailbox.edits if "what we said" in v.title] or world.mailbox.to("general"))[-1]
        teller = "u5" if "told by u5" in str(shown) else "u6"
        await world.ask(teller, "WithdrawStory", story=shown.about)
        await world.at(world.time[0] + timedelta(minutes=1))
    last = [view for _, view in world.mailbox.edits if "withdrawn" not in view.title]
    assert not last or "told by" not in str(last[-1])


async def test_one_broken_delivery_holds_up_nobody_and_is_not_repeated(tmp_path: Path) -> None:
    """A message that cannot be drawn is recorded as in doubt; all others go out."""
    shaky = Shaky(broken=False, poisoned="u3", looks=False)
    async with open_world(f"sqlite:///{tmp_path}/data/t.sqlite", tmp_path, None, {Platform.WEB: shaky}) as world:
        await world.at(OPENS)
        await world.at(OPENS + 2 * LEASE)
        assert shaky.tried.count("u3") == 1
        assert len(shaky.sent) == 27


async def test_nobody_is_written_to_at_night_after_a_break(world: World) -> None:
    """A service that comes back at two in the morning waits for eight."""
    night = (OPENS + timedelta(days=1)).replace(hour=2)
    await world.at(night)
    assert world.mailbox.sent == []
    await world.at(night.replace(hour=8))
    assert len(world.mailbox.sent) == 28


async def test_nobody_is_asked_and_reminded_in_one_breath(world: World) -> None:
    """A service that comes back on Wednesday asks, and reminds a day later at the earliest."""
    await world.at(REMINDS + timedelta(minutes=5))
    assert len(world.mailbox.sent) == 28
    await world.at(REMINDS + timedelta(hours=24, minutes=6))
    assert len(world.mailbox.sent) == 56


async def test_who_pauses_is_not_reminded(world: World) -> None:
    """What somebody was told when they paused is kept to, also for the pulse that is open."""
    await world.at(OPENS)
    await world.ask("u5", "SaveSettings", language="en", paused="yes")
    await world.at(REMINDS)
    assert len(world.mailbox.to("u5")) == 1
    assert len(world.mailbox.to("u6")) == 2


async def test_a_leader_who_looks_every_minute_learns_no_time(world: World) -> None:
    """Neither a thread nor an unnamed story is to be seen before its batch, in any list, digest or preview."""
    await world.at(OPENS)
    await world.ask("u5", "OpenThread", body="zq listen")
    await world.ask("u5", "TellStory", text="zq told", audience="organisation")
    thread = (await steal(world))["threads"][0]["id"]
    for when in (OPENS, BATCH - timedelta(minutes=1)):
        world.time[0] = when
        assert "none" in str(await world.ask("u0", "MyThreads"))
        assert isinstance(await world.ask("u0", "ReadThread", thread=thread), Refused)
        assert "zq" not in str(await world.ask("u0", "ShowDigest"))
    await world.at(BATCH)
    assert "zq listen" in str(await world.ask("u0", "ReadThread", thread=thread))


async def test_a_leader_can_not_close_before_their_answer_has_arrived(world: World) -> None:
    """The answer would be lost with the way back, so the close has to wait for it."""
    await world.at(OPENS)
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.at(BATCH)
    thread = (await steal(world))["threads"][0]["id"]
    await world.ask("u0", "SayInThread", thread=thread, body="We do")
    assert isinstance(await world.ask("u0", "CloseThread", thread=thread), Refused)
    await world.at(BATCH + timedelta(days=1))
    assert [view.title for view in world.mailbox.to("u5")].count("You have a reply") == 1
    assert not isinstance(await world.ask("u0", "CloseThread", thread=thread), Refused)


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


async def test_another_key_folder_is_refused_and_changes_nothing(world: World, tmp_path: Path) -> None:
    """A folder that is not mounted, or another one, stops the start: an open pulse must not look lost."""
    await world.at(OPENS)
    engines = open_engines(world.database)
    try:
        with pytest.raises(Misconfigured, match="not the key store"):
            await match_keys(engines, KeyDirectory.open(tmp_path / "other"))
    finally:
        await engines.dispose()
    assert (await world.pulse()).state is State.OPEN


async def test_a_small_teams_story_stays_in_the_team(world: World) -> None:
    """Without a name, a story for a team of three is refused instead of being shown to the whole organisation."""
    tiny = b"key,name,unit,parent_unit,web_id\nt1,A,Tiny,Council,t1\nt2,B,Tiny,Council,t2\nt3,C,Tiny,Council,t3\n"
    await import_people(world.product.store, world.organisation, tiny)
    refused = await world.ask("t1", "TellStory", text="zq for us three", audience="team")
    assert isinstance(refused, Refused)
    assert refused.field == "audience"
    await world.at(CLOSES)
    assert "zq" not in str(world.mailbox.sent)
