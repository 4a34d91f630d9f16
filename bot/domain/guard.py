"""The roster guard: no week less an earlier one may leave fewer than k people.

When one person joins a team of eight and the others think as they did, this week's number less the last one is that
person's answer. So whoever was on both rosters, or on one, is a tie between the group they were counted in then and the
one they would be counted in now, and no cut of fewer than k ties may be left, as within a week. Where one is left, the
unit is counted with the one above it, and a block with the largest other; where that does not help, the question is not
shown this time.

A number about 50 k people or more counts as known to nobody: it is shown in steps of 5 %, which are then 2.5 k people.
Even where nobody else changes their mind, a guess of one newcomer's answer is then right at most two times in a hundred
more often than without it (`tests/attack/test_weeks.py` measures that).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.cuts import Ties
from bot.domain.people import Labels, Tree
from bot.domain.publishing import BLOCK, RING, UNKNOWN, Group, Partition, Planner, by_unit

LARGE = 50
Moves = Mapping[tuple[Labels | None, Labels | None], int]


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier week in which the same question was published, and where people stood on the rosters then and now.

    `moves` counts people by their labels (then, now); None is for somebody who was not on that roster.
    """

    partition: Partition
    moves: Moves


def part_nobody_since(planner: Planner, past: Sequence[Past]) -> bool:
    """Draw together until this week less any earlier one singles nobody out. False where nothing may be shown."""
    sides = [(week, before, after) for week in past for before in (RING, BLOCK) for after in (RING, BLOCK)]
    return all(_between(planner, week, before, after) for week, before, after in sides)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A week's published groups and how many people each number is about."""

    partition: Partition
    about: Counter[Group]
    large: int

    @classmethod
    def of(cls, partition: Partition, roster: Mapping[Labels, int], tree: Tree, k: int) -> _Numbers:
        """The groups of a partition. A ring is known only from its unit's number, less the units below it."""
        about = Counter({(RING, unit): n for unit, n in tree.totals(by_unit(roster)).items()})
        for labels, n in roster.items():
            about[partition.group(BLOCK, labels)] += n
        return cls(partition, about, LARGE * k)

    def group(self, side: str, labels: Labels | None) -> Group:
        """Where somebody is counted, if that number could tell about a few."""
        return self.telling(self.partition.group(side, labels)) if labels else UNKNOWN

    def telling(self, group: Group) -> Group:
        """The group, or nobody's where it is large."""
        return UNKNOWN if self.about[group] >= self.large else group

    def join(self, one: Group, other: Group) -> Group:
        """What two groups have become. A unit's number includes those below it already."""
        if one[0] == BLOCK:
            self.about[other] += self.about[one]
        return self.telling(other)


def _between(planner: Planner, past: Past, before: str, after: str) -> bool:
    then = _Numbers.of(past.partition, _roster(past.moves, 0), planner.tree, planner.k)
    now = _Numbers.of(planner.partition(), _roster(past.moves, 1), planner.tree, planner.k)
    ties: Ties[Group] = Ties(planner.k)
    for (was, is_now), n in past.moves.items():
        ties.tie(_earlier(then.group(before, was)), now.group(after, is_now), n)
    while (side := ties.thin(UNKNOWN)) is not None:
        step = _pooled(planner, side, ties) if after == RING else _swallowed(planner, side)
        if step is None:
            return False
        one, other = step
        planner.draw_together(one, other)
        ties.join(one, now.join(one, other))
    return True


def _pooled(planner: Planner, side: frozenset[Group], ties: Ties[Group]) -> tuple[Group, Group] | None:
    """A unit to be counted with the one above it; or one below that has changed as well, so that changes add up."""
    steps = [*planner.upwards(side)] or [step for step in planner.downwards(side) if ties.loose(step[1])]
    return min(steps)[1:] if steps else None


def _swallowed(planner: Planner, side: frozenset[Group]) -> tuple[Group, Group] | None:
    """The smallest block and the largest one on the other side."""
    inside, outside = planner.blocks(side)
    return ((BLOCK, inside[0]), (BLOCK, outside[-1])) if inside and outside else None


def _roster(moves: Moves, week: int) -> Counter[Labels]:
    roster: Counter[Labels] = Counter()
    for labels, n in moves.items():
        at = labels[week]
        if at is not None:
            roster[at] += n
    return roster


def _earlier(group: Group) -> Group:
    return group if group == UNKNOWN else (f"{group[0]} then", group[1])
