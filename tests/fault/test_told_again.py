"""News of a conversation that may not have arrived: the fact is told again, a few times at most, while it is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.composing import Moment
from bot.delivery import Deliverer
from bot.domain.people import Address, Organisation, Platform
from bot.domain.threads import TELLINGS
from bot.features.ideas.notices import OwnIdeaAnswered, tell_author_again
from bot.features.threads.notices import TOLD_BEFORE, WAITING_STILL
from bot.ports.outbox import Ended
from bot.ports.sending import InDoubt, Messenger, Outcome, Sent
from bot.views import View
from bot.words import load_languages
from tests.attack.thief import steal
from tests.conftest import Databases
from tests.fault.troubles import LEASE, Killed
from tests.world import BATCH, OPENS, Mailbox, World, open_world

NEXT, AFTER = BATCH + timedelta(hours=18), BATCH + timedelta(days=1)
"""The batches after `BATCH`: nine and three on the day after."""
FIRST, AGAIN = "Somebody in Housing has written to you", "A conversation in Housing still waits for an answer"
REPLY, REPLY_AGAIN = "You have a reply", "You have a reply, if you have not read it yet"


@dataclass(slots=True)
class Doubtful(Mailbox):
    """A platform that answers 503 for some accounts, and cannot be looked at. `lands` whether it arrived after all."""

    looks: bool = False
    lands: bool = False
    failing: set[str] = field(default_factory=set)

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        if to.ref not in self.failing:
            return await Mailbox.send(self, to, view, key)
        if self.lands:
            await Mailbox.send(self, to, view, key)
        return InDoubt("HTTP 503")


async def test_a_leader_who_may_not_have_been_told_is_told_at_the_next_batch(small_doubt: World) -> None:
    """One 503, and the leader hears of it eighteen hours later; once that is certain, never again."""
    world, platform = small_doubt, _platform(small_doubt)
    await world.ask("u5", "OpenThread", body="Please listen")
    platform.failing = {"u0"}
    await world.at(BATCH)
    platform.failing = set()
    assert _titles(world, "u0") == []
    for minutes in range(0, 60 * 48, 360):
        await world.at(NEXT + timedelta(minutes=minutes))
    assert _titles(world, "u0") == [AGAIN]


async def test_nobody_is_told_more_often_than_a_few_times(small_doubt: World) -> None:
    """Where every 503 was a message that arrived, its reader has three, and the last two say what they are."""
    world, platform = small_doubt, _platform(small_doubt)
    platform.lands = True
    await world.ask("u5", "OpenThread", body="Please listen")
    platform.failing = {"u0"}
    for n in range(20):
        await world.at(BATCH + n * timedelta(hours=6))
    assert _titles(world, "u0") == [FIRST, *[AGAIN] * (TELLINGS - 1)]
    rows = [row for row in (await steal(world))["deliveries"] if row["notice"] == "ThreadWaiting"]
    assert [row["state"] for row in rows] == ["unknown"] * TELLINGS


@pytest.mark.parametrize("what", ["answered", "closed", "more was said"])
async def test_what_is_no_news_any_more_is_not_told_again(small_doubt: World, what: str) -> None:
    """A conversation that was answered or closed meanwhile does not wait; a newer message tells for both."""
    world, platform = small_doubt, _platform(small_doubt)
    opened = await world.ask("u5", "OpenThread", body="Please listen")
    platform.failing = {"u0"}
    await world.at(BATCH)
    platform.failing = set()
    [thread] = (await steal(world))["threads"]
    match what:
        case "answered":
            await world.ask("u0", "SayInThread", thread=thread["id"], body="We do")
        case "closed":
            await world.ask("u5", "CloseThread", thread=thread["id"])
        case _:
            await world.ask("u5", "SayInThread", thread=thread["id"], body="And more")
    for n in range(8):
        await world.at(NEXT + n * timedelta(hours=6))
    assert _titles(world, "u0") == ([FIRST] if what == "more was said" else []), opened


async def test_an_author_who_may_not_have_been_told_is_told_on_another_day(small_doubt: World) -> None:
    """The reply is news until one of the two says more."""
    world, platform = small_doubt, _platform(small_doubt)
    await _answered(world)
    platform.failing = {"u5"}
    await world.at(NEXT)
    platform.failing = set()
    await world.at(AFTER)
    assert _titles(world, "u5") == []
    for n in range(6):
        await world.at(NEXT + timedelta(days=1) + n * timedelta(hours=6))
    assert _titles(world, "u5") == [REPLY_AGAIN]


async def test_an_author_who_has_answered_is_not_told_again(small_doubt: World) -> None:
    """Whoever has written after a reply has read it."""
    world, platform = small_doubt, _platform(small_doubt)
    thread = await _answered(world)
    platform.failing = {"u5"}
    await world.at(NEXT)
    platform.failing = set()
    await world.ask("u5", "SayInThread", thread=thread, body="Thank you")
    for n in range(12):
        await world.at(NEXT + n * timedelta(hours=6))
    assert _titles(world, "u5") == []


async def test_a_close_takes_every_telling_with_it(small_doubt: World) -> None:
    """A platform keeps the id of what it was sent, so nothing of a closed conversation's replies stays queued."""
    world, platform = small_doubt, _platform(small_doubt)
    thread = await _answered(world)
    platform.failing = {"u5"}
    for n in range(20):
        await world.at(NEXT + n * timedelta(hours=6))
    told = [row for row in (await steal(world))["deliveries"] if row["notice"] == "ThreadAnswered"]
    assert len(told) == TELLINGS
    await world.ask("u5", "CloseThread", thread=thread)
    assert not [row for row in (await steal(world))["deliveries"] if row["notice"] == "ThreadAnswered"]


