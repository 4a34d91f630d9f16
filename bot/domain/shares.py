"""How a share of a group is shown: in steps of 5 %, and never so far out that it tells of each of a few people."""

from __future__ import annotations

ROUND_TO = 5
SMALL, FLOOR, CEILING = 20, 10, 90


def rounded_share(part: int, n: int) -> int:
    """A share as a percentage to the nearest 5, and for fewer than 20 people never so far out that it tells of each.

    "Everybody disagrees" would say what each of a few people said. So everybody and all but one look alike, nobody and
    one look alike, and nothing under 10 or over 90 is shown.
    """
    if n >= SMALL:
        return _percent(part, n)
    return min(CEILING, _percent(n - 1, n), max(FLOOR, _percent(1, n), _percent(part, n)))


def rounded(value: float) -> int:
    """To the nearest 5, halves upwards."""
    return int(value / ROUND_TO + 0.5) * ROUND_TO


def _percent(part: int, n: int) -> int:
    return (2 * part * 100 + ROUND_TO * n) // (2 * ROUND_TO * n) * ROUND_TO
