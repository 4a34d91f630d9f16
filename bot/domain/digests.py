"""What a weekly digest may say about a unit. Pure: results, comments and themes in, numbers that may be shown out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.ballots import PublishedComment, Results, Tally
from bot.domain.people import Tree
from bot.domain.publishing import CEILING, FLOOR, SMALL, publishable
from bot.domain.questions import INDEX, engagement_index, mean_points
from bot.domain.themes import Sentiment, Theme, ThemeReport

QUOTE_AUTHORS = 5
MOSTLY = 0.6
SHORTEST_QUOTE, LONGEST_QUOTE = 6, 60


@dataclass(frozen=True, slots=True)
class ShownTheme:
    """A theme with how many comments it has, and how they feel; None where too few could be scored, or it is mixed."""

    theme: Theme
    n: int
    mood: Sentiment | None


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


def quotable(
    themes: Sequence[ShownTheme], comments: Sequence[PublishedComment]
) -> tuple[ShownTheme, PublishedComment] | None:
    """The most telling comment that its writer let us quote, behind a theme that enough people wrote about.

    First among those that show a theme best, then among all others that belong to one.
    """
    known = [shown for shown in themes if shown.n >= QUOTE_AUTHORS]
    telling = [(shown, row) for shown in known for row in shown.theme.quotes]
    others = [(shown, row) for shown in known for row in shown.theme.rows]
    return next(((shown, comments[row]) for shown, row in (*telling, *others) if _may_quote(comments[row])), None)


def _may_quote(comment: PublishedComment) -> bool:
    return comment.quotable and SHORTEST_QUOTE <= len(comment.body.split()) <= LONGEST_QUOTE


def index_of(results: Results, unit: str) -> int | None:
    """The engagement index of a unit, if all its five items may be shown."""
    tallies = [results.tally(unit, item) for item in INDEX]
    known = [tally for tally in tallies if tally]
    if len(known) < len(INDEX):
        return None
    index = engagement_index(mean_points(tally.counts) for tally in known)
    # In a small group the ends of the scale would say that everybody said the same.
    return index if min(tally.n for tally in known) >= SMALL else min(CEILING, max(FLOOR, index))


def items_of(results: Results, unit: str, items: Collection[str]) -> list[Tally]:
    """What may be shown of each question in a unit, in the order asked."""
    return [tally for item in items if (tally := results.tally(unit, item))]
