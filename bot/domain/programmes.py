"""A programme: a hundred days of change, with a goal that everybody can see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bot.domain.calendar import Rhythm
from bot.domain.people import Segment
from bot.domain.pulses import K_COMMENTS, K_SCORES, enough


@dataclass(frozen=True, slots=True)
class Programme:
    """One run of the hundred days. The goal card says why, and how we shall know.

    `k` and `k_comment` are how many must have answered, or commented, before anything is shown: its next pulses take
    them. `segments` are the labels besides units by which results may be told apart.
    """

    id: str
    organisation: str
    name: str
    goal: str
    starts: date
    days: int = 100
    measures: tuple[str, ...] = ()
    rhythm: Rhythm = field(default_factory=Rhythm)
    k: int = K_SCORES
    k_comment: int = K_COMMENTS
    segments: tuple[Segment, ...] = ()

    def __post_init__(self) -> None:
        """Refuse one that promises too little, wherever it comes from."""
        enough(self.k, self.k_comment)

    @property
    def ends(self) -> date:
        """Day 100, counted from day 0: the last that is measured."""
        return self.starts + timedelta(days=self.days)

    def day(self, today: date) -> int:
        """Which day today is: 1 on the first, at most the last."""
        return max(1, min(self.days, (today - self.starts).days + 1))

    def running(self, today: date) -> bool:
        """Whether today lies inside it, or in the days just before and after it."""
        return self.starts - timedelta(days=6) <= today <= self.ends + timedelta(days=6)

    def asks_in(self, monday: date) -> bool:
        """Whether the week of this Monday has a pulse: every week that holds one of its days."""
        return self.starts - timedelta(days=6) <= monday <= self.ends

    def overlaps(self, other: Programme) -> bool:
        """Whether both have a pulse in some week: then everybody would be asked, reminded and told twice."""
        return _monday(self.starts) <= _monday(other.ends) and _monday(other.starts) <= _monday(self.ends)

    @property
    def next_may_start(self) -> date:
        """The Monday after its last pulse."""
        return _monday(self.ends) + timedelta(weeks=1)


def of_today(programmes: Iterable[Programme], today: date) -> Programme | None:
    """The one that runs: the one whose week it is, where one has just ended or another is about to begin."""
    found = [programme for programme in programmes if programme.running(today)]
    return next((each for each in found if each.asks_in(_monday(today))), found[0] if found else None)


def in_the_way(programme: Programme, others: Iterable[Programme]) -> tuple[Programme, ...]:
    """Those of its organisation that have a week in common with it, in the order of their first days."""
    found = (other for other in others if other.id != programme.id and other.overlaps(programme))
    return tuple(sorted(found, key=lambda other: other.starts))


def may_start(programme: Programme, others: Collection[Programme]) -> date:
    """The first day, from the one it was to start on, from which nothing is in its way."""
    while blocking := in_the_way(programme, others):
        programme = replace(programme, starts=max(other.next_may_start for other in blocking))
    return programme.starts


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
