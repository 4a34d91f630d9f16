"""What is said of a question's answers, and all that is kept of them once they are counted.

A number is kept as the sentence says it: rounded, and for a few people never so far out that it tells of each. How many
chose which answer is forgotten with the ballots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.questions import favourable, mean_points
from bot.domain.shares import CEILING, FLOOR, ROUND_TO, SMALL, rounded, rounded_share

AT_LEAST = (20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 7500, 10_000, 20_000, 50_000)
MOST_SAID = 90
"""Per cent of those asked: that more have answered is not said, for it would be nearly everybody."""


@dataclass(frozen=True, slots=True)
class Number:
    """What may be said of one question in one group of people.

    `share` is how many agree, in per cent to the nearest 5; `mean` lies between 0 and 100, to the nearest 5 as well.
    At least `at_least` answered; 0 where that is not said. `counted` is how many of the people there the number can be
    about, in per cent. Two numbers are about the same people where their `basis` is the same.
    """

    item: str
    share: int
    mean: int
    at_least: int = 0
    counted: int = 100
    basis: str = ""


def number_of(item: str, counts: Sequence[int], asked: int) -> Number:
    """What may be said of answers, counted by score from 1 to 5, where so many were asked."""
    n = sum(counts)
    return Number(item, rounded_share(favourable(counts), n), rounded_mean(counts), at_least(n, asked))


def rounded_mean(counts: Sequence[int]) -> int:
    """The mean of answers from 0 to 100, to the nearest 5; of a few people neither end, which would tell of each."""
    mean = rounded(mean_points(counts))
    return mean if sum(counts) >= SMALL else min(CEILING, max(FLOOR, mean))


def at_least(n: int, asked: int) -> int:
    """How many answered at least, in steps, and 0 where it would tell of a few, or that nearly everybody did."""
    said = min(n, asked * MOST_SAID // 100)
    return max((step for step in AT_LEAST if step <= said), default=0)


def share_counted(counted: int, people: int) -> int:
    """How many of the people in a unit a number can be about, in per cent: 100 for all of them, else less."""
    if counted >= people:
        return 100
    return min(100 - ROUND_TO, rounded(100 * counted / people))
