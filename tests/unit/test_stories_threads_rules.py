"""What is accepted as a story, a message, a score and a comment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain import counting, pulses, stories, threads
from bot.domain.ballots import COMMENT, Answer
from bot.domain.pulses import Pulse, State, accept_comment, accept_score
from bot.domain.stories import accept_text
from bot.domain.threads import Entry, Recipient, Side, Thread, accept_body, require_open
from bot.errors import Refusal
from bot.wire import Flag

BLANK = ["", " ", "\n\t \r\n", "\u00a0\u2003"]
EMOJI = ["😀", "ŵ", "\U0001f3f4", "界"]
OPENS = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
CLOSES = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
PULSE = Pulse("p", "o", "g", date(2026, 11, 16), ("proud", "informed"), OPENS, CLOSES)
BATCH = datetime(2026, 11, 16, 15, tzinfo=UTC)
THREAD = Thread("t", "o", "u", Recipient.LEADER, date(2026, 11, 16))


# Stories


@pytest.mark.parametrize("character", ["x", *EMOJI])
def test_a_story_of_2000_characters_is_accepted_and_one_of_2001_is_not(character: str) -> None:
    """Characters are counted, not bytes; the refusal says how many there are, beside the right field."""
    assert accept_text(character * 2000, "text") == character * 2000
    with pytest.raises(Refusal) as refused:
        accept_text(character * 2001, "changed", required=False)
    assert (refused.value.message, refused.value.field) == (stories.TOO_LONG, "changed")
    assert refused.value.values == {"longest": 2000, "n": 2001}


@pytest.mark.parametrize("blank", BLANK)
def test_a_blank_story_is_refused_but_what_it_changed_may_be_left_out(blank: str) -> None:
    """White space of any kind is nothing: refused where words are required, kept as nothing where they are not."""
    with pytest.raises(Refusal) as refused:
        accept_text(blank, "text")
    assert (refused.value.message, refused.value.field) == (stories.EMPTY, "text")
    assert accept_text(blank, "changed", required=False) == ""


def test_a_story_is_trimmed_before_it_is_counted() -> None:
    """White space around a story does not count against it; inside, it stays."""
    assert accept_text(f"  a\n\nb{'x' * 1996}\n ", "text") == "a\n\nb" + "x" * 1996


# Threads


@pytest.mark.parametrize("character", ["x", *EMOJI])
def test_a_message_of_2000_characters_is_accepted_and_one_of_2001_is_not(character: str) -> None:
    """Characters are counted, not bytes, after trimming."""
    assert accept_body(f" {character * 2000}\n") == character * 2000
    with pytest.raises(Refusal) as refused:
        accept_body(character * 2001)
    assert (refused.value.message, refused.value.field) == (threads.TOO_LONG, "body")
    assert refused.value.values == {"longest": 2000, "n": 2001}


@pytest.mark.parametrize("blank", BLANK)
def test_a_blank_message_is_refused(blank: str) -> None:
    """Nothing cannot be sent."""
    with pytest.raises(Refusal) as refused:
        accept_body(blank)
    assert (refused.value.message, refused.value.field) == (threads.EMPTY, "body")


def test_nothing_more_is_said_in_a_closed_conversation() -> None:
    """A closed thread refuses, an open one does not."""
    require_open(THREAD)
    with pytest.raises(Refusal, match=threads.CLOSED):
        require_open(replace(THREAD, closed=True))


def test_a_conversation_waits_while_staff_spoke_last() -> None:
    """It is the leader's turn after staff have written, and no longer after an answer or the close."""
    asked = replace(THREAD, entries=(Entry("a", Side.STAFF, THREAD.opened, "Please listen", BATCH),))
    answered = replace(THREAD, entries=(*asked.entries, Entry("b", Side.LEADER, THREAD.opened, "We do", BATCH)))
    assert asked.waiting
    assert not answered.waiting
    assert not replace(asked, closed=True).waiting
    assert not THREAD.waiting


# Pulses


@pytest.mark.parametrize("score", range(1, 6))
def test_a_score_of_the_scale_is_accepted(score: int) -> None:
    """Each of the five answers to a question of the pulse is taken."""
    assert accept_score(PULSE, "proud", score, OPENS) == Answer("proud", score)


