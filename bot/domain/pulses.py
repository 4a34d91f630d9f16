"""What a pulse is and what it accepts. Pure: no clock, no database, no platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.ballots import COMMENT, Answer
from bot.domain.keeping import Keeping
from bot.domain.people import Segment
from bot.domain.questions import SCORES
from bot.errors import Refusal
from bot.wire import Flag, is_blank
from bot.words import N_

K_SCORES, K_COMMENTS = 5, 10
COMMENT_LONGEST = 500
MEASURE_DAYS = (0, 50, 100)

NEVER_LOWER = N_("How many must answer is fixed when a pulse opens: it may rise, and never fall. Nothing was changed.")
TOO_FEW = N_(
    "At least {k} people for scores and {k_comment} for comments: with fewer, somebody could be found out. Nothing was "
    "changed."
)
CLOSED = N_("This pulse has closed, so nothing was changed. The next one will come to you by itself.")
NOT_ASKED = N_("You were not asked in this pulse. The next one will come to you by itself.")
UNKNOWN_SCORE = N_("Please choose one of the five answers.")
UNKNOWN_ITEM = N_("That question is not part of this pulse.")
COMMENT_TOO_LONG = N_("Please keep it to {longest} characters. Yours has {n}; it was not saved.")
COMMENT_EMPTY = N_("Please write something, or press Cancel.")


ANSWERS = Keeping(N_("Answers to a pulse"), N_("sealed until it closes, then only counts and comments"))
ROSTER = Keeping(
    N_("That you were in the list when a pulse opened, and under which labels"),
    N_("{weeks} weeks; never whether you answered"),
    timedelta(weeks=13),
)
ASKED = Keeping(N_("That a pulse was sent to you"), N_("until it closes, then only how many were sent"))
RESULTS = Keeping(N_("Counts and comments that were published"), N_("as long as your organisation uses Hundred Days"))


class State(StrEnum):
    """Where a pulse is. Only an open one takes answers; a lost one had its keys destroyed before it could be read."""

    OPEN = "open"
    CLOSING = "closing"
    SEALED = "sealed"
    LOST = "lost"


TAKING = (State.OPEN, State.CLOSING)
"""A pulse that is not over: its keys are needed."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """One asking. Its questions, thresholds and segments are fixed when it opens.

    `trustee` is whose passphrase is needed to close it, if anybody's.
    """

    id: str
    organisation: str
    programme: str
    week: date
    items: tuple[str, ...]
    opens: datetime
    closes: datetime
    state: State = State.OPEN
    measure: bool = False
    k: int = K_SCORES
    k_comment: int = K_COMMENTS
    segments: tuple[Segment, ...] = ()
    trustee: str = ""

    def open_at(self, now: datetime) -> bool:
        """Whether answers are taken."""
        return self.state is State.OPEN and now < self.closes

    def waits(self, now: datetime) -> bool:
        """Whether its time has come and only its trustee can close it."""
        return bool(self.trustee) and self.state in {State.OPEN, State.CLOSING} and self.closes <= now


def accept_score(pulse: Pulse, item: str, score: int, now: datetime) -> Answer:
    """Turn a press on the scale into an answer, or say why not."""
    _require_open(pulse, now)
    if item not in pulse.items:
        raise Refusal(UNKNOWN_ITEM)
    if score not in SCORES:
        raise Refusal(UNKNOWN_SCORE)
    return Answer(item, score)


def accept_comment(pulse: Pulse, comment: str, quotable: Flag, now: datetime) -> Answer:
    """Turn what was written into an answer, or say why not."""
    _require_open(pulse, now)
    words = comment.strip()
    if is_blank(words):
        raise Refusal(COMMENT_EMPTY, field="comment")
    if len(words) > COMMENT_LONGEST:
        raise Refusal(COMMENT_TOO_LONG, field="comment", values={"longest": COMMENT_LONGEST, "n": len(words)})
    return Answer(COMMENT, None, words, quotable is Flag.YES)


def enough(k: int, k_comment: int) -> None:
    """Refuse thresholds below those that are promised to everybody."""
    if k < K_SCORES or k_comment < K_COMMENTS:
        raise Refusal(TOO_FEW, values={"k": K_SCORES, "k_comment": K_COMMENTS})


def raised(pulse: Pulse, k: int, k_comment: int) -> Pulse:
    """An open pulse with these thresholds, which may be higher than its own and never lower."""
    if pulse.state is not State.OPEN:
        raise Refusal(CLOSED)
    if k < pulse.k or k_comment < pulse.k_comment:
        raise Refusal(NEVER_LOWER)
    return replace(pulse, k=k, k_comment=k_comment)


def is_measure(starts: date, monday: date) -> bool:
    """Whether this week holds day 0, 50 or 100 of a programme: then the five index items are asked."""
    days = (starts + timedelta(days=day) for day in MEASURE_DAYS)
    return any(monday <= day < monday + timedelta(days=7) for day in days)


def _require_open(pulse: Pulse, now: datetime) -> None:
    if not pulse.open_at(now):
        raise Refusal(CLOSED)
