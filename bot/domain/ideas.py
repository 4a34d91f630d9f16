"""Ideas: what colleagues offer, back, and are answered; and what they think could be stopped."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.calendar import working_day, working_days_after
from bot.domain.keeping import Keeping
from bot.domain.people import THREAD_UNIT_MIN, Tree
from bot.errors import Refusal
from bot.wire import is_blank
from bot.words import N_, NC_

LONGEST = 500
MOST_HOURS, LONGEST_HOURS = 10_000, 5
ANSWER_DAYS = 10
"""Working days within which a leader answers."""
BAND = 5
"""How many back an idea is said in steps of five: one more must not tell who has just pressed."""
TELLINGS = 3
"""How often the same news is told at most, where it stays in doubt whether it arrived."""
WORD = re.compile(r"\w+")
DATES = (timedelta(weeks=2), timedelta(weeks=4), timedelta(weeks=8), timedelta(weeks=13))
FURTHEST = timedelta(weeks=15)
"""A date further away is not one that was offered, whatever holidays come between."""
PAGE = 5
IDEAS = Keeping(N_("An idea"), NC_("idea", "until you withdraw it"))
AUTHORS = Keeping(
    N_("Who offered an idea without a name"),
    N_("locked, and destroyed {days} days after the programme"),
    timedelta(days=90),
)
BACKING = Keeping(
    N_("That you back an idea"),
    N_("until {days} days after it was answered, then only how many did"),
    timedelta(days=14),
)
EMPTY = N_("Please say in a sentence what could be better.")
TOO_LONG = N_("Please keep it to {longest} characters. Yours has {n}; shorten it and send it again.")
NO_HOURS = N_("Please give the hours as a number, or leave it empty.")
NO_REASON = N_("Please say why. Whoever offered or backed it reads this.")
NO_DATE = N_("Please choose one of the dates.")
FROZEN = N_("Somebody backs it already, so its words stay as they are. You can withdraw it and offer another.")
HANDED_OVER = N_(
    "It stands without your name, so its words stay as they are: a change would tell when you made it. You can "
    "withdraw it and offer another."
)
ANSWERED = N_("This idea has been answered.")
GONE = N_("That idea is not there any more.")
OWN = N_("This is your own idea. It stands for itself.")
ITSELF = N_("Please choose another idea, not the same one.")
APART = N_("Whoever offered it wants it to stay by itself.")
UNNAMED = N_("It was offered without a name. Asking whose it is could show it, so it stays by itself.")
MERGED = N_("It was made one with another idea, and is answered there.")
ENDS = N_("The programme ends on {day}, before a leader would have to answer. Nothing was saved.")


class IdeaKind(StrEnum):
    """What sort of idea."""

    BETTER = "better"
    STOP = "stop"


KINDS = {IdeaKind.BETTER: N_("Something to do better"), IdeaKind.STOP: N_("Something to stop")}


class Verdict(StrEnum):
    """What a leader says to an idea."""

    PLANNED = "planned"
    DONE = "done"
    NOT_NOW = "not_now"


VERDICTS = {
    Verdict.PLANNED: NC_("idea", "We will do it"),
    Verdict.DONE: NC_("idea", "It is done"),
    Verdict.NOT_NOW: NC_("idea", "Not now"),
}


@dataclass(frozen=True, slots=True)
class IdeaAnswer:
    """What was said to an idea, why, and on which day. `by` is there where it is planned."""

    verdict: Verdict
    reason: str
    day: date
    by: date | None = None


@dataclass(frozen=True, slots=True)
class Idea:
    """An idea, or something that could be stopped. `hours` a month it would save, as far as its author knows; else 0.

    `author` is a person's id only where they chose to be named; otherwise it is empty, here and in the store. `into` is
    the idea that it was merged into, `same_as` the one that its author is asked about. `backed` is how many colleagues
    back it; `frozen`, that somebody ever did. `edition` rises with every change: what was composed before it is known
    by it. A withdrawn one is an empty shell, so that posts of it can say so.
    """

    id: str
    organisation: str
    programme: str
    unit: str
    kind: IdeaKind
    text: str
    hours: int
    day: date
    due: date
    shown_from: datetime | None = None
    author: str = ""
    answer: IdeaAnswer | None = None
    into: str = ""
    same_as: str = ""
    apart: bool = False
    withdrawn: bool = False
    backed: int = 0
    frozen: bool = False
    edition: int = 0

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answer is None and not self.into and not self.withdrawn

    def shown_at(self, now: datetime) -> bool:
        """Whether it may be shown: an unnamed one not before its batch, so that the moment of offering is lost."""
        return not self.withdrawn and (self.shown_from is None or self.shown_from <= now)

    def overdue(self, today: date) -> bool:
        """Whether its answer should have come by now."""
        return self.open and self.due < today


def accept_text(words: str) -> str:
    """An idea's words, trimmed, or why they are not accepted."""
    kept = words.strip()
    if is_blank(kept):
        raise Refusal(EMPTY, field="text")
    if len(kept) > LONGEST:
        raise Refusal(TOO_LONG, field="text", values={"longest": LONGEST, "n": len(kept)})
    return kept


