"""What is kept as long as was said, and no longer, on both databases: each row of the table just before and after."""

from __future__ import annotations

import re
from datetime import UTC, timedelta

import pytest

from bot.administration import connect, invite, leave
from bot.domain.groups import COUNTED, RECOGNITION
from bot.domain.keeping import Keeping
from bot.domain.messages import ENVELOPES, MESSAGES
from bot.domain.people import INVITATIONS, WORKSPACES, Platform
from bot.domain.pulses import ROSTER
from bot.domain.sessions import CODE_LASTS, CODES, Pass, Purpose
from bot.domain.stories import DRAFTS, TELLERS
from bot.domain.threads import THREADS
from bot.ports.outbox import Ended
from bot.ports.sending import Rejected
from bot.privacy_notice import kept, notice
from bot.routes import RETENTION
from bot.words import LANGUAGES, load_languages
from storage.repositories import SUBJECTS
from tests.attack.thief import Rows, steal
from tests.world import BATCH, CLOSES, OPENS, WORKSPACE, World

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


async def rows(world: World, table: str) -> Rows:
    return (await steal(world))[table]


async def test_who_was_asked_is_forgotten_after_thirteen_weeks(world: World) -> None:
    """The roster goes, then who was counted with whom, then by what people are recognised; the numbers stay."""
    await world.at(OPENS)
    for number in range(8):
        await world.answer(f"u{number}", 4)
    await world.at(CLOSES)
    await world.product.store.tidy(OPENS + ROSTER.lasts())
    assert await rows(world, "pulse_roster")
    await world.product.store.tidy(OPENS + ROSTER.lasts() + DAY)
    loot = await steal(world)
    assert loot["pulse_roster"] == []
    assert loot["season_groups"] and loot["recognitions"]
    await world.product.store.tidy(CLOSES + COUNTED.lasts())
    assert (await steal(world))["season_groups"] == []
    await world.product.store.tidy(OPENS.replace(day=1) + RECOGNITION.lasts())
    assert await rows(world, "recognitions")
    await world.product.store.tidy(OPENS.replace(day=1) + RECOGNITION.lasts() + DAY)
    assert await rows(world, "recognitions") == []
    assert loot["numbers"]


async def test_the_close_takes_answers_and_to_whom_the_pulse_was_sent(world: World) -> None:
    """A moment before it both are there; after it neither is, and only how many were sent."""
    await world.at(OPENS)
    for number in range(8):
        await world.answer(f"u{number}", 4)
    await world.at(CLOSES - SECOND)
    before = await steal(world)
    assert before["ballots"] and [row for row in before["deliveries"] if row["pulse_id"]]
    await world.at(CLOSES)
    after = await steal(world)
    assert after["ballots"] == [] == [row for row in after["deliveries"] if row["pulse_id"]]
    assert sum(int(str(row["n"])) for row in after["delivery_counts"]) >= 27


async def test_the_way_back_to_unnamed_tellers_goes_ninety_days_after_the_programme(world: World) -> None:
    """Then not even the key store and the database together tell who told a story; the story stays."""
    await world.at(OPENS)
    await world.ask("u5", "TellStory", text="A story", audience="organisation")
    end = OPENS + timedelta(days=100) + TELLERS.lasts()
    await world.product.store.tidy(end)
    assert [path for path in world.keys.iterdir() if path.name.startswith("stories-")]
    assert all(row["route"] for row in await rows(world, "stories"))
    await world.product.store.tidy(end + DAY)
    assert not [path for path in world.keys.iterdir() if path.name.startswith("stories-")]
    [story] = await rows(world, "stories")
    assert (story["text"], story["route"]) == ("A story", None)


async def test_a_draft_is_forgotten_after_thirty_days(world: World) -> None:
    """A draft that nobody shared goes; a story that was shared stays."""
    await world.at(OPENS)
    await world.ask("u5", "StartStory", text="A draft")
    await world.ask("u5", "TellStory", text="A story", audience="organisation")
    await world.product.store.tidy(OPENS + DRAFTS.lasts())
    assert {row["text"] for row in await rows(world, "stories")} == {"A draft", "A story"}
    await world.product.store.tidy(OPENS + DRAFTS.lasts() + DAY)
    assert {row["text"] for row in await rows(world, "stories")} == {"A story"}


async def test_a_conversation_is_closed_after_ninety_silent_days(world: World) -> None:
    """Its way back and its key go; its words stay with those they were written to."""
    await world.at(OPENS)
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.product.store.tidy(OPENS + THREADS.lasts())
    assert [bool(row["closed"]) for row in await rows(world, "threads")] == [False]
    await world.product.store.tidy(OPENS + THREADS.lasts() + DAY)
    assert [(bool(row["closed"]), row["route"]) for row in await rows(world, "threads")] == [(True, None)]
    assert not [path for path in world.keys.iterdir() if path.name.startswith("thread-")]
    assert [row["body"] for row in await rows(world, "entries")] == ["Please listen"]


