"""Which units' numbers may be shown, so that no subtraction leaves fewer than k people.

Published units form a tree. Whatever a reader adds and subtracts, the smallest groups they can reach are the *rings*: a
published unit less the published units nearest below it. So the rule is one line: every ring holds nobody, or at
least k people. This contains the plain threshold (a unit with nothing published below it is a ring).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.people import Tree

ROUND_TO = 5
SMALL, FLOOR, CEILING = 20, 10, 90


def publishable(tree: Tree, counts: Mapping[str, int], k: int) -> frozenset[str]:
    """The units whose total may be shown. `counts` is by the unit a person is in, not counting those below it.

    Starts from all units with at least `k` people and, while a ring is too small, hides the smallest published unit
    next to it, which then counts as part of that ring.
    """
    totals = tree.totals(counts)
    shown = {unit for unit, n in totals.items() if n >= k}
    while (thin := _thin_ring(tree, totals, shown, k)) is not None:
        shown.discard(min(_below(tree, thin, shown), key=lambda unit: (totals[unit], unit)))
    return frozenset(shown)


def rounded_share(part: int, n: int) -> int:
    """A share as a percentage to the nearest 5, and for fewer than 20 people never so far out that it tells of each.

    "Everybody disagrees" would say what each of a few people said. So everybody and all but one look alike, nobody and
    one look alike, and nothing under 10 or over 90 is shown.
    """
    if n >= SMALL:
        return _percent(part, n)
    return min(CEILING, _percent(n - 1, n), max(FLOOR, _percent(1, n), _percent(part, n)))


def _percent(part: int, n: int) -> int:
    return (2 * part * 100 + ROUND_TO * n) // (2 * ROUND_TO * n) * ROUND_TO


def _thin_ring(tree: Tree, totals: Mapping[str, int], shown: set[str], k: int) -> str | None:
    for unit in sorted(shown):
        rest = totals[unit] - sum(totals[below] for below in _below(tree, unit, shown))
        if 0 < rest < k:
            return unit
    return None


def _below(tree: Tree, unit: str, shown: set[str]) -> list[str]:
    nearest: list[str] = []
    for child in tree.children(unit):
        nearest += [child] if child in shown else _below(tree, child, shown)
    return nearest