async def test_a_sender_that_dies_is_healed_once_whoever_finds_it(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the send and its end; two others find the doubt at one time. It is told again once."""
    async with _doubtful(database, tmp_path) as world:
        await world.ask("u5", "OpenThread", body="Please listen")
        _platform(world).failing = {"u0"}
        world.time[0] = BATCH
        with monkeypatch.context() as patch:
            patch.setattr(Deliverer, "_settle", _dies)
            with pytest.raises(Killed):
                await world.product.worker.deliverer.once()
        _platform(world).failing = set()
        world.time[0] = BATCH + LEASE
        await asyncio.gather(*(world.product.worker.deliverer.once() for _ in range(2)))
        rows = [row for row in (await steal(world))["deliveries"] if row["notice"] == "ThreadWaiting"]
        assert sorted(str(row["state"]) for row in rows) == ["due", "unknown"]
        await world.at(NEXT)
        await world.at(AFTER)
    assert _titles(world, "u0") == [AGAIN]


async def test_a_settlement_that_does_not_count_heals_nothing(world: World) -> None:
    """A worker that was thought dead, and comes back when another has sent it, does not have it told again."""
    await world.ask("u5", "OpenThread", body="Please listen")
    store = world.product.store
    async with store.begin() as tx:
        [stale] = await tx.outbox.claim(BATCH, 8)
        assert await tx.outbox.begin([(stale, "")], BATCH)
    async with store.begin() as tx:
        [fresh] = await tx.outbox.claim_doubtful(BATCH + LEASE)
        await tx.outbox.record_outcomes([Ended(fresh, Sent("1"))], BATCH + LEASE)
    again = await world.product.worker.deliverer.composer.again(stale)
    assert again
    async with store.begin() as tx:
        await tx.outbox.record_outcomes([Ended(stale, InDoubt("late"), again=again)], BATCH + LEASE)
    assert [row["state"] for row in (await steal(world))["deliveries"]] == ["done"]


def test_who_got_both_is_not_misled() -> None:
    """What is told again says so, in every language."""
    words = load_languages().words("cy", Organisation("", "").tz)
    assert all(words(said) != said for said in (*WAITING_STILL, TOLD_BEFORE))
    assert "before" in WAITING_STILL[1]
    assert "before" in TOLD_BEFORE


@pytest.fixture
async def small_doubt(empty_sqlite: Databases, tmp_path: Path) -> AsyncIterator[World]:
    async with _doubtful(empty_sqlite.sqlite(tmp_path), tmp_path) as world:
        yield world


@asynccontextmanager
async def _doubtful(database: str, folder: Path) -> AsyncIterator[World]:
    """The council on a platform that cannot be looked at, with its pulse sent."""
    platform = Doubtful()
    others: dict[Platform, Messenger] = {Platform.WEB: platform}
    async with open_world(database, folder, None, others) as world:
        world.mailbox = platform
        await world.at(OPENS)
        yield world


async def _answered(world: World) -> str:
    """A conversation whose leader has answered after three o'clock; returns its id."""
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.at(BATCH)
    [thread] = (await steal(world))["threads"]
    await world.ask("u0", "SayInThread", thread=thread["id"], body="We do")
    return str(thread["id"])


def _platform(world: World) -> Doubtful:
    assert isinstance(world.mailbox, Doubtful)
    return world.mailbox


def _titles(world: World, account: str) -> list[str]:
    """What this account was sent about conversations."""
    return [view.title for view in world.mailbox.to(account) if view.title in {FIRST, AGAIN, REPLY, REPLY_AGAIN}]


async def _dies(*_: object) -> None:
    raise Killed


async def test_the_author_of_an_idea_is_told_again_on_another_day(small_world: World) -> None:
    """Not at the next batch, whose hour would tell where on the globe they are; and three times at most."""
    organisation = small_world.organisation
    async with small_world.product.store.view() as tx:
        for hour in range(24):
            now = OPENS.replace(hour=hour)
            again = await tell_author_again(OwnIdeaAnswered("i", "i"), Moment(organisation, now, tx))
            assert again is not None and again.notice == OwnIdeaAnswered("i", "i", telling=2)
            assert again.when.due == (OPENS + timedelta(days=1)).replace(hour=9, minute=0)
        assert await tell_author_again(OwnIdeaAnswered("i", "i", telling=3), Moment(organisation, OPENS, tx)) is None
