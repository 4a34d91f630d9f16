"""Codes that lead to a conversation and to nobody: how they look, who may try them, and what stands in for them."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from nacl.pwhash import argon2id

from bot.domain import threads as rules
from bot.domain.ids import new_id
from bot.domain.limits import TOO_MUCH
from bot.domain.threads import Entry, Recipient, Side, Thread, accept_code, new_code, open_until, spelled
from bot.errors import Refusal
from bot.views import Ask, Done, Refused, Replace, Reply, Show
from storage.keys import KeyDirectory
from storage.limits import WritingLimits
from storage.thread_codes import ThreadCodes
from tests.attack.thief import steal
from tests.world import BATCH, BEFORE, OPENS, World

SPELLED = re.compile(r"(?:\d{4} ){3}\d{4}")
WRONG = "0000 0000 0000 0000"
NEXT = BATCH + timedelta(hours=18)


def test_a_code_has_sixteen_digits_in_four_groups() -> None:
    """Each is another one, leading zeros and all, and every digit turns up in every place."""
    codes = [new_code() for _ in range(2000)]
    assert len(set(codes)) == 2000
    assert all(re.fullmatch(r"[0-9]{16}", code) for code in codes)
    for place in range(16):
        assert min(Counter(code[place] for code in codes).values()) > 100
    assert spelled("0123456789012345") == "0123 4567 8901 2345"


@pytest.mark.parametrize(
    "typed", ["0123456789012345", " 0123 4567 8901 2345\n", "0123-4567-8901-2345", "0123\u201345678901 2345"]
)
def test_spaces_and_dashes_of_any_kind_are_accepted(typed: str) -> None:
    """However somebody wrote it down, the digits are what counts."""
    assert accept_code(typed) == "0123456789012345"


@pytest.mark.parametrize(
    "typed", ["", "12", "0123 4567 8901 234", "0123 4567 8901 23456", "0123 4567 8901 234x", "\u0661" * 16]
)
def test_what_is_not_a_code_is_refused_beside_its_field(typed: str) -> None:
    """With the sentence for an unknown code, which says what one looks like."""
    with pytest.raises(Refusal) as refused:
        accept_code(typed)
    assert (refused.value.message, refused.value.field) == (rules.UNKNOWN_CODE, "code")


def test_a_leader_leaves_a_coded_conversation_open_for_a_fortnight() -> None:
    """Its author is not told of an answer, so they get two weeks to come for it; others hear at the next batch."""
    asked = Entry("a", Side.STAFF, date(2026, 11, 16), "Please listen", BATCH)
    answered = Entry("b", Side.LEADER, date(2026, 11, 16), "We do", NEXT)
    plain = Thread("t", "o", "u", Recipient.LEADER, date(2026, 11, 16), entries=(asked, answered))
    coded = Thread("t", "o", "u", Recipient.LEADER, date(2026, 11, 16), entries=(asked, answered), coded=True)
    unanswered = Thread("t", "o", "u", Recipient.LEADER, date(2026, 11, 16), entries=(asked,), coded=True)
    assert open_until(plain) == (NEXT, rules.NOT_YET)
    assert open_until(coded) == (NEXT + timedelta(days=14), rules.NOT_READ)
    assert open_until(unanswered) == (BATCH, rules.NOT_YET)
    assert open_until(Thread("t", "o", "u", Recipient.LEADER, date(2026, 11, 16))) is None


async def test_a_hash_is_slow_and_of_one_organisation(tmp_path: Path) -> None:
    """The same code in two organisations leaves two hashes; each costs four passes of Argon2id over 64 megabytes."""
    receipts = ThreadCodes(KeyDirectory.open(tmp_path / "keys"))
    first = await receipts.hashed("o1", "0123456789012345")
    assert await receipts.hashed("o1", "0123456789012345") == first
    salt = (await receipts._secret("o1", b"salt"))[: argon2id.SALTBYTES]
    assert first == argon2id.kdf(32, b"0123456789012345", salt, opslimit=4, memlimit=64 * 2**20)
    assert await receipts.hashed("o2", "0123456789012345") != first
    assert await ThreadCodes(KeyDirectory.open(tmp_path / "keys")).hashed("o1", "0123456789012345") == first


async def test_a_ticket_is_good_for_one_person_and_half_an_hour(tmp_path: Path) -> None:
    """Nobody else can use it, it ends by itself, another organisation does not know it, and changed it is nothing."""
    receipts, thread, ann = ThreadCodes(KeyDirectory.open(tmp_path / "keys")), new_id(), new_id()
    ticket = await receipts.ticket("o1", thread, ann, BEFORE)
    almost, after = BEFORE + timedelta(minutes=29), BEFORE + timedelta(minutes=30)
    assert thread not in ticket
    assert await receipts.admitted("o1", ticket, ann, almost) == thread
    assert await receipts.admitted("o1", ticket, ann, after) is None
    assert await receipts.admitted("o1", ticket, new_id(), almost) is None
    assert await receipts.admitted("o2", ticket, ann, almost) is None
    assert await receipts.admitted("o1", "A" + ticket[1:-1] + "A", ann, almost) is None
    for nonsense in (thread, "", "x" * 40, "é" * 60, ticket[:80], "=" * 200):
        assert await receipts.admitted("o1", nonsense, ann, almost) is None


async def test_five_wrong_codes_and_no_more_for_ten_minutes(world: World) -> None:
    """The sixth try is refused even with the right code, for this person only, and only for ten minutes."""
    code = await _opened(world, "u5")
    for _ in range(5):
        assert _why(await world.ask("u5", "UseCode", code=WRONG)) == rules.UNKNOWN_CODE
    world.time[0] = BEFORE + timedelta(minutes=9, seconds=59)
    assert _why(await world.ask("u5", "UseCode", code=code)) == rules.TOO_MANY_CODES
    assert isinstance(await world.ask("u6", "UseCode", code=code), Ask)
    world.time[0] = BEFORE + timedelta(minutes=10)
    assert isinstance(await world.ask("u5", "UseCode", code=code), Ask)


async def test_many_wrong_codes_at_once_are_counted_too(small_world: World) -> None:
    """Twenty tries in one moment are five tries and fifteen refusals."""
    tries = await asyncio.gather(*(small_world.ask("u5", "UseCode", code=WRONG) for _ in range(20)))
    assert Counter(map(_why, tries)) == {rules.UNKNOWN_CODE: 5, rules.TOO_MANY_CODES: 15}


async def test_right_codes_and_slips_of_the_pen_are_not_counted(small_world: World) -> None:
    """Somebody who comes back ten times, or types fifteen digits, is not kept out."""
    code = await _opened(small_world, "u5")
    for _ in range(10):
        assert isinstance(await small_world.ask("u5", "UseCode", code=code), Ask)
        assert _why(await small_world.ask("u5", "UseCode", code=code[1:])) == rules.UNKNOWN_CODE


def test_a_day_s_allowance_is_each_person_s_own_and_new_every_day() -> None:
    """Thirty, wherever it is that day; what was spent before yesterday is not even remembered."""
    limits, day = WritingLimits(), BEFORE.date()
    for _ in range(30):
        limits.take("ann", day)
    with pytest.raises(Refusal, match="a lot for one day"):
        limits.take("ann", day)
    limits.take("bob", day)
    limits.take("ann", day + timedelta(days=1))
    with pytest.raises(Refusal, match="a lot for one day"):
        limits.take("ann", day)
    limits.take("bob", day + timedelta(days=2))
    assert set(limits._taken) == {("ann", day + timedelta(days=1)), ("bob", day + timedelta(days=2))}


async def test_thirty_a_day_of_conversations_and_stories_together(world: World) -> None:
    """The next is refused and kept nowhere, whichever it is; somebody else may go on, and everybody tomorrow."""
    await world.at(OPENS)
    for hear in ("here", "named", "code"):
        await world.ask("u5", "OpenThread", body="zq listen", hear=hear)
    await world.ask("u5", "StartStory", text="zq a draft")
    await world.ask("u5", "TellStory", text="zq told", audience="organisation")
    [thread] = [row for row in (await steal(world))["threads"] if row["route"]]
    for _ in range(25):
        assert isinstance(await world.ask("u5", "SayInThread", thread=thread["id"], body="And"), Replace)
    before = await steal(world)
    more: dict[str, dict[str, object]] = {
        "OpenThread": {"body": "zq listen"},
        "SayInThread": {"thread": thread["id"], "body": "And"},
        "StartStory": {"text": "zq a draft"},
        "TellStory": {"text": "zq told", "audience": "organisation"},
    }
    for action, values in more.items():
        assert _why(await world.ask("u5", action, **values)) == TOO_MUCH
    assert await steal(world) == before
    assert isinstance(await world.ask("u6", "TellStory", text="zq told", audience="organisation"), Show)
    world.time[0] = OPENS + timedelta(days=1)
    assert isinstance(await world.ask("u5", "TellStory", text="zq told", audience="organisation"), Show)


async def test_what_is_refused_for_another_reason_is_not_counted(small_world: World) -> None:
    """Somebody who presses send forty times with nothing written can still write."""
    for _ in range(40):
        assert isinstance(await small_world.ask("u5", "OpenThread", body=" "), Refused)
    assert isinstance(await small_world.ask("u5", "OpenThread", body="zq listen"), Show)


async def test_unknown_and_closed_are_answered_alike(world: World) -> None:
    """Whoever closed it: its code is then as good as any other, and its ticket too."""
    code = await _opened(world, "u5")
    reply = await world.ask("u5", "UseCode", code=code)
    assert isinstance(reply, Ask)
    closed = await world.ask("u5", "CloseThread", **reply.form.fixed)
    assert isinstance(closed, Ask)
    assert await world.ask("u5", "UseCode", code=code) == await world.ask("u6", "UseCode", code=WRONG)
    assert isinstance(await world.ask("u5", "SayInThread", body="More", **reply.form.fixed), Refused)
    assert isinstance(await world.ask("u5", "PutAway"), Done)
    [row] = (await steal(world))["threads"]
    assert (bool(row["closed"]), row["receipt"]) == (True, None)


async def test_all_that_an_author_with_a_code_is_answered_is_a_form(world: World) -> None:
    """A message would stay in the chat. What the forms carry is the ticket, never the code or the conversation's id."""
    opened = await world.ask("u5", "OpenThread", body="zq listen", hear="code")
    found = SPELLED.search(str(opened))
    assert found
    code = found[0]
    await world.at(BATCH)
    [row] = (await steal(world))["threads"]
    await world.ask("u0", "SayInThread", thread=row["id"], body="zq we do")
    world.time[0] = NEXT - timedelta(minutes=1)
    assert "zq we do" not in str(await world.ask("u5", "UseCode", code=code))
    world.time[0] = NEXT
    read = await world.ask("u5", "UseCode", code=code)
    assert isinstance(read, Ask)
    said = await world.ask("u5", "SayInThread", body="zq thanks", **read.form.fixed)
    closed = await world.ask("u5", "CloseThread", **read.form.fixed)
    assert "zq we do" in str(read)
    assert "zq thanks" in str(said)
    for reply in (opened, read, said, closed):
        assert isinstance(reply, Ask)
        assert not {code, code.replace(" ", ""), row["id"]} & {str(value) for value in reply.form.fixed.values()}
        assert str(row["id"]) not in str(reply)
    for reply in (read, said, closed):
        assert code not in str(reply)
        assert code.replace(" ", "") not in str(reply)
    assert not [view for view in world.mailbox.to("u5") if "reply" in view.title]


