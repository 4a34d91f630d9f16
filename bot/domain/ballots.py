"""What is in a ballot, and what a closed pulse makes of all its ballots.

A ballot holds one answer: a score on one question, or the comment. It names nobody. While the pulse is open it is
sealed, and can be replaced but not read; at the close all of them are opened at once, put together here, and
destroyed. Only `Results` stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.ids import new_id
from bot.domain.people import Tree
from bot.domain.publishing import publishable
from bot.domain.questions import SCORES
from bot.domain.themes import Sentiment

COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Answer:
    """A score on a question, or a comment, where `item` is `COMMENT`."""

    item: str
    score: int | None = None
    comment: str = ""
    quotable: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """What may be told apart in results, as it was when the pulse opened."""

    unit: str
    place: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Ballot:
    """An opened ballot. `respondent` is a number that joins one person's ballots of this pulse and leads to nobody."""

    respondent: str
    labels: Labels
    answer: Answer


@dataclass(frozen=True, slots=True)
class Respondent:
    """Everything one unknown person said in a pulse."""

    labels: Labels
    scores: Mapping[str, int]
    comment: Answer | None = None

    @property
    def band(self) -> Sentiment | None:
        """What the scores say on the whole; None where none was given."""
        if not self.scores:
            return None
        mean = sum(self.scores.values()) / len(self.scores)
        if mean >= 3.5:
            return Sentiment.POSITIVE
        return Sentiment.NEGATIVE if mean <= 2.5 else Sentiment.NEUTRAL


@dataclass(frozen=True, slots=True)
class Tally:
    """How many chose each score, 1 to 5, on one question in one published unit."""

    unit: str
    item: str
    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many answered."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class PublishedComment:
    """A comment that may be read, under the smallest unit that is large enough. `band` is never shown beside it."""

    id: str
    unit: str
    body: str
    band: Sentiment | None
    quotable: bool


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of a published unit were asked, and how many answered. Shown only as a band."""

    unit: str
    eligible: int
    answered: int


@dataclass(frozen=True, slots=True)
class Results:
    """All that is left of a pulse after its close."""

    turnouts: tuple[Turnout, ...] = ()
    tallies: tuple[Tally, ...] = ()
    comments: tuple[PublishedComment, ...] = field(default=())

    def tally(self, unit: str, item: str) -> Tally | None:
        """The tally of one question in one unit, if it may be shown."""
        return next((t for t in self.tallies if t.unit == unit and t.item == item), None)

    def turnout(self, unit: str) -> Turnout | None:
        """The turnout of one unit, if it may be shown."""
        return next((t for t in self.turnouts if t.unit == unit), None)


def gather(ballots: Iterable[Ballot]) -> list[Respondent]:
    """Join the ballots of each unknown person."""
    together: dict[str, list[Ballot]] = {}
    for ballot in ballots:
        together.setdefault(ballot.respondent, []).append(ballot)
    return [_respondent(own) for own in together.values()]


def publish(
    respondents: Sequence[Respondent], roster: Mapping[str, int], tree: Tree, k: int, k_comment: int
) -> Results:
    """What may be shown of a pulse. `roster` counts the people asked, by unit.

    With fewer than `k` respondents altogether nothing is shown at all. Each question is judged by its own answers: not
    everybody answers everything.
    """
    if len(respondents) < k:
        return Results()
    items = sorted({item for r in respondents for item in r.scores})
    return Results(
        tuple(_turnouts(respondents, roster, tree, k)),
        tuple(tally for item in items for tally in _tallies(item, respondents, tree, k)),
        tuple(_comments(respondents, tree, k_comment)),
    )


def _respondent(ballots: Sequence[Ballot]) -> Respondent:
    scores = {b.answer.item: b.answer.score for b in ballots if b.answer.score is not None}
    comment = next((b.answer for b in ballots if b.answer.item == COMMENT), None)
    return Respondent(ballots[0].labels, scores, comment)


def _turnouts(respondents: Sequence[Respondent], roster: Mapping[str, int], tree: Tree, k: int) -> Iterable[Turnout]:
    by_unit = Counter(r.labels.unit for r in respondents)
    answered, eligible = tree.totals(by_unit), tree.totals(roster)
    shown = publishable(tree, by_unit, k) & publishable(tree, roster, k)
    return (Turnout(unit, eligible[unit], answered[unit]) for unit in sorted(shown))


def _tallies(item: str, respondents: Sequence[Respondent], tree: Tree, k: int) -> Iterable[Tally]:
    said = [r for r in respondents if item in r.scores]
    shown = publishable(tree, Counter(r.labels.unit for r in said), k)
    by_score = [tree.totals(Counter(r.labels.unit for r in said if r.scores[item] == score)) for score in SCORES]
    return (Tally(unit, item, tuple(totals[unit] for totals in by_score)) for unit in sorted(shown))


def _comments(respondents: Sequence[Respondent], tree: Tree, k: int) -> Iterable[PublishedComment]:
    said = [(r, r.comment) for r in respondents if r.comment is not None]
    shown = publishable(tree, Counter(r.labels.unit for r, _ in said), k)
    if not shown:
        return ()
    found = (
        PublishedComment(new_id(), _cell(tree, r.labels.unit, shown), c.comment, r.band, c.quotable) for r, c in said
    )
    return sorted(found, key=lambda comment: comment.id)


def _cell(tree: Tree, unit: str, shown: frozenset[str]) -> str:
    return next(above for above in tree.up(unit) if above in shown)