async def test_that_a_message_was_sent_is_forgotten_within_seven_days(world: World) -> None:
    """One that failed keeps its day, and goes when the time has passed; one that is still to be sent stays."""
    await world.at(OPENS)
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.product.store.tidy(BATCH + 2 * MESSAGES.lasts())
    assert [row["state"] for row in await rows(world, "deliveries") if not row["pulse_id"]] == ["due"]
    async with world.product.store.begin() as tx:
        claimed = await tx.outbox.claim(BATCH, 100)
        await tx.outbox.record_outcomes([Ended(delivery, Rejected("account_inactive")) for delivery in claimed], BATCH)
    day = BATCH.replace(hour=0)
    await world.product.store.tidy(day + MESSAGES.lasts())
    assert [row for row in await rows(world, "deliveries") if not row["pulse_id"]]
    await world.product.store.tidy(day + MESSAGES.lasts() + SECOND)
    assert [row for row in await rows(world, "deliveries") if not row["pulse_id"]] == []


async def test_a_code_is_forgotten_when_its_time_has_passed(world: World) -> None:
    """Nobody can use it any more, so nobody need know that it was there."""
    async with world.product.store.begin() as tx:
        member = await tx.people.member_by_account(world.person("u5"))
        assert member is not None
        given = Pass(world.organisation.id, member.person.id, Purpose.CHAT, OPENS + CODE_LASTS)
        await tx.codes.issue({"hash": given})
    await world.product.store.tidy(OPENS + CODE_LASTS - SECOND)
    assert await rows(world, "codes")
    await world.product.store.tidy(OPENS + CODE_LASTS)
    assert await rows(world, "codes") == []


async def test_an_invitation_is_forgotten_after_fourteen_days(world: World) -> None:
    """A moment before it still connects a workspace; afterwards not even its hash is there."""
    for _ in range(2):
        code = await invite(world.product.store, world.organisation, OPENS)
    last = OPENS + INVITATIONS.lasts() - SECOND
    await world.product.store.tidy(last)
    assert await connect(world.product.store, code, Platform.SLACK, "T1", last) == world.organisation.id
    assert len(await rows(world, "invitations")) == 1
    await world.product.store.tidy(last + SECOND)
    assert await rows(world, "invitations") == []


async def test_a_handled_envelope_is_forgotten_after_two_days(world: World) -> None:
    """It is remembered while a platform might send it again, and then no more."""
    async with world.product.store.begin() as tx:
        assert await tx.inbox.record_if_new("e1", OPENS.date())
        assert not await tx.inbox.record_if_new("e1", OPENS.date())
    await world.product.store.tidy(OPENS + ENVELOPES.lasts())
    assert await rows(world, "envelopes")
    await world.product.store.tidy(OPENS + ENVELOPES.lasts() + DAY)
    assert await rows(world, "envelopes") == []


async def test_a_workspace_that_left_is_forgotten_after_thirty_days(world: World) -> None:
    """With the last one goes all that there is of its organisation: see test_departures for what stays of others."""
    assert await leave(world.product.store, Platform.WEB, WORKSPACE, OPENS)
    await world.product.store.tidy(OPENS + WORKSPACES.lasts())
    assert await rows(world, "people")
    await world.product.store.tidy(OPENS + WORKSPACES.lasts() + DAY)
    loot = await steal(world)
    assert {table for table, found in loot.items() if found} <= {"installation", "alembic_version", "envelopes"}


# The table itself


def test_every_row_with_a_clock_is_kept_by_a_purge() -> None:
    """No promise in the table is without something that keeps it, and nothing is forgotten that is not in it."""
    timed = {keeping for keeping in RETENTION if keeping.time is not None}
    kept_by = [purge.keeps for subject in SUBJECTS for purge in subject.purges if purge.keeps]
    assert sorted(map(str, kept_by)) == sorted(map(str, timed | {CODES}))
    assert len(set(RETENTION)) == len(RETENTION)


@pytest.mark.parametrize("keeping", [keeping for keeping in RETENTION if keeping.time is None])
def test_what_no_clock_ends_has_no_time(keeping: Keeping) -> None:
    """Asking for one is a mistake, and says so."""
    with pytest.raises(ValueError, match="no clock ends"):
        keeping.lasts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_shows_the_whole_table_in_each_language(language: str) -> None:
    """Every row stands in the notice to staff, with its number filled in."""
    words = load_languages().words(language, UTC)
    shown = kept(RETENTION, words)
    assert len(shown) == len(RETENTION)
    assert str(notice(RETENTION, words)).count(str(shown)) == 1
    for (_, how_long), row in zip(shown, RETENTION, strict=True):
        assert not re.search(r"[{}]", how_long)
        assert row.time is None or re.search(rf"\b({row.numbers['days']}|{row.numbers['weeks']})\b", how_long)
