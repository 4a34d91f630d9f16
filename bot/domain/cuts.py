"""Where fewer than k people could be singled out by adding and subtracting published sums.

Every person is a tie between the two groups they are counted in: their unit's and their place's, or this week's and an
earlier week's. What a reader can work out from the sums of the groups about fewer than k people corresponds to a cut of
fewer than k ties that parts the groups in two (Gusfield, "A graph theoretic approach to statistical data security",
1988). So published sums are safe when no such cut is left.

Two groups that only k ties or more can part stay together in every cut that matters. They are drawn into one *knot*,
and a knot with fewer than k ties to the others is a cut that matters. When no such knot is in sight, a maximum
adjacency order finds pairs to draw together (Nagamochi and Ibaraki, 1992): in it, the ties of a group to all groups
before it are no more than the ties that would have to be cut to part it from the one just before it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Any, Generic, TypeVar

Group = TypeVar("Group", bound=Hashable)
Rank = Callable[[Sequence[Group]], Any]


class Ties(Generic[Group]):
    """Groups, and how many people tie each to each. It only ever draws groups together."""

    def __init__(self, k: int) -> None:
        self._k = k
        self._knot: dict[Group, Group] = {}
        self._inside: dict[Group, list[Group]] = {}
        self._near: dict[Group, dict[Group, int]] = {}
        self._suspects: list[Group] = []
        self._strong: list[tuple[Group, Group]] = []

    def tie(self, one: Group, other: Group, people: int) -> None:
        """Add people who are counted in both groups. Somebody counted twice in one group ties nothing."""
        a, b = self._find(one), self._find(other)
        if a != b and people > 0:
            self._add(a, b, people)
            self._suspects += (a, b)

    def join(self, one: Group, other: Group) -> None:
        """Make one group of two: from now on only their sum is published."""
        self._strong.append((one, other))

    def loose(self, group: Group) -> bool:
        """Whether a group is tied to any that it has not been drawn together with."""
        return bool(self._near[self._find(group)])

    def thin(self, ground: Group | None = None, rank: Rank[Group] = len) -> frozenset[Group] | None:
        """The groups on one side of a cut of fewer than k ties; None when there is no such cut.

        Of several it is the one of the lowest rank, the smallest if nothing else is said. With `ground`, a group whose
        sum is not known to anybody, it is always the side without it.
        """
        while True:
            self._draw_together()
            if thin := self._thin_knots():
                return self._side(sorted(thin, key=lambda knot: rank(self._inside[knot])), ground)
            self._strong += self._pairs()
            if not self._strong:
                return None

    def _thin_knots(self) -> list[Group]:
        """Those under suspicion that have too few ties. The others are under suspicion no more."""
        knots = dict.fromkeys(map(self._find, self._suspects))
        self._suspects = [knot for knot in knots if 0 < sum(self._near[knot].values()) < self._k]
        return self._suspects

    def _find(self, group: Group) -> Group:
        if group not in self._knot:
            self._knot[group], self._inside[group], self._near[group] = group, [group], {}
        root = group
        while self._knot[root] != root:
            root = self._knot[root]
        while self._knot[group] != root:
            self._knot[group], group = root, self._knot[group]
        return root

    def _add(self, a: Group, b: Group, people: int) -> None:
        both = self._near[a].get(b, 0) + people
        self._near[a][b] = self._near[b][a] = both
        if both >= self._k:
            self._strong.append((a, b))

    def _draw_together(self) -> None:
        while self._strong:
            one, other = self._strong.pop()
            a, b = self._find(one), self._find(other)
            if a != b:
                self._unite(*sorted((a, b), key=lambda knot: len(self._near[knot])))

    def _unite(self, small: Group, large: Group) -> None:
        self._near[large].pop(small, None)
        for knot, people in self._near.pop(small).items():
            if knot != large:
                del self._near[knot][small]
                self._add(large, knot, people)
        self._inside[large] += self._inside.pop(small)
        self._knot[small] = large
        self._suspects.append(large)

    def _side(self, thin: list[Group], ground: Group | None) -> frozenset[Group]:
        root = None if ground is None else self._find(ground)
        knot = next((knot for knot in thin if knot != root), None)
        if knot is not None:
            return frozenset(self._inside[knot])
        return frozenset(group for k in self._reached(thin[0]) if k != root for group in self._inside[k])

    def _reached(self, start: Group) -> Iterable[Group]:
        seen, waiting = {start}, [start]
        while waiting:
            fresh = self._near[waiting.pop()].keys() - seen
            seen |= fresh
            waiting += fresh
        return seen

    def _pairs(self) -> Iterator[tuple[Group, Group]]:
        """Neighbours in a maximum adjacency order that fewer than k ties cannot part."""
        waiting = [knot for knot, near in self._near.items() if near]
        left, ties = set(waiting), dict.fromkeys(waiting, 0)
        queue: list[tuple[int, int, Group]] = []
        before: Group | None = None
        turn = count()
        while left:
            knot = self._next(queue, ties, left, waiting)
            left.remove(knot)
            if before is not None and ties[knot] >= self._k:
                yield before, knot
            for other, people in self._near[knot].items():
                if other in left:
                    ties[other] += people
                    heappush(queue, (-ties[other], next(turn), other))
            before = knot

    @staticmethod
    def _next(
        queue: list[tuple[int, int, Group]], ties: dict[Group, int], left: set[Group], waiting: list[Group]
    ) -> Group:
        while queue:
            people, _, knot = heappop(queue)
            if knot in left and ties[knot] == -people:
                return knot
        while (knot := waiting.pop()) not in left:
            pass
        return knot