def accept_hours(typed: str) -> int:
    """Hours a month, from nought to ten thousand; nought where nothing was said. Raises `Refusal`."""
    kept = typed.strip()
    if not kept:
        return 0
    if not kept.isascii() or not kept.isdigit() or len(kept) > LONGEST_HOURS or int(kept) > MOST_HOURS:
        raise Refusal(NO_HOURS, field="hours")
    return int(kept)


def accept_answer(verdict: Verdict, reason: str, by: str, today: date) -> IdeaAnswer:
    """An answer with its reason, and where it is planned with a day by when. Raises `Refusal`.

    The day is one that was offered when the form was opened, which may have been another day.
    """
    why = reason.strip()
    if is_blank(why):
        raise Refusal(NO_REASON, field="reason")
    if len(why) > LONGEST:
        raise Refusal(TOO_LONG, field="reason", values={"longest": LONGEST, "n": len(why)})
    if verdict is not Verdict.PLANNED:
        return IdeaAnswer(verdict, why, today)
    try:
        chosen = date.fromisoformat(by)
    except ValueError as error:
        raise Refusal(NO_DATE, field="by") from error
    if not today < chosen <= today + FURTHEST:
        raise Refusal(NO_DATE, field="by")
    return IdeaAnswer(verdict, why, today, chosen)


def due_on(day: date, closed: Container[date]) -> date:
    """The day by which an idea of this day is answered: the tenth working day after it."""
    return working_days_after(day, ANSWER_DAYS, closed)


def dates_from(today: date, closed: Container[date]) -> tuple[date, ...]:
    """Working days that a leader can promise something by: in two, four, eight and thirteen weeks."""
    return tuple(working_day(today + ahead, closed) for ahead in DATES)


def sheltering_unit(unit: str, tree: Tree, writers: Mapping[str, int]) -> str | None:
    """Where an idea without a name stands: the nearest unit, from its author's own upwards, that hides them.

    `writers` says how many of each unit could have written something, without those who answer. Who can stand in a unit
    below hides nobody above it. None where even the whole organisation is too small.
    """
    hidden_by = tree.shelters(writers, tree.units)
    return next((each for each in tree.up(unit) if hidden_by[each] >= THREAD_UNIT_MIN), None)


def last_day_to_offer(starts: date, days: int, day: date, due: date) -> date | None:
    """The last day of a programme that ends before an idea of this day is due; None where it is answered in time."""
    last = starts + timedelta(days=days - 1)
    return last if due > last >= day else None


def backed_by(idea: Idea, *, with_me: bool = False) -> int:
    """How many back an idea, as it may be said: rounded down to fives, without the one who asks."""
    return (idea.backed - with_me) // BAND * BAND


def most_alike(idea: Idea, others: Iterable[Idea]) -> Sequence[Idea]:
    """The others in the order of how many words they share with this one."""
    own = _words(idea)
    return sorted(others, key=lambda other: (-len(own & _words(other)) / (len(own | _words(other)) or 1), other.id))


@dataclass(frozen=True, slots=True)
class IdeaPage:
    """Some of the ideas there are: those of page `number`, which counts from nought, and whether more come after it."""

    ideas: tuple[Idea, ...]
    number: int
    more: bool


def page_of(ideas: Sequence[Idea], wanted: int) -> IdeaPage:
    """The page that is wanted, or the nearest one there is."""
    number = min(max(wanted, 0), max(len(ideas) - 1, 0) // PAGE)
    rest = ideas[number * PAGE :]
    return IdeaPage(tuple(rest[:PAGE]), number, len(rest) > PAGE)


def in_order(ideas: Iterable[Idea], answering: Container[str] = ()) -> Sequence[Idea]:
    """Those that wait for an answer first, and of these what the reader is to answer for one of these units.

    The most backed stand at the top; ids are random, so ties favour nobody.
    """
    return sorted(
        ideas,
        key=lambda idea: (not idea.open, not (idea.open and idea.unit in answering), -backed_by(idea), idea.id),
    )


def _words(idea: Idea) -> set[str]:
    return set(WORD.findall(idea.text.casefold()))
