"""The close: answers are counted in their pools, and what may be said of the sums is rounded. Pure.

Which people each number can be about was settled before an answer was looked at (`bot.domain.season`). Nothing else is
left of the answers than the `Results`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from bot.domain.ballots import Respondent, Seat
from bot.domain.groups import SIGNATURES, Group, Pool, Present, Token
from bot.domain.ids import new_id
from bot.domain.numbers import Number, number_of, share_counted
from bot.domain.people import Labels, Segment, Tree
from bot.domain.publishing import Weight, parts_of, publishable_of
from bot.domain.questions import INDEX, SCORES, engagement_index, mean_points
from bot.domain.results import Index, PublishedComment, Results, SegmentNumber, Turnout, UnitNumber
from bot.domain.rising import label_of
from bot.domain.shares import CEILING, FLOOR, SMALL

TURNOUT = "turnout"
"""What is asked of everybody without a word: whether they answered. It has a season of its own, as a question has."""
TURNOUT_OF = 20
"""How many must have been asked for a turnout to be said: of fewer, a band of ten per cent would be the number."""
ANSWERED = 5
RATE_BAND = 10
Where = Callable[[Labels, Tree], Sequence[str]]
"""Where somebody with these labels is counted: in which units, or in which place."""


@dataclass(frozen=True)
class Terms:
    """Under which terms a pulse is published: its thresholds, who is there, and the pools of each question."""

    tree: Tree
    k: int
    k_comment: int
    day: date
    present: Mapping[Token, Present]
    standing: Mapping[str, Sequence[Pool]]
    segments: tuple[Segment, ...] = ()

    @cached_property
    def people(self) -> Mapping[str, int]:
        """How many there are in each unit and below it."""
        return self.tree.totals(Counter(person.labels.unit for person in self.present.values()))

    def labelled(self, segment: Segment) -> Mapping[str, int]:
        """How many there are in each place, or of each grade."""
        return Counter(label_of(person.labels, segment) for person in self.present.values())


def seats(tokens: Mapping[str, Token], terms: Terms) -> dict[str, Seat]:
    """Where everybody is counted, by their id. Those who are counted alike have one seat."""
    pool_of = {
        item: {token: pool.id for pool in pools for token in pool.members} for item, pools in terms.standing.items()
    }
    known: dict[tuple[object, ...], Seat] = {}
    found = {}
    for person, token in tokens.items():
        pools = {item: pool for item, of in pool_of.items() if (pool := of.get(token))}
        seat = Seat(pools, terms.present[token].hides)
        found[person] = known.setdefault((*pools.items(), seat.hides), seat)
    return found


def publish(respondents: Sequence[Respondent], terms: Terms) -> Results:
    """What may be shown of a pulse. With fewer than `k` respondents altogether nothing is shown at all.

    Each question is judged by its own answers: not everybody answers everything.
    """
    if sum(r.seat.hides for r in respondents) < terms.k:
        return Results()
    told = {item: _Told.of(item, respondents, terms) for item in terms.standing}
    asked = [of for item, of in told.items() if item != TURNOUT]
    return Results(
        tuple(_turnouts(told)),
        tuple(_numbers(asked, terms)),
        tuple(_indices(told)),
        tuple(_segment_numbers(asked, terms)),
        tuple(_comments(respondents, terms)),
        {item: of.groups() for item, of in told.items()},
    )


def rate_band(answered: int, asked: int) -> int:
    """How many answered, as the lower edge of a ten per cent band: 60 stands for 60 to 69 %, 90 for 90 % or more."""
    return min(90, answered * 100 // asked // RATE_BAND * RATE_BAND) if asked else 0


@dataclass(frozen=True, slots=True)
class _Sum:
    """How many of so many who were asked chose which answer."""

    counts: Counter[int]
    asked: int

    def __add__(self, other: _Sum) -> _Sum:
        return _Sum(self.counts + other.counts, self.asked + other.asked)

    @property
    def by_score(self) -> tuple[int, ...]:
        """From 1 to 5."""
        return tuple(self.counts.get(score, 0) for score in SCORES)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Everybody who can be counted in a unit, a place or a grade, whether or not they answered."""

    people: int = 0
    signature: int = 0

    def __add__(self, other: _Counted) -> _Counted:
        return _Counted(self.people + other.people, (self.signature + other.signature) % SIGNATURES)

    @property
    def basis(self) -> str:
        """A name for exactly these people."""
        return f"{self.signature:032x}"