@pytest.mark.parametrize("score", [0, 6, -1, 10**9])
def test_a_score_off_the_scale_is_refused(score: int) -> None:
    """A made-up button cannot answer what nobody could press."""
    with pytest.raises(Refusal, match=pulses.UNKNOWN_SCORE):
        accept_score(PULSE, "proud", score, OPENS)


@pytest.mark.parametrize("item", ["challenge", COMMENT, "", "respondent"])
def test_a_question_that_was_not_asked_is_refused(item: str) -> None:
    """Only the pulse's own questions take a score; the comment is not one of them."""
    with pytest.raises(Refusal, match=pulses.UNKNOWN_ITEM):
        accept_score(PULSE, item, 3, OPENS)


@pytest.mark.parametrize("character", ["x", *EMOJI])
def test_a_comment_of_500_characters_is_accepted_and_one_of_501_is_not(character: str) -> None:
    """Characters are counted, not bytes, after trimming."""
    kept = accept_comment(PULSE, f" {character * 500}\n", Flag.YES, OPENS)
    assert kept == Answer(COMMENT, None, character * 500, quotable=True)
    with pytest.raises(Refusal) as refused:
        accept_comment(PULSE, character * 501, Flag.NO, OPENS)
    assert (refused.value.message, refused.value.values) == (pulses.COMMENT_TOO_LONG, {"longest": 500, "n": 501})
    assert refused.value.field == "comment"


@pytest.mark.parametrize("blank", BLANK)
def test_a_blank_comment_is_refused(blank: str) -> None:
    """Nothing is not a comment, and cannot replace one."""
    with pytest.raises(Refusal) as refused:
        accept_comment(PULSE, blank, Flag.NO, OPENS)
    assert (refused.value.message, refused.value.field) == (pulses.COMMENT_EMPTY, "comment")


def test_consent_to_be_quoted_is_given_and_never_taken() -> None:
    """A comment may be quoted only where the box was ticked."""
    assert [accept_comment(PULSE, "x", tick, OPENS).quotable for tick in (Flag.YES, Flag.NO)] == [True, False]


def test_answers_are_taken_to_the_last_second_and_not_after() -> None:
    """At the announced moment the pulse refuses, whatever its state; so does one that is closing, sealed or lost."""
    last = CLOSES - timedelta(seconds=1)
    assert accept_score(PULSE, "proud", 3, last).score == 3
    refusing = [(PULSE, CLOSES), *((replace(PULSE, state=state), last) for state in State if state is not State.OPEN)]
    for pulse, now in refusing:
        with pytest.raises(Refusal, match=pulses.CLOSED):
            accept_score(pulse, "proud", 3, now)
        with pytest.raises(Refusal, match=pulses.CLOSED):
            accept_comment(pulse, "x", Flag.NO, now)


@pytest.mark.parametrize(
    ("answered", "eligible", "band"),
    [(0, 10, 0), (1, 10, 10), (69, 100, 60), (70, 100, 70), (99, 100, 90), (100, 100, 90), (0, 0, 0)],
)
def test_a_rate_is_told_in_bands_of_ten(answered: int, eligible: int, band: int) -> None:
    """The rate is rounded down to ten per cent, and 90 stands for everything above, so that "all" is never said."""
    assert counting.rate_band(answered, eligible) == band


def test_what_the_other_side_wrote_is_seen_from_its_batch_on() -> None:
    """A leader who looks every minute sees nothing before nine or three; the author sees their own words at once."""
    asked = replace(THREAD, entries=(Entry("a", Side.STAFF, THREAD.opened, "Please listen", BATCH),))
    before = BATCH - timedelta(minutes=1)
    assert asked.seen_by(Side.LEADER, before).entries == ()
    assert asked.seen_by(Side.STAFF, before).entries == asked.entries
    assert asked.seen_by(Side.LEADER, BATCH).entries == asked.entries
    assert asked.on_its_way(before) == asked.entries[0]
    assert asked.on_its_way(BATCH) is None
