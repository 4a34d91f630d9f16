"""Whom can sums single out, however they are added, subtracted and multiplied? Worked out exactly, from the sums alone.

People who are counted alike in all sums cannot be told apart, so they are one class, and only classes have to be looked
at. A combination of sums is about a few classes and nobody else exactly when leaving these out makes the sums depend on
one another more than before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

PRIME = 2_147_483_647
"""Ranks are worked out modulo a prime. A wrong one comes up less than once in a million sums, and finds more."""
Sum = Mapping[Any, int]
"""Who is counted in a sum, and how often: minus once, where somebody is taken off."""


def singled_out(sums: Sequence[Sum], k: int) -> frozenset[Hashable]:
    """Fewer than `k` people whom some combination of the sums is about, and nobody else; nobody, if there are none."""
    classes = _classes(sums)
    whole = _rank(sums, [people[0] for people in classes])
    for few in _smaller_than(k, classes):
        others = [people[0] for people in classes if people not in few]
        if _rank(sums, others) < whole:
            return frozenset(person for people in few for person in people)
    return frozenset()


def smallest_class(sums: Sequence[Sum]) -> int:
    """How many people there are in the smallest class."""
    return min(map(len, _classes(sums)), default=0)


def _classes(sums: Sequence[Sum]) -> list[tuple[Hashable, ...]]:
    """Everybody who is counted anywhere, with those who are counted alike."""
    alike: dict[Hashable, list[tuple[int, int]]] = {}
    for number, each in enumerate(sums):
        for person, times in each.items():
            alike.setdefault(person, []).append((number, times))
    found: dict[tuple[tuple[int, int], ...], list[Hashable]] = {}
    for person, counted in alike.items():
        found.setdefault(tuple(counted), []).append(person)
    return [tuple(people) for people in found.values()]


def _smaller_than(k: int, classes: Sequence[tuple[Hashable, ...]]) -> Iterator[tuple[tuple[Hashable, ...], ...]]:
    """All sets of classes that hold fewer than k people together."""
    small = [people for people in classes if len(people) < k]
    for number in range(1, min(k, len(small) + 1)):
        for few in combinations(small, number):
            if sum(map(len, few)) < k:
                yield few


def _rank(sums: Sequence[Sum], people: Sequence[Hashable]) -> int:
    rows: list[Counter[Hashable]] = []
    kept = set(people)
    for each in sums:
        row = Counter({person: times % PRIME for person, times in each.items() if person in kept})
        _reduce(row, rows)
        if row:
            rows.append(row)
    return len(rows)


def _reduce(row: Counter[Hashable], rows: Sequence[Counter[Hashable]]) -> None:
    """Take from a row whatever the earlier ones already say."""
    for earlier in rows:
        pivot = next(iter(earlier))
        if row[pivot]:
            factor = row[pivot] * pow(earlier[pivot], -1, PRIME)
            for person, times in earlier.items():
                left = (row[person] - factor * times) % PRIME
                if left:
                    row[person] = left
                else:
                    row.pop(person, None)
        elif pivot in row:
            del row[pivot]
