"""How those who are too few by themselves are put together: by unit, and from there up the tree of units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.people import Labels, Segment, Tree

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Rising(Generic[Thing]):
    """Who was put together, each time in which unit; and who is left over, too few in the whole organisation."""

    together: Sequence[tuple[str, Sequence[Thing]]]
    over: Sequence[Thing]

    def whole(self, size: Callable[[Sequence[Thing]], int]) -> list[tuple[str, Sequence[Thing]]]:
        """The same, and those left over with the smallest of them, if they are at least half as many.

        Otherwise they are not counted: it would cost a whole team its number for one or two answers.
        """
        found = list(self.together)
        if not found or not self.over:
            return found
        unit, smallest = min(found, key=lambda each: (size(each[1]), each[0]))
        if 2 * size(self.over) < size(smallest):
            return found
        return [each for each in found if each[1] is not smallest] + [(unit, [*smallest, *self.over])]


def put_together(
    things: Mapping[Thing, Labels],
    enough: Callable[[str, Sequence[Thing]], bool],
    tree: Tree,
    segments: Sequence[Segment] = (),
) -> Rising[Thing]:
    """Put people, or groups of them, together as deep in the tree as they are `enough` there, in the unit named.

    In each unit first those who share place and grade, as far as results are told apart by these, then those who share
    the first of the two, then all who are left; whoever is still left is counted in the unit above.
    """
    waiting: dict[str, list[Thing]] = {}
    for thing, labels in things.items():
        waiting.setdefault(labels.unit if labels.unit in tree.units else tree.root.id, []).append(thing)
    found: list[tuple[str, Sequence[Thing]]] = []
    for unit in sorted(tree.units, key=lambda unit: (-len(tree.up(unit)), unit)):
        here = waiting.pop(unit, [])
        for known in range(len(segments), -1, -1):
            shared = _by_labels(here, things, segments[:known])
            found += [(unit, some) for some in shared if enough(unit, some)]
            here = [thing for some in shared if not enough(unit, some) for thing in some]
        if here:
            waiting.setdefault(tree.units[unit].parent or "", []).extend(here)
    return Rising(found, waiting.get("", []))


def label_of(labels: Labels, segment: Segment) -> str:
    """Somebody's place or grade."""
    return labels.place if segment is Segment.PLACE else labels.grade


def _by_labels(some: Iterable[Thing], things: Mapping[Thing, Labels], segments: Sequence[Segment]) -> list[list[Thing]]:
    found: dict[tuple[str, ...], list[Thing]] = {}
    for thing in some:
        found.setdefault(tuple(label_of(things[thing], segment) for segment in segments), []).append(thing)
    return list(found.values())