@dataclass(frozen=True, slots=True)
class _Told:
    """One question: its pools, and the parts in which their answers are told.

    That nobody of a pool answered, or too few, must not be told: who can be counted does not depend on it.
    """

    item: str
    terms: Terms
    pools: Sequence[tuple[Pool, Labels]]
    parts: Sequence[tuple[Labels, _Sum]]

    @classmethod
    def of(cls, item: str, respondents: Sequence[Respondent], terms: Terms) -> _Told:
        """Count the answers of each pool, and put together what may be told."""
        pools = [(pool, pool.labels(terms.tree)) for pool in terms.standing[item]]
        sums, weights = _answers(item, respondents, terms)

        def enough(some: Sequence[str], weight: Weight) -> bool:
            asked = sum(sums[pool].asked for pool in some)
            return weight.hiding >= terms.k and (item != TURNOUT or asked >= TURNOUT_OF)

        parts = parts_of(weights, {pool.id: at for pool, at in pools}, enough, terms.tree, terms.segments)
        told = [(part.labels, sum((sums[pool] for pool in part.pools), _Sum(Counter(), 0))) for part in parts]
        return cls(item, terms, pools, told)

    def by_unit(self) -> Iterator[tuple[str, _Sum, _Counted]]:
        """What each unit shows, where at least half of its people can be counted."""
        told, counted = self._along(_units), self._counted(_units)
        people = self.terms.people
        return ((u, own, counted[u]) for u, own in sorted(told.items()) if 2 * counted[u].people >= people[u])

    def by_label(self, segment: Segment) -> Iterator[tuple[str, _Sum, _Counted]]:
        """What each place, or grade, shows, where at least half of its people can be counted."""

        def own_label(labels: Labels, _tree: Tree) -> Sequence[str]:
            return [label] if (label := label_of(labels, segment)) else []

        told, counted = self._along(own_label), self._counted(own_label)
        people = self.terms.labelled(segment)
        return ((at, own, counted[at]) for at, own in sorted(told.items()) if 2 * counted[at].people >= people[at])

    def number(self, own: _Sum, counted: _Counted, people: int) -> Number:
        """What is said of it."""
        number = number_of(self.item, own.by_score, own.asked)
        return replace(number, counted=share_counted(counted.people, people), basis=counted.basis)

    def groups(self) -> tuple[Group, ...]:
        """What is to be kept of who was told together; nothing where nothing was told."""
        return tuple(group for pool, _ in self.pools for group in pool.told(self.terms.day)) if self.parts else ()

    def _along(self, where: Where) -> dict[str, _Sum]:
        found: dict[str, _Sum] = {}
        for labels, own in self.parts:
            for name in where(labels, self.terms.tree):
                found[name] = found[name] + own if name in found else own
        return found

    def _counted(self, where: Where) -> dict[str, _Counted]:
        found: dict[str, _Counted] = defaultdict(_Counted)
        for pool, labels in self.pools:
            for name in where(labels, self.terms.tree):
                found[name] += _Counted(len(pool.members), pool.signature)
        return found


def _units(labels: Labels, tree: Tree) -> Sequence[str]:
    return tree.up(labels.unit)


def _answers(item: str, respondents: Sequence[Respondent], terms: Terms) -> tuple[dict[str, _Sum], dict[str, Weight]]:
    """The answers of each pool, and of how many people they are.

    The turnout is about everybody who was asked, so that is what a pool weighs in it, also where nobody answered.
    """
    pools = {pool.id: pool for pool in terms.standing[item]}
    asked = {name: sum(terms.present[token].asked for token in pool.members) for name, pool in pools.items()}
    counts: dict[str, Counter[int]] = {name: Counter() for name in pools}
    weights = {name: Weight(n) for name, n in asked.items()} if item == TURNOUT else {}
    for r in respondents:
        pool, score = r.seat.pools.get(item, ""), (ANSWERED if item == TURNOUT else r.scores.get(item))
        if pool in pools and score is not None:
            counts[pool][score] += 1
            weights[pool] = weights.get(pool, Weight()) + Weight(item != TURNOUT, r.seat.hides)
    return {name: _Sum(counts[name], asked[name]) for name in pools}, weights


def _numbers(told: Iterable[_Told], terms: Terms) -> Iterator[UnitNumber]:
    for item in told:
        for unit, own, counted in item.by_unit():
            yield UnitNumber(unit, item.number(own, counted, terms.people[unit]))


def _segment_numbers(told: Iterable[_Told], terms: Terms) -> Iterator[SegmentNumber]:
    for item in told:
        for segment in terms.segments:
            for label, own, counted in item.by_label(segment):
                yield SegmentNumber(segment, label, item.number(own, counted, terms.labelled(segment)[label]))


def _turnouts(told: Mapping[str, _Told]) -> Iterator[Turnout]:
    for unit, own, counted in told[TURNOUT].by_unit() if TURNOUT in told else ():
        yield Turnout(unit, rate_band(own.counts.total(), own.asked), counted.basis)


def _indices(told: Mapping[str, _Told]) -> Iterator[Index]:
    """The index of every unit in which all its items are told of the same people."""
    if not set(INDEX) <= told.keys():
        return
    items = [{unit: (own, counted) for unit, own, counted in told[item].by_unit()} for item in INDEX]
    for unit in sorted(set(items[0]).intersection(*items[1:])):
        sums = [by_unit[unit][0].by_score for by_unit in items]
        bases = {by_unit[unit][1].basis for by_unit in items}
        if len(bases) == 1:
            index = engagement_index(map(mean_points, sums))
            # In a small group the ends of the scale would say that everybody said the same.
            small = min(map(sum, sums)) < SMALL
            yield Index(unit, min(CEILING, max(FLOOR, index)) if small else index, bases.pop())


def _comments(respondents: Sequence[Respondent], terms: Terms) -> Iterable[PublishedComment]:
    said = [(r, r.comment) for r in respondents if r.comment is not None]
    wrote: dict[str, Weight] = {}
    for r, _ in said:
        wrote[r.labels.unit] = wrote.get(r.labels.unit, Weight()) + Weight(1, r.seat.hides)
    shown = publishable_of(wrote, terms.tree, terms.k_comment)
    if not shown:
        return ()
    found = (
        PublishedComment(new_id(), _above(terms.tree, r.labels, shown), c.comment, r.band, c.quotable) for r, c in said
    )
    return sorted(found, key=lambda comment: comment.id)


def _above(tree: Tree, labels: Labels, shown: frozenset[str]) -> str:
    return next(above for above in tree.up(labels.unit) if above in shown)