async def test_a_leader_answers_a_coded_conversation_as_any_other(world: World) -> None:
    """They are told that its author has to come for the answer, and can close it when two weeks have passed."""
    await world.ask("u5", "OpenThread", body="zq listen", hear="code")
    await world.at(BATCH)
    [row] = (await steal(world))["threads"]
    seen = await world.ask("u0", "ReadThread", thread=row["id"])
    assert "comes back with a code" in str(seen)
    assert isinstance(await world.ask("u0", "SayInThread", thread=row["id"], body="We do"), Replace)
    world.time[0] = NEXT + timedelta(days=13)
    refused = await world.ask("u0", "CloseThread", thread=row["id"])
    assert isinstance(refused, Refused)
    assert "comes back with a code" in refused.why
    world.time[0] = NEXT + timedelta(days=14)
    assert isinstance(await world.ask("u0", "CloseThread", thread=row["id"]), Replace)


async def test_a_code_opens_nothing_in_another_organisation_s_name(small_world: World) -> None:
    """The conversation's id in place of a ticket opens nothing for somebody who is not in it."""
    await _opened(small_world, "u5")
    [row] = (await steal(small_world))["threads"]
    for account in ("u5", "u6", "u14", "steward"):
        for command in ("ReadThread", "SayInThread", "CloseThread"):
            assert isinstance(await small_world.ask(account, command, thread=row["id"], body="Mine?"), Refused)


async def _opened(world: World, account: str) -> str:
    found = SPELLED.search(str(await world.ask(account, "OpenThread", body="zq listen", hear="code")))
    assert found
    return found[0]


def _why(reply: Reply) -> str:
    assert isinstance(reply, Refused)
    return reply.why
