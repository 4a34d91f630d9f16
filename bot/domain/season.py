"""Whose answers to a question can be told this week, and together with whose: the rule for a whole season.

Pure: groups that were told, and who is there now, in; where everybody is counted out. No answer is looked at. Whatever
a reader works out from all numbers of a season is about k people or more:

- Everybody is in one cell, whose people are told together or not at all. So one week less another is whole cells.
- Those who were counted and have left are told of, as a difference, only as a crowd that left one pool, and of each of
  its cells k or more are still there.
- Whoever comes is told of only with a crowd of others who came.

`tests/attack/test_season.py` works it out from the numbers themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.cells import cells_for, mend
from bot.domain.groups import Group, Kind, Pool, Present, Rule, Token, pools_of
from bot.domain.people import Segment


@dataclass(frozen=True, slots=True)
class Season:
    """The groups of one question in an organisation, and who is counted in another organisation's."""

    groups: tuple[Group, ...] = ()
    elsewhere: frozenset[Token] = frozenset()


def stand(season: Season, present: Mapping[Token, Present], rule: Rule, segments: Sequence[Segment] = ()) -> list[Pool]:
    """The pools that can be told now, of those who are there. Whoever is in none is not counted.

    `segments` are the labels by which results are told apart, besides units: cells are made of people who share them.
    """
    pools = pools_of(group for group in season.groups if group.kind is Kind.LEFT or group.live(rule.day))
    whole, broken = _apart(pools, present, rule)
    return [*whole, *mend(broken, rule), *_fresh(season, pools, present, rule, segments)]


def _apart(
    pools: Iterable[Pool], present: Mapping[Token, Present], rule: Rule
) -> tuple[list[Pool], dict[Pool, frozenset[Token]]]:
    """The pools that nobody has left, and those that somebody has, with who it was."""
    told = [pool for pool in pools if not (pool.ends and pool.ends <= rule.day)]
    broken = {pool: gone for pool in told if (gone := pool.members - present.keys())}
    return [pool for pool in told if pool not in broken], broken


def _fresh(
    season: Season,
    pools: Sequence[Pool],
    present: Mapping[Token, Present],
    rule: Rule,
    segments: Sequence[Segment],
) -> list[Pool]:
    """New cells, of those who are in none."""
    left = [group.members for pool in pools for group in pool.left if group.live(rule.day)]
    bound = season.elsewhere.union(*(pool.members for pool in pools), *left)
    free = {token: person for token, person in present.items() if token not in bound and not person.waits}
    return cells_for(free, {cell.labels.unit for pool in pools for cell in pool.cells}, rule, segments)
