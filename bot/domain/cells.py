"""Into which cells people fall who are not counted yet, and which cells that somebody left can be told as one pool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.domain.groups import SEASON, Group, Kind, Pool, Present, Rule, Token, common, union
from bot.domain.ids import new_id
from bot.domain.people import Segment
from bot.domain.rising import put_together


def cells_for(
    free: Mapping[Token, Present], settled: Iterable[str], rule: Rule, segments: Sequence[Segment]
) -> list[Pool]:
    """New cells, each for a unit and as deep in the tree as enough people allow; the others wait.

    `settled` are the units in which there are cells already. There newcomers must be a crowd, for they show as the
    difference between two weeks; elsewhere k are enough, as in any number.
    """
    known = {above for unit in settled if unit in rule.tree.units for above in rule.tree.up(unit)}

    def enough(unit: str, tokens: Sequence[Token]) -> bool:
        return _hiding(tokens, free) >= (rule.crowd if unit in known else rule.k)

    labels = {token: person.labels for token, person in free.items()}
    rising = put_together(labels, enough, rule.tree, segments)
    drafts = rising.together if known else rising.whole(len)
    ends = rule.day + SEASON
    return [pool for unit, tokens in drafts for pool in _cells(tokens, free, rule, ends if unit in known else None)]


def mend(broken: Mapping[Pool, frozenset[Token]], rule: Rule) -> list[Pool]:
    """Pools of cells that somebody has left, given with who has left each, as they can be told now.

    Each is as deep in the tree as a crowd of leavers allows. Of a cell in which fewer than k are left nothing is told.
    """
    usable = {
        pool: pool.labels(rule.tree)
        for pool, gone in broken.items()
        if all(len(cell.members - cell.unvouched - pool.gone - gone) >= rule.k for cell in pool.cells)
    }

    def enough(_unit: str, pools: Sequence[Pool]) -> bool:
        return sum(len(broken[pool] - pool.unvouched) for pool in pools) >= rule.crowd

    rising = put_together(usable, enough, rule.tree)
    return [_joined(pools, union(broken[pool] for pool in pools), rule.day) for _, pools in rising.together]


def _joined(pools: Sequence[Pool], gone: frozenset[Token], day: date) -> Pool:
    name = new_id()
    cells = tuple(replace(cell, ends=cell.ends or day + SEASON) for pool in pools for cell in pool.cells)
    left = Group(new_id(), Kind.LEFT, name, gone, day)
    return Pool(name, cells, (left, *(group for pool in pools for group in pool.left)))


def _cells(tokens: Sequence[Token], free: Mapping[Token, Present], rule: Rule, ends: date | None) -> list[Pool]:
    """Cells of a crowd each, where there are so many: when somebody leaves, only their cell is not counted.

    Who falls into which follows from their tokens, which nobody chooses.
    """
    parts = max(1, _hiding(tokens, free) // rule.crowd)
    dealt = sorted(tokens, key=lambda token: (free[token].hides, token))
    return [_cell(dealt[part::parts], free, rule, ends) for part in range(parts)]


def _cell(tokens: Sequence[Token], free: Mapping[Token, Present], rule: Rule, ends: date | None) -> Pool:
    name = new_id()
    labels = common([free[token].labels for token in tokens], rule.tree)
    silent = frozenset(token for token in tokens if not free[token].hides)
    return Pool(name, (Group(name, Kind.CELL, name, frozenset(tokens), rule.day, labels, silent, ends),))


def _hiding(tokens: Iterable[Token], of: Mapping[Token, Present]) -> int:
    return sum(of[token].hides for token in tokens)
