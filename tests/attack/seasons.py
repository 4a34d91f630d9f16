"""Seasons of invented organisations, and everything that is told in them: for attacks that need no database.

People come, go and move. A steward may deal labels anew, turn places and grades on and off, raise and lower the
threshold (never under five) and begin another programme, which changes nothing here. Everybody answers and nobody
changes their mind, which is the worst case.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.audit.elimination import Sum
from bot.domain.groups import Group, Pool, Present, Rule, Token
from bot.domain.people import Labels, Segment, Tree, Unit
from bot.domain.season import Season, stand

START = date(2026, 1, 8)
MONTH = 365.25 / 12
KS = (5, 5, 5, 6, 8)
K = 5


Teller = Callable[[Season, Mapping[Token, Present], Rule, Sequence[Segment]], list[Pool]]
"""What decides who is told together."""


@dataclass(frozen=True, slots=True)
class Life:
    """How many people there are, in teams of these sizes, and how much comes and goes, in parts of all in a month."""

    people: int
    sizes: tuple[int, int] = (12, 12)
    turnover: float = 0.01
    weeks: Sequence[int] = (0, 3, 6, 9, 12)
    meddling: bool = False
    vouched: float = 1.0


@dataclass(frozen=True, slots=True)
class Week:
    """What was told in a week: the pools, and who was there."""

    day: date
    pools: Sequence[Pool]
    present: Mapping[Token, Present]
    tree: Tree
    segments: Sequence[Segment]

    @property
    def sums(self) -> list[Sum]:
        """Who is counted in each pool, each pool taken by itself."""
        return [Counter(pool.members) for pool in self.pools]


@dataclass(slots=True)
class Story:
    """One organisation as it goes on."""

    life: Life
    dice: random.Random
    tell: Teller = stand
    groups: dict[str, Group] = field(default_factory=dict)
    people: dict[Token, Present] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()
    k: int = K

    def weeks(self) -> Iterator[Week]:
        """Every week in which the question was asked."""
        tree, teams = self._teams()
        for number in range(max(self.life.weeks) + 1):
            if number:
                self._turn_over(teams)
            if number in self.life.weeks:
                if self.life.meddling:
                    self._meddle(teams)
                yield self._told(START + timedelta(weeks=number), tree)

    def _told(self, day: date, tree: Tree) -> Week:
        season = Season(tuple(self.groups.values()))
        pools = self.tell(season, self.people, Rule(tree, self.k, day), self.segments)
        self.groups |= {group.id: group for pool in pools for group in pool.told(day)}
        return Week(day, pools, dict(self.people), tree, self.segments)

    def _teams(self) -> tuple[Tree, list[str]]:
        units, left, teams = [Unit("all", "all"), Unit("d0", "d0", "all"), Unit("d1", "d1", "all")], self.life.people, 0
        while left > 0:
            size = min(left, self.dice.randint(*self.life.sizes))
            units.append(Unit(f"t{teams}", f"t{teams}", f"d{teams % 2}"))
            for _ in range(size):
                self._enter(f"t{teams}")
            left, teams = left - size, teams + 1
        return Tree.of(units), [unit.id for unit in units if unit.id.startswith("t")]

    def _enter(self, unit: str) -> None:
        hides = self.dice.random() < self.life.vouched
        self.people[self.dice.randbytes(16)] = Present(self._labels(unit), hides=hides)

    def _labels(self, unit: str) -> Labels:
        home = int(unit[1:]) % 3
        place = home if self.dice.random() < 0.97 else self.dice.randrange(3)
        return Labels(unit, f"p{place}", self.dice.choice("1112"))

    def _turn_over(self, teams: Sequence[str]) -> None:
        """A week's coming, going and moving."""
        chance = self.life.turnover * 7 / MONTH
        for token in sorted(self.people):
            if self.dice.random() < chance:
                del self.people[token]
        for _ in range(self.life.people):
            if self.dice.random() < chance:
                self._enter(self.dice.choice(teams))
        for token in sorted(self.people):
            if self.dice.random() < chance:
                self.people[token] = Present(self._labels(self.dice.choice(teams)), hides=self.people[token].hides)

    def _meddle(self, teams: Sequence[str]) -> None:
        """What a steward does who wants to know."""
        self.k = self.dice.choice(KS)
        self.segments = self.dice.choice(((), (Segment.PLACE,), (Segment.GRADE,), (Segment.PLACE, Segment.GRADE)))
        if self.dice.random() < 0.5:
            for token, person in sorted(self.people.items()):
                self.people[token] = Present(self._labels(self.dice.choice(teams)), hides=person.hides)


def told(life: Life, seed: int, tell: Teller = stand) -> list[Week]:
    """Everything that was told in one season."""
    return list(Story(life, random.Random(seed), tell).weeks())


def forgetful(_: Season, present: Mapping[Token, Present], rule: Rule, segments: Sequence[Segment]) -> list[Pool]:
    """The control: each week is judged by itself, as if nothing had been told before."""
    return stand(Season(), present, rule, segments)
