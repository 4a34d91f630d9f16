"""What is in a ballot, and what a closed pulse makes of all its ballots.

A ballot holds one answer: a score on one question, or the comment. It names nobody. While the pulse is open it is
sealed, and can be replaced but not read; at the close all of them are opened at once, put together here, and
destroyed. Only `Results` stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.guard import Past, part_nobody_since
from bot.domain.ids import new_id
from bot.domain.people import Labels, Segment, Tree
from bot.domain.publishing import Partition, Plan, Planner, by_unit, label_of, publishable
from bot.domain.questions import SCORES
from bot.domain.quotes import Review
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
class SegmentTally:
    """As a tally, for one place or one grade of the whole organisation."""

    segment: Segment
    label: str
    item: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PublishedComment:
    """A comment that may be read, under the smallest unit that is large enough. `band` is never shown beside it."""

    id: str
    unit: str
    body: str
    band: Sentiment | None
    quotable: bool
    review: Review = Review.WAITING


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of a published unit were asked, and how many answered. Shown only as a band."""

    unit: str
    eligible: int
    answered: int


@dataclass(frozen=True, slots=True)
class Results:
    """All that is left of a pulse after its close.

    `partitions` says for each question how people were put together; it holds no number and nobody is shown it.
    """

    turnouts: tuple[Turnout, ...] = ()
    tallies: tuple[Tally, ...] = ()
    comments: tuple[PublishedComment, ...] = ()
    segments: tuple[SegmentTally, ...] = ()
    partitions: Mapping[str, Partition] = field(default_factory=dict)

    def tally(self, unit: str, item: str) -> Tally | None:
        """The tally of one question in one unit, if it may be shown."""
        return next((t for t in self.tallies if t.unit == unit and t.item == item), None)

    def turnout(self, unit: str) -> Turnout | None:
        """The turnout of one unit, if it may be shown."""
        return next((t for t in self.turnouts if t.unit == unit), None)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a pulse is published: its thresholds, who was asked, and what was published before.

    `roster` counts the people asked, by their labels; `past` holds the earlier weeks of each question.
    """

    tree: Tree
    roster: Mapping[Labels, int]
    k: int
    k_comment: int
    segments: tuple[Segment, ...] = ()
    past: Mapping[str, Sequence[Past]] = field(default_factory=dict)


def gather(ballots: Iterable[Ballot]) -> list[Respondent]:
    """Join the ballots of each unknown person."""
    together: dict[str, list[Ballot]] = {}
    for ballot in ballots:
        together.setdefault(ballot.respondent, []).append(ballot)
    return [_respondent(own) for own in together.values()]


def publish(respondents: Sequence[Respondent], terms: Terms) -> Results:
    """What may be shown of a pulse. With fewer than `k` respondents altogether nothing is shown at all.

    Each question is judged by its own answers: not everybody answers everything.
    """
    if len(respondents) < terms.k:
        return Results()
    items = sorted({item for r in respondents for item in r.scores})
    said = {item: [r for r in respondents if item in r.scores] for item in items}
    plans = {item: _plan(item, said[item], terms) for item in items}
    return Results(
        tuple(_turnouts(respondents, terms)),
        tuple(tally for item in items for tally in _tallies(item, said[item], plans[item], terms.tree)),
        tuple(_comments(respondents, terms.tree, terms.k_comment)),
        tuple(tally for item in items for tally in _segment_tallies(item, said[item], plans[item], terms.k)),
        {item: plan.partition for item, plan in plans.items() if plan.units},
    )


def _respondent(ballots: Sequence[Ballot]) -> Respondent:
    scores = {b.answer.item: b.answer.score for b in ballots if b.answer.score is not None}
    comment = next((b.answer for b in ballots if b.answer.item == COMMENT), None)
    return Respondent(ballots[0].labels, scores, comment)


def _plan(item: str, said: Sequence[Respondent], terms: Terms) -> Plan:
    counts = Counter(r.labels for r in said)
    planner = Planner(terms.tree, {**dict.fromkeys(terms.roster, 0), **counts}, terms.k, terms.segments)
    safe = planner.part_nobody() and part_nobody_since(planner, terms.past.get(item, ()))
    return planner.plan() if safe else Plan()


def _turnouts(respondents: Sequence[Respondent], terms: Terms) -> Iterable[Turnout]:
    came, asked = Counter(r.labels.unit for r in respondents), by_unit(terms.roster)
    answered, eligible = terms.tree.totals(came), terms.tree.totals(asked)
    shown = publishable(terms.tree, came, terms.k) & publishable(terms.tree, asked, terms.k)
    return (Turnout(unit, eligible[unit], answered[unit]) for unit in sorted(shown))


def _tallies(item: str, said: Sequence[Respondent], plan: Plan, tree: Tree) -> Iterable[Tally]:
    by_score = [tree.totals(Counter(r.labels.unit for r in said if r.scores[item] == score)) for score in SCORES]
    return (Tally(unit, item, tuple(totals[unit] for totals in by_score)) for unit in sorted(plan.units))


def _segment_tallies(item: str, said: Sequence[Respondent], plan: Plan, k: int) -> Iterable[SegmentTally]:
    """By place and by grade. One that nobody answered for has nothing to show."""
    for segment in plan.partition.segments if plan.units else ():
        shown = set(plan.partition.labels(segment))
        counts = Counter((label_of(r.labels, segment), r.scores[item]) for r in said)
        tallies = (
            SegmentTally(segment, label, item, tuple(counts[label, score] for score in SCORES))
            for label in sorted(shown)
        )
        yield from (tally for tally in tallies if sum(tally.counts) >= k)


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
