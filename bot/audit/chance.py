"""What chance alone explains, so that a lucky guess is not called a leak, nor a leak luck.

Every limit here is worked out, not guessed: how often something comes up among all equally likely orders or groups,
times how many were looked at. Where the exact number takes long, it is a bound that chance stays under for certain.
"""

from __future__ import annotations

import math
import re
from bisect import bisect, insort
from collections.abc import Hashable, Mapping, Sequence

ONCE_IN = 100_000_000
"""An attack may call a rehearsal without a leak leaky by chance once in so many.

A rehearsal asks this eight times (P1 and P2 twice each, P6 three times, P9 once), so one in twelve million is wrong.
To be rarer would cost nothing where a leak tells everything, but among sixty people one that tells nearly everything
would no longer be seen.
"""
NUMBERS = re.compile(r"\(?\d{1,20}(,\d{1,20}\))?")
"""No longer ones: an id of 32 hexadecimal digits is none, even where it happens to have no letter."""
SURELY_LUCK = 0.1
"""What a quick bound says is at least so likely need not be counted out."""


def right_guesses(guess: Sequence[str], truth: Sequence[str]) -> int:
    """In how many places a guessed order agrees with the true one. Chance alone gets one right, whatever the length."""
    return sum(a == b for a, b in zip(guess, truth, strict=False))


def most_by_chance(tries: int) -> int:
    """The most right guesses that this many tries at random get, except once in `ONCE_IN`.

    Of all orders, at most one in n! has n or more in their places: that many choices of n there are, times the share
    of orders that fit each.
    """
    most = 1
    while tries * ONCE_IN > math.factorial(most + 1):
        most += 1
    return most


def agreement(guess: Sequence[str], truth: Sequence[str]) -> float:
    """How far two orders of the same things agree, in standard deviations of chance: 0 for not at all.

    Counted are the pairs that stand the same way round in both (Kendall's tau).
    """
    place = {thing: number for number, thing in enumerate(truth)}
    n = len(guess)
    if n < 3 or len(place) != n:
        return 0.0
    before: list[int] = []
    turned = 0
    for thing in guess:
        turned += len(before) - bisect(before, place[thing])
        insort(before, place[thing])
    return (n * (n - 1) / 4 - turned) / math.sqrt(n * (n - 1) * (2 * n + 5) / 72)


def most_agreement(tries: int) -> float:
    """As far as orders at random agree or disagree in this many tries, except once in `ONCE_IN`.

    The pairs that are turned are a sum of independent numbers, each equally often any from nought to its most. Such a
    sum is nowhere likelier to stray than a normal one's bound says: 2 exp(-x²/2), for any length.
    """
    return math.sqrt(2 * math.log(2 * tries * ONCE_IN))


def tells_apart(values: Mapping[str, Hashable], group: frozenset[str], tries: int = 1) -> bool:
    """Whether a property of people tells a group from the others better than chance does in this many tries.

    Among so few that chance sorts them perfectly now and then, nothing does.
    """
    return too_lucky(luck(values, group), tries)


def too_lucky(luck: float, tries: int) -> bool:
    """Whether something that comes up so often would come up in so many tries less than once in `ONCE_IN`."""
    return luck * tries * ONCE_IN < 1


def luck(values: Mapping[str, Hashable], group: frozenset[str]) -> float:
    """How often a group of this size, drawn by lot, is told from the others as well as this one, or better."""
    inside = len(group & values.keys())
    others = len(values) - inside
    if not inside or not others:
        return 1.0
    different = set(values.values())
    if len(different) <= max(2, len(values) // 8):
        return min(1.0, len(different) * min(_luck_of_share(values, group, value) for value in different))
    return _luck_of_order(values, group)


def natural(value: object) -> tuple[object, ...]:
    """A key that sorts numbers in words as numbers: `(0,10)` comes after `(0,9)`. Other words sort as they are."""
    words = value.hex() if isinstance(value, bytes) else str(value)
    if not NUMBERS.fullmatch(words):
        return (1, words)
    return (0, *(int(part) for part in re.findall(r"\d+", words)))


def _luck_of_share(values: Mapping[str, Hashable], group: frozenset[str], value: Hashable) -> float:
    """How often so many of a group, or so few, have this value: the tails of the hypergeometric distribution."""
    n, inside = len(values), len(group & values.keys())
    have = sum(found == value for found in values.values())
    both = sum(values[person] == value for person in group & values.keys())
    ways = [math.comb(have, i) * math.comb(n - have, inside - i) for i in range(min(have, inside) + 1)]
    return min(1.0, 2 * min(sum(ways[: both + 1]), sum(ways[both:])) / math.comb(n, inside))


def _luck_of_order(values: Mapping[str, Hashable], group: frozenset[str]) -> float:
    """How often a group comes so early or so late in the order of the values: the rank-sum test, counted out.

    The bound of `most_agreement` is true of this sum too, for the same reason.
    """
    n, inside = len(values), len(group & values.keys())
    others = n - inside
    order = sorted(values, key=lambda person: natural(values[person]))
    ranks = sum(number for number, person in enumerate(order, start=1) if person in group)
    early = ranks - inside * (inside + 1) // 2
    away = early - inside * others / 2
    bound = 2 * math.exp(-(away**2) * 6 / (inside * others * (n + 1)))
    if bound > SURELY_LUCK:
        return min(1.0, bound)
    return 2 * _at_most(min(early, inside * others - early), inside, others)


def _at_most(most: int, inside: int, others: int) -> float:
    """In what share of all orders at most this many pairs, one of the group and one of the others, are turned.

    So many orders turn j pairs as the Gaussian binomial coefficient has at its j-th power.
    """
    orders = [1] + [0] * most
    for i in range(1, min(inside, others) + 1):
        longest = max(inside, others) + i
        for j in range(most, longest - 1, -1):
            orders[j] -= orders[j - longest]
        for j in range(i, most + 1):
            orders[j] += orders[j - i]
    return sum(orders) / math.comb(inside + others, inside)
