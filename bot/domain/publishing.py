"""Which numbers of a week may be shown, so that no subtraction leaves fewer than k people.

Scores are told of whole pools (`bot.domain.groups`). Where fewer than k of a pool answered, its answers are told with
those of others, for this week only. So everybody who answered is counted in one part of the organisation of k or more,
and whatever a unit or a place shows is a sum of such parts.

Comments stand for themselves, in no cell; for them the units with enough people are drawn together, so that no unit
less those below it is about fewer than k.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from bot.domain.groups import common
from bot.domain.people import Labels, Segment, Tree
from bot.domain.rising import put_together


@dataclass(frozen=True, slots=True)
class Weight:
    """How many people, and how many of them hide somebody."""

    n: int = 0
    hiding: int = 0

    def __add__(self, other: Weight) -> Weight:
        return Weight(self.n + other.n, self.hiding + other.hiding)


@dataclass(frozen=True, slots=True)
class Part:
    """Pools whose answers are told as one this week, and what these share."""

    pools: tuple[str, ...]
    labels: Labels


def parts_of(
    weights: Mapping[str, Weight],
    labels: Mapping[str, Labels],
    enough: Callable[[Sequence[str], Weight], bool],
    tree: Tree,
    segments: Sequence[Segment] = (),
) -> list[Part]:
    """The parts in which pools are told, as small as they can be.

    `weights` is of how many people each pool tells, and how many who hide somebody answered; without one it is not
    told.
    """

    def size(pools: Sequence[str]) -> int:
        return sum(weights[pool].n for pool in pools)

    def told(_unit: str, pools: Sequence[str]) -> bool:
        return enough(pools, sum((weights[pool] for pool in pools), Weight()))

    rising = put_together({pool: labels[pool] for pool in weights}, told, tree, segments)
    return [Part(tuple(sorted(some)), common([labels[pool] for pool in some], tree)) for _, some in rising.whole(size)]


def publishable(tree: Tree, counts: Mapping[str, int], k: int) -> frozenset[str]:
    """The units whose total may be shown. `counts` is by the unit a person is in, not counting those below it."""
    return publishable_of({unit: Weight(n, n) for unit, n in counts.items()}, tree, k)


def publishable_of(weights: Mapping[str, Weight], tree: Tree, k: int) -> frozenset[str]:
    """The same, where not everybody hides somebody."""
    return _Rings(tree, weights, k).drawn_together()


class _Rings:
    """Every unit with enough people, less those drawn into the one above until no ring is too small.

    A ring is a unit that may be shown less those nearest below it. Each with anybody in it needs k who hide somebody.
    """

    def __init__(self, tree: Tree, weights: Mapping[str, Weight], k: int) -> None:
        self._tree, self._k = tree, k
        counts = {unit: weight.n for unit, weight in weights.items()}
        hiding = {unit: weight.hiding for unit, weight in weights.items()}
        self._totals = tree.totals(counts)
        self._shown = {unit for unit, n in tree.totals(hiding).items() if n >= k}
        self._n, self._hiding = Counter[str](), Counter[str]()
        if tree.root.id in self._shown:
            for unit in weights:
                ring = next(above for above in tree.up(unit) if above in self._shown)
                self._n[ring] += counts[unit]
                self._hiding[ring] += hiding[unit]

    def drawn_together(self) -> frozenset[str]:
        """The units that may be shown. From the top of the tree down: what is hidden there settles much below it."""
        thin = [(self._height(ring), ring) for ring in self._n if self._is_thin(ring)]
        heapify(thin)
        while thin:
            height, ring = heappop(thin)
            if ring in self._shown and self._is_thin(ring):
                self._draw_in(ring)
                heappush(thin, (height, ring))
        return frozenset(self._shown) if self._n else frozenset()

    def _is_thin(self, ring: str) -> bool:
        return self._n[ring] > 0 and self._hiding[ring] < self._k

    def _draw_in(self, ring: str) -> None:
        """Hide the smallest unit below a thin ring. There is one: a shown unit with none below it has k by itself."""
        hidden = min(self._below(ring), key=lambda unit: (self._totals[unit], unit))
        self._shown.discard(hidden)
        for counts in (self._n, self._hiding):
            counts[ring] += counts[hidden]
            del counts[hidden]

    def _below(self, unit: str) -> Iterator[str]:
        for child in self._tree.children(unit):
            if child in self._shown:
                yield child
            else:
                yield from self._below(child)

    def _height(self, unit: str) -> int:
        return len(self._tree.up(unit))
