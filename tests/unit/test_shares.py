"""How a share is rounded, worked out another way."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bot.domain.shares import rounded, rounded_share


def nearest_five(percent: Fraction) -> int:
    """Counted out step by step, halves upwards."""
    return max(step for step in range(0, 105, 5) if step - Fraction(5, 2) <= percent)


@pytest.mark.parametrize("n", [20, 21, 40, 99, 250, 1000])
def test_a_share_of_twenty_or_more_is_the_nearest_five_per_cent(n: int) -> None:
    """From nobody to everybody, both of which are said."""
    shares = [rounded_share(part, n) for part in range(n + 1)]
    assert shares == [nearest_five(Fraction(100 * part, n)) for part in range(n + 1)]
    assert (shares[0], shares[-1]) == (0, 100)


@pytest.mark.parametrize("n", [5, 6, 9, 10, 11, 13, 19])
def test_a_share_of_fewer_says_neither_nobody_nor_everybody(n: int) -> None:
    """Nobody looks like one of them, everybody like all but one, and nothing is under 10 or over 90."""
    shares = [rounded_share(part, n) for part in range(n + 1)]
    one, but_one = nearest_five(Fraction(100, n)), nearest_five(Fraction(100 * (n - 1), n))
    assert shares[1:-1] == [
        min(90, but_one, max(10, one, nearest_five(Fraction(100 * part, n)))) for part in range(1, n)
    ]
    assert shares[0] == shares[1] and shares[-1] == shares[-2]
    assert min(shares) >= 10 and max(shares) <= 90


@pytest.mark.parametrize(("value", "said"), [(0, 0), (2.4, 0), (2.5, 5), (47.4, 45), (47.5, 50), (99.9, 100)])
def test_a_number_is_rounded_to_five_and_halves_upwards(value: float, said: int) -> None:
    assert rounded(value) == said
