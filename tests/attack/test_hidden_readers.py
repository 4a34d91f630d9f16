"""A reply to an unnamed author waits for their morning, and nothing stored tells when or where that is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.administration import import_people
from bot.domain.calendar import next_batch, waking
from bot.domain.people import Address, Platform
from bot.ports.sending import InDoubt, Later, Messenger, Outcome, Rejected
from bot.views import View
from storage.outbox import AGAIN
from tests.attack.thief import Rows, steal
from tests.conftest import Databases
from tests.world import BATCH, OPENS, Mailbox, World, open_world

MORNING = (BATCH + timedelta(days=1)).replace(hour=9)
"""When a reply written after three is handed over. It is four in New York then, and eight in the evening in Sydney."""
ZONES = {"london": "Europe/London", "york": "America/New_York", "sydney": "Australia/Sydney", "kolkata": "Asia/Kolkata"}
LOOK_EVERY = timedelta(minutes=25)
A_DAY_OF_LOOKS = [MORNING + n * LOOK_EVERY for n in range(57)]


@dataclass(slots=True)
class Deaf(Mailbox):
    """A platform on which one account fails."""

    account: str = ""
    fails: Outcome = field(default_factory=lambda: Later(1))

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        return self.fails if to.ref == self.account else await Mailbox.send(self, to, view, key)


@dataclass(slots=True)
class Mute(Mailbox):
    """A platform that answers 503 about replies, whoever they are for."""

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        return InDoubt("503") if "reply" in view.title else await Mailbox.send(self, to, view, key)


async def test_no_stored_time_tells_where_a_hidden_author_is(database: str, tmp_path: Path) -> None:
    """A reply that waits is due at the next full hour, whoever it is for; none goes at night, and each arrives once."""
    sent: dict[str, datetime] = {}
    async with answered(database, tmp_path, Mailbox()) as world:
        for now in A_DAY_OF_LOOKS:
            await world.at(now)
            rows = await replies(world)
            assert waiting_until(rows) <= {next_hour(now)}
            for account in ZONES:
                if told(world, account):
                    sent.setdefault(account, now)
        assert {account: len(told(world, account)) for account in ZONES} == dict.fromkeys(ZONES, 1)
        assert all(waking(when, ZoneInfo(ZONES[account])) == when for account, when in sent.items())
        assert len(set(sent.values())) > 2, "nobody had to wait"
        assert len({looks(row) for row in await replies(world)}) == 1


async def test_the_look_at_times_can_see(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a reply put off to their morning, as all other messages are, its time would tell the zone of its author."""
    monkeypatch.setattr("storage.outbox._hidden", lambda _: False)
    async with answered(database, tmp_path, Mailbox()) as world:
        await world.at(MORNING)
        assert not waiting_until(await replies(world)) <= {next_hour(MORNING)}


@pytest.mark.parametrize(
    ("fails", "state"),
    [(Rejected("blocked"), "dead"), (InDoubt("503"), "unknown"), (Later(7), "due"), (Later(7, lane=True), "due")],
)
async def test_a_reply_that_fails_tells_nothing_of_its_authors_account(
    database: str, tmp_path: Path, fails: Outcome, state: str
) -> None:
    """It keeps that it failed, and neither why, when nor how often; one that waits is due at a full hour."""
    deaf = Deaf(account="london", fails=fails, looks=False)
    async with answered(database, tmp_path, deaf) as world:
        await world.at(MORNING)
        rows = await replies(world)
        assert state in {row["state"] for row in rows}
        assert {row["reason"] for row in rows} == {""}
        assert waiting_until(rows) == {next_hour(MORNING)}
        assert {str(row["due"])[11:19] for row in rows if row["state"] != "due"} <= {"00:00:00"}


@asynccontextmanager
async def answered(database: str, folder: Path, messenger: Mailbox) -> AsyncIterator[World]:
    """One author in each zone has written without a name, and their leader has answered each."""
    others: dict[Platform, Messenger] = {Platform.WEB: messenger}
    async with open_world(database, folder, None, others) as world:
        world.mailbox = messenger
        await import_people(world.product.store, world.organisation, _authors())
        await world.at(OPENS)
        for account in ZONES:
            await world.ask(account, "OpenThread", body="Please listen")
        await world.at(BATCH)
        world.time[0] = BATCH + timedelta(minutes=5)
        for row in (await steal(world))["threads"]:
            await world.ask("boss", "SayInThread", thread=row["id"], body="We do")
        yield world


async def test_a_reply_told_again_does_not_tell_where_its_author_is(empty_sqlite: Databases, tmp_path: Path) -> None:
    """Every account fails in its own morning; all are told again at one time, and the rows that wait look alike."""
    async with in_doubt(empty_sqlite, tmp_path) as world:
        for telling in (1, 2):
            await through_the_day(world, MORNING + timedelta(days=telling - 1))
            rows = [row for row in await news(world) if str(row["key"]).count(AGAIN) == telling]
            assert len(rows) == len(ZONES)
            assert waiting_until(rows) == {MORNING + timedelta(days=telling)}
            assert len({looks(row) for row in rows}) == 1


async def test_the_look_at_tellings_can_see(
    empty_sqlite: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were it told again at the next batch, its time would tell on which side of it the author's morning lies."""
    monkeypatch.setattr("bot.domain.threads.told_again", lambda _, now, zone, closed: next_batch(now, zone, closed))
    async with in_doubt(empty_sqlite, tmp_path) as world:
        await through_the_day(world, MORNING)
        assert len(waiting_until([row for row in await news(world) if AGAIN in str(row["key"])])) > 1


@asynccontextmanager
async def in_doubt(databases: Databases, folder: Path) -> AsyncIterator[World]:
    """Replies to everybody, on a platform that answers 503 to all and cannot be looked at."""
    async with answered(databases.sqlite(folder), folder, Mute(looks=False)) as world:
        yield world


async def through_the_day(world: World, morning: datetime) -> None:
    """Look when the first are up, and whenever somebody else gets up."""
    for hours in (0, 1, 5, 13):
        await world.at(morning + timedelta(hours=hours, minutes=5))


async def replies(world: World) -> Rows:
    """The first news of each reply."""
    found = [row for row in await news(world) if AGAIN not in str(row["key"])]
    assert len(found) == len(ZONES)
    return found


async def news(world: World) -> Rows:
    return [row for row in (await steal(world))["deliveries"] if row["notice"] == "ThreadAnswered"]


def told(world: World, account: str) -> list[View]:
    """The news of a reply that this account was sent."""
    return [view for view in world.mailbox.to(account) if view.title == "You have a reply"]


def looks(row: dict[str, object]) -> str:
    """A row except what is random in it: its ids, those of its conversation, and its place."""
    random = {"id", "key", "at", "xmin", "values", "thread_id"}
    return str({column: value for column, value in row.items() if column not in random})


def waiting_until(rows: Rows) -> set[datetime]:
    """When those that wait will be looked at again."""
    due = (datetime.fromisoformat(str(row["due"])) for row in rows if row["state"] == "due")
    return {when.replace(tzinfo=UTC) for when in due}


def next_hour(now: datetime) -> datetime:
    return now.replace(minute=0) + timedelta(hours=1)


def _authors() -> bytes:
    rows = [f"{account},{account},Far,Council,staff,{zone},{account}" for account, zone in ZONES.items()]
    header = "key,name,unit,parent_unit,role,timezone,web_id"
    more = [f"f{n},Somebody {n},Far,Council,staff,Europe/London,f{n}" for n in range(4)]
    return "\n".join([header, *rows, *more, "boss,The leader,Far,Council,leader,Europe/London,boss"]).encode()
