"""What a weekly digest may say about a unit. Pure: results, comments and themes in, numbers that may be shown out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.people import Tree
from bot.domain.programmes import Programme
from bot.domain.publishing import publishable
from bot.domain.pulses import Pulse
from bot.domain.quotes import Review
from bot.domain.results import PublishedComment, Results
from bot.domain.themes import Sentiment, Theme, ThemeReport

QUOTE_AUTHORS = 5
MOSTLY = 0.6
SHORTEST_QUOTE, LONGEST_QUOTE = 6, 60
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Span:
    """What a digest tells of: from the day of the digest before it, up to the day before its own.

    The day is all that is kept of when a story was told, so a day belongs to one digest as a whole, and whatever comes
    on the day itself to the next: no story stands in two digests and none between them, however late one is sent. Days
    are the organisation's; a batch keeps the day it has in UTC.
    """

    last: datetime
    own: datetime
    zone: ZoneInfo

    @property
    def days(self) -> tuple[date, date]:
        """The first day, and the first that is the next digest's."""
        return self.last.astimezone(self.zone).date(), self.own.astimezone(self.zone).date()

    @property
    def batches(self) -> tuple[datetime, datetime]:
        """The same for what is handed over in batches."""
        return _midnight(self.last), _midnight(self.own)


@dataclass(frozen=True, slots=True)
class ShownTheme:
    """A theme with how many comments it has, and how they feel; None where too few could be scored, or it is mixed."""

    theme: Theme
    n: int
    mood: Sentiment | None


@dataclass(frozen=True, slots=True)
class DigestWeek:
    """What a unit's digest of a week is made of: only what may be shown of it. `monday` is the week's."""

    programme: Programme
    monday: date
    pulse: Pulse | None
    results: Results
    tree: Tree
    unit: str
    comments: tuple[PublishedComment, ...]
    themes: tuple[ShownTheme, ...]

    @property
    def told_of(self) -> str | None:
        """The unit itself if there is any number of it, else the nearest one above; None where there is none."""
        known = {own.unit for own in self.results.numbers} | {own.unit for own in self.results.turnouts}
        return next((unit for unit in self.tree.up(self.unit) if unit in known), None)


def in_scope(results: Results, unit: str, tree: Tree, k_comment: int) -> tuple[PublishedComment, ...]:
    """The comments a unit's digest is about: those published for it or below, if there are enough."""
    inside = tuple(c for c in results.comments if tree.inside(c.unit, unit))
    return inside if len(inside) >= k_comment else ()


def countable(
    report: ThemeReport, comments: Sequence[PublishedComment], unit: str, tree: Tree, k: int
) -> frozenset[str]:
    """The themes whose comments may be counted in a unit, from a report on the comments of the whole organisation.

    Each theme is judged like a score, over all units at once, so that no digest less another singles out a few.
    """
    cells: dict[str, Counter[str]] = {}
    for item in report.items:
        for key in item.themes:
            cells.setdefault(key, Counter())[comments[item.row].unit] += 1
    return frozenset(key for key, counts in cells.items() if unit in publishable(tree, counts, k))


def shown_themes(report: ThemeReport, may_count: Collection[str], k: int) -> list[ShownTheme]:
    """A unit's own themes, of those that may be counted there."""
    return [
        ShownTheme(theme, len(theme.rows), mood(theme, k))
        for theme in report.themes
        if theme.key in may_count and len(theme.rows) >= k
    ]


def mood(theme: Theme, k: int) -> Sentiment | None:
    """How most of a theme's comments feel, if that can be said of enough of them."""
    scored = sum(theme.sentiment.values())
    if scored < k:
        return None
    most, n = max(theme.sentiment.items(), key=lambda pair: pair[1])
    return most if n / scored >= MOSTLY and most is not Sentiment.NEUTRAL else None


def may_be_offered(comment: PublishedComment) -> bool:
    """Whether a steward is asked about a comment: its writer allows it, and it is neither a scrap nor a speech."""
    return comment.quotable and SHORTEST_QUOTE <= len(comment.body.split()) <= LONGEST_QUOTE


def quotable_in(
    comments: Collection[PublishedComment], unit: str, root: str, spent: Collection[str] = ()
) -> frozenset[str]:
    """Which of a week's comments, by id, the digest of a unit may quote.

    Somebody must have looked at it and agreed. A comment is one writer's, so that writer is quoted once in all digests
    of a week: each belongs to one digest alone, that of the organisation or that of the unit it was published for, by
    turns. It does not depend on what is drawn first, and no two digests can be laid beside each other.

    Words are quoted once, too, whoever writes them again: `spent` are those that digests of earlier weeks could quote.
    """
    turns: dict[str, int] = {}
    found = set()
    said = {_bare(words) for words in spent}
    for comment in sorted(comments, key=lambda each: each.id):
        if may_be_offered(comment) and comment.review is Review.APPROVED and _bare(comment.body) not in said:
            said.add(_bare(comment.body))
            turn = turns[comment.unit] = turns.get(comment.unit, 0) + 1
            if (comment.unit if turn % 2 == 0 else root) == unit:
                found.add(comment.id)
    return frozenset(found)


def quotable(
    themes: Sequence[ShownTheme], comments: Sequence[PublishedComment], allowed: Collection[str]
) -> tuple[ShownTheme, PublishedComment] | None:
    """The most telling comment that may be quoted here, behind a theme that enough people wrote about.

    First among those that show a theme best, then among all others that belong to one.
    """
    known = [shown for shown in themes if shown.n >= QUOTE_AUTHORS]
    telling = [(shown, row) for shown in known for row in shown.theme.quotes]
    others = [(shown, row) for shown in known for row in shown.theme.rows]
    return next(((shown, comments[row]) for shown, row in (*telling, *others) if comments[row].id in allowed), None)


def _bare(words: str) -> str:
    """What is left where only signs and capital letters differ."""
    return " ".join(WORD.findall(words.casefold()))


def _midnight(when: datetime) -> datetime:
    return datetime.combine(when.astimezone(UTC).date(), time(), UTC)
