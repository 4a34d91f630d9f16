"""Which numbers may be shown, so that no subtraction leaves fewer than k people.

Published units form a tree. Whatever a reader adds and subtracts, the smallest groups they can reach in it are the
*rings*: a published unit less the published units nearest below it. Places and grades cut the same people another
way, into *blocks*. Each person is a tie between their ring and their block, and the numbers of all rings and blocks
together are safe when no cut of fewer than k ties is left (`bot.domain.cuts`). Where one is left, the smallest unit
that helps is hidden and counts with the unit above it, or two blocks are shown as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.cuts import Ties
from bot.domain.people import Labels, Segment, Tree

Group = tuple[str, str]
RING, BLOCK = "ring", "block"
UNKNOWN: Group = ("", "")
"""Those whose sum nobody is told."""
BETWEEN = "\t"


@dataclass(frozen=True, slots=True)
class Partition:
    """Into which groups people fall: by unit into rings, by segments into blocks. Nothing in it is a number."""

    segments: tuple[Segment, ...] = ()
    rings: Mapping[str, str] = field(default_factory=dict)
    blocks: Mapping[str, str] = field(default_factory=dict)

    def group(self, side: str, labels: Labels) -> Group:
        """The ring or the block somebody falls into. Whoever stands where nobody answered is counted in neither."""
        ring, block = self.rings.get(labels.unit), self.blocks.get(cell_of(labels, self.segments))
        return UNKNOWN if ring is None or block is None else (side, ring if side == RING else block)

    def labels(self, segment: Segment) -> list[str]:
        """The places, or the grades, that no block mixes with another."""
        position = self.segments.index(segment)
        together: dict[str, set[str]] = {}
        for cell, block in self.blocks.items():
            together.setdefault(block, set()).add(cell.split(BETWEEN)[position])
        mixed = {label for labels in together.values() if len(labels) > 1 for label in labels}
        return sorted({label for labels in together.values() for label in labels if label} - mixed)


@dataclass(frozen=True, slots=True)
class Plan:
    """What may be shown: the numbers of these units, and of each place and grade that stands by itself."""

    units: frozenset[str] = frozenset()
    partition: Partition = field(default_factory=Partition)


def publishable(tree: Tree, counts: Mapping[str, int], k: int) -> frozenset[str]:
    """The units whose total may be shown. `counts` is by the unit a person is in, not counting those below it."""
    planner = Planner(tree, {Labels(unit): n for unit, n in counts.items()}, k)
    return planner.plan().units if planner.part_nobody() else frozenset()


def cell_of(labels: Labels, segments: tuple[Segment, ...]) -> str:
    """The finest part of the organisation that places and grades cut out, as one word."""
    return BETWEEN.join(label_of(labels, segment) for segment in segments)


def label_of(labels: Labels, segment: Segment) -> str:
    """Somebody's place or grade."""
    return labels.place if segment is Segment.PLACE else labels.grade


def by_unit(counts: Mapping[Labels, int]) -> Counter[str]:
    """People counted by their unit alone."""
    units: Counter[str] = Counter()
    for labels, n in counts.items():
        units[labels.unit] += n
    return units


class Planner:
    """Works out what may be shown: begins with every unit and block, and draws together what singles somebody out.

    `counts` is how many there are to count under each label of the roster, also where there is nobody.
    """

    def __init__(self, tree: Tree, counts: Mapping[Labels, int], k: int, segments: tuple[Segment, ...] = ()) -> None:
        self.tree, self.k = tree, k
        self._counts, self._segments = counts, segments
        self._sizes: Counter[str] = Counter()
        for labels, n in counts.items():
            self._sizes[cell_of(labels, segments)] += n
        self._blocks = {cell: cell for cell in self._sizes}
        self._totals = tree.totals(by_unit(counts))
        self._shown = {unit for unit, n in self._totals.items() if n >= k}

    def part_nobody(self) -> bool:
        """Draw together until no cut of fewer than k people is left. False where they are too few altogether."""
        if self.tree.root.id not in self._shown:
            return False
        ties: Ties[Group] = Ties(self.k)
        for labels, n in self._counts.items():
            ties.tie((RING, self._ring(labels.unit)), (BLOCK, cell_of(labels, self._segments)), n)
        while (side := ties.thin(rank=self._rank)) is not None:
            _, one, other = min([*self.upwards(side), *self.downwards(side), *self._mixings(side)])
            self.draw_together(one, other)
            ties.join(one, other)
        return True

    def plan(self) -> Plan:
        """What may be shown as it stands."""
        return Plan(frozenset(self._shown), self.partition())

    def partition(self) -> Partition:
        """Where everybody falls as it stands. A group that nobody answered in is none: its number is about nobody."""
        rings = {unit: self._ring(unit) for unit in self.tree.units} if self._shown else {}
        answered = {rings.get(labels.unit) for labels, n in self._counts.items() if n}
        return Partition(
            self._segments,
            {unit: ring for unit, ring in rings.items() if ring in answered},
            {cell: block for cell, block in self._blocks.items() if self._sizes[block]},
        )

    def upwards(self, side: frozenset[Group]) -> Iterator[tuple[int, Group, Group]]:
        """Units of one side that could be counted with the unit above them on the other, and how many that concerns."""
        for kind, unit in side:
            if kind == RING and unit in self._shown:
                above = next((u for u in self.tree.up(unit)[1:] if u in self._shown), unit)
                if (RING, above) not in side:
                    yield self._totals[unit], (RING, unit), (RING, above)

    def downwards(self, side: frozenset[Group]) -> Iterator[tuple[int, Group, Group]]:
        """Units of the other side that could be counted with the unit above them on this one."""
        for kind, unit in side:
            if kind == RING and unit in self._shown:
                for below in self._below(unit):
                    if (RING, below) not in side:
                        yield self._totals[below], (RING, below), (RING, unit)

    def blocks(self, side: frozenset[Group]) -> tuple[list[str], list[str]]:
        """The blocks on one side and those on the other, the smallest first."""
        blocks = sorted(set(self._blocks.values()), key=lambda block: (self._sizes[block], block))
        return [b for b in blocks if (BLOCK, b) in side], [b for b in blocks if (BLOCK, b) not in side]

    def draw_together(self, one: Group, other: Group) -> None:
        """Count a unit with the one above it, or a block with another."""
        if one[0] == RING:
            self._shown.discard(one[1])
        else:
            self._sizes[other[1]] += self._sizes[one[1]]
            self._blocks |= {cell: other[1] for cell, block in self._blocks.items() if block == one[1]}

    def _rank(self, side: Sequence[Group]) -> tuple[bool, int, int]:
        """Rings by themselves first, from the top of the tree down: what is hidden there settles much below it."""
        heights = [len(self.tree.up(unit)) for kind, unit in side if kind == RING]
        return len(heights) < len(side), min(heights, default=0), len(side)

    def _mixings(self, side: frozenset[Group]) -> Iterator[tuple[int, Group, Group]]:
        """The smallest blocks of both sides, of one place if there are such: both would lose their own number."""
        inside, outside = self.blocks(side)
        if inside and outside:
            place = inside[0].split(BETWEEN)[0]
            other = next((block for block in outside if block.split(BETWEEN)[0] == place), outside[0])
            yield self._sizes[inside[0]] + self._sizes[other], (BLOCK, inside[0]), (BLOCK, other)

    def _ring(self, unit: str) -> str:
        return next(above for above in self.tree.up(unit) if above in self._shown)

    def _below(self, unit: str) -> Iterator[str]:
        for child in self.tree.children(unit):
            if child in self._shown:
                yield child
            else:
                yield from self._below(child)
