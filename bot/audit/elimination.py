"""Whom can sums single out, however they are added, subtracted and multiplied? Worked out exactly, from the sums alone.

People who are counted alike in all sums cannot be told apart, so they are one class, and only classes have to be looked
at. A combination that is about fewer than k people is about none of the classes of k or more: these are eliminated
first, and in what is left, which is little, every few classes are tried. A combination is about a few and nobody else
exactly when leaving these out makes the sums depend on one another more than before.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

PRIME = 2_147_483_647
"""Ranks are worked out modulo a prime. A wrong one comes up less than once in a million sums, and finds more."""
Sum = Mapping[Any, int]
_Row = dict[Hashable, int]
"""Who is counted in a sum, and how often: minus once, where somebody is taken off."""


def singled_out(sums: Sequence[Sum], k: int) -> frozenset[Hashable]:
    """Fewer than `k` people whom some combination of the sums is about, and nobody else; nobody, if there are none."""
    classes = {people[0]: people for people in _classes(sums)}
    small = {first for first, people in classes.items() if len(people) < k}
    rows = [_Row({person: times for person, times in each.items() if person in classes}) for each in sums]
    for part in _parts(_about_few(rows, small)):
        few = _few_of(part, {first: len(classes[first]) for row in part for first in row}, k)
        if few:
            return frozenset(person for first in few for person in classes[first])
    return frozenset()


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


def _about_few(rows: Iterable[_Row], small: Collection[Hashable]) -> list[_Row]:
    """All combinations that are about none of the larger classes, by as few of them as say the same."""
    left, pivots = [], dict[Hashable, _Row]()
    for row in rows:
        _reduce(row, pivots)
        pivot = next((person for person in row if person not in small), None)
        if pivot is not None:
            pivots[pivot] = row
        elif row:
            left.append(row)
    found = dict[Hashable, _Row]()
    for row in left:
        _reduce(row, found)
        if row:
            found[next(iter(row))] = row
    return list(found.values())


def _parts(rows: Sequence[_Row]) -> list[list[_Row]]:
    """The combinations, those together that have somebody in common."""
    parts: list[tuple[set[Hashable], list[_Row]]] = []
    for row in rows:
        joined: tuple[set[Hashable], list[_Row]] = (set(row), [row])
        apart = []
        for people, own in parts:
            if people & joined[0]:
                joined = (joined[0] | people, [*joined[1], *own])
            else:
                apart.append((people, own))
        parts = [*apart, joined]
    return [own for _, own in parts]


def _few_of(rows: Sequence[_Row], sizes: Mapping[Hashable, int], k: int) -> tuple[Hashable, ...]:
    """Classes of fewer than k people together that a combination of these is about, and no other."""
    if len(rows) == 1:
        return tuple(rows[0]) if sum(sizes.values()) < k else ()
    whole = _rank(rows, ())
    for number in range(1, k):
        for few in combinations(sizes, number):
            if sum(sizes[each] for each in few) < k and _rank(rows, few) < whole:
                return few
    return ()


def _rank(rows: Sequence[_Row], without: Collection[Hashable]) -> int:
    pivots = dict[Hashable, _Row]()
    for each in rows:
        row = _Row({person: times for person, times in each.items() if person not in without})
        _reduce(row, pivots)
        if row:
            pivots[next(iter(row))] = row
    return len(pivots)


def _reduce(row: _Row, pivots: Mapping[Hashable, _Row]) -> None:
    """Take from a row whatever those with these pivots already say."""
    while (pivot := next((person for person in row if person in pivots), None)) is not None:
        earlier = pivots[pivot]
        factor = row[pivot] * pow(earlier[pivot], -1, PRIME)
        for person, times in earlier.items():
            left = (row.get(person, 0) - factor * times) % PRIME
            if left:
                row[person] = left
            else:
                row.pop(person, None)
