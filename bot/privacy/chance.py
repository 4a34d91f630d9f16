"""What chance alone explains, so that a lucky guess is not called a leak, nor a leak luck."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping, Sequence

ONCE_IN = 100_000
"""A rehearsal without a leak may be called leaky by chance once in so many."""
NUMBERS = re.compile(r"\(?\d+(,\d+\))?")
NEARLY, SURE = 0.97, 5.5
"""So many standard deviations come up by chance about once in thirty million tries."""


def right_guesses(guess: Sequence[str], truth: Sequence[str]) -> int:
    """In how many places a guessed order agrees with the true one. Chance alone gets one right, whatever the length."""
    return sum(a == b for a, b in zip(guess, truth, strict=False))


def most_by_chance(tries: int) -> int:
    """The most right guesses that this many tries at random get, but for once in a hundred thousand."""
    most = 3
    while tries * _more_than(most) > 1 / ONCE_IN:
        most += 1
    return most


def agreement(guess: Sequence[str], truth: Sequence[str]) -> float:
    """How far two orders of the same things agree, in standard deviations of chance: 0 for not at all."""
    place = {thing: number for number, thing in enumerate(truth)}
    n = len(guess)
    if n < 3 or len(place) != n:
        return 0.0
    apart = sum((number - place[thing]) ** 2 for number, thing in enumerate(guess))
    return (1 - 6 * apart / (n * (n * n - 1))) * math.sqrt(n - 1)


def tells_apart(values: Mapping[str, Hashable], group: frozenset[str]) -> float:
    """How well a property of people tells a group from the others: 1 and more is too well for chance.

    That is more than `SURE` standard deviations; among so few that not even a perfect order has as many, it is one
    that is perfect, or nearly.
    """
    inside = len(group & values.keys())
    others = len(values) - inside
    if not inside or not others:
        return 0.0
    if len(set(values.values())) <= max(2, len(values) // 8):
        return max(_share_apart(values, group, value) for value in set(values.values())) / SURE
    perfect = math.sqrt(3 * inside * others / (inside + others + 1))
    return _rank_apart(values, group) / min(SURE, NEARLY * perfect)


def natural(value: object) -> tuple[object, ...]:
    """A key that sorts numbers in words as numbers: `(0,10)` comes after `(0,9)`. Other words sort as they are."""
    words = value.hex() if isinstance(value, bytes) else str(value)
    if not NUMBERS.fullmatch(words):
        return (1, words)
    return (0, *(int(part) for part in re.findall(r"\d+", words)))


def _more_than(most: int) -> float:
    return 1 - sum(math.exp(-1) / math.factorial(n) for n in range(most + 1))


def _share_apart(values: Mapping[str, Hashable], group: frozenset[str], value: Hashable) -> float:
    """The difference of two shares: how often the group has this value, and how often the others."""
    n, inside = len(values), len(group & set(values))
    have = sum(found == value for found in values.values())
    both = sum(values[person] == value for person in group if person in values)
    spread = inside * (n - inside) * have * (n - have) / (n * n * (n - 1))
    return abs(both - inside * have / n) / math.sqrt(spread) if spread else 0.0


def _rank_apart(values: Mapping[str, Hashable], group: frozenset[str]) -> float:
    """The rank-sum test: do those of the group come sooner or later than the others?"""
    n, inside = len(values), len(group & set(values))
    order = sorted(values, key=lambda person: natural(values[person]))
    ranks = sum(number for number, person in enumerate(order, start=1) if person in group)
    spread = inside * (n - inside) * (n + 1) / 12
    return abs(ranks - inside * (n + 1) / 2) / math.sqrt(spread) if spread else 0.0
