"""Who is told of this week, one rule at a time; `tests/attack/test_season.py` lives through whole seasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.groups import SEASON, Group, Kind, Present, Rule, Token
from bot.domain.people import Labels, Tree, Unit
from bot.domain.season import Season, stand
from tests.counted import DAY, names

TREE = Tree.of([Unit("all", "all"), Unit("a", "a", "all"), Unit("b", "b", "all")])
RULE = Rule(TREE, 5, DAY)
SHOWN = DAY - timedelta(weeks=3)
PEOPLE = names(9)
CELL = Group("cell", Kind.CELL, "pool", frozenset(PEOPLE), SHOWN, Labels("a"))
LEFT = Group("left", Kind.LEFT, "pool", frozenset(PEOPLE[:2]), SHOWN)


def there(tokens: Sequence[Token]) -> dict[Token, Present]:
    return {token: Present(Labels("a")) for token in tokens}


def told(season: Season, present: dict[Token, Present]) -> list[frozenset[Token]]:
    return [pool.members for pool in stand(season, present, RULE)]


def test_whoever_was_told_together_is_told_together_again() -> None:
    assert told(Season((CELL,)), there(PEOPLE)) == [CELL.members]


@pytest.mark.parametrize(("days", "is_told"), [(-1, False), (0, False), (1, True)])
def test_a_cell_is_told_until_the_day_on_which_it_ends(*, days: int, is_told: bool) -> None:
    """From that day on its people wait, for the cell still binds them: what was told of them is fresh."""
    ending = replace(CELL, ends=DAY + timedelta(days=days))
    assert told(Season((ending,)), there(PEOPLE)) == ([CELL.members] if is_told else [])


@pytest.mark.parametrize(("days", "is_bound"), [(1, True), (0, False)])
def test_a_season_is_over_thirteen_weeks_after_it_was_told(*, days: int, is_bound: bool) -> None:
    """Then its people fall into cells as if nothing had ever been told of them: as many as are there now."""
    old = replace(CELL, told=DAY - SEASON + timedelta(days=days))
    assert told(Season((old,)), there(PEOPLE[:5])) == ([] if is_bound else [frozenset(PEOPLE[:5])])


def test_those_who_left_a_pool_are_out_of_it_for_as_long_as_it_is_told() -> None:
    """However long ago they left it: with them the pool would be about others than it was."""
    long_ago = replace(LEFT, told=DAY - 2 * SEASON)
    assert told(Season((CELL, long_ago)), there(PEOPLE[2:])) == [CELL.members - LEFT.members]


@pytest.mark.parametrize(("days", "is_bound"), [(1, True), (0, False)])
def test_those_who_left_may_come_again_when_their_answers_are_old(*, days: int, is_bound: bool) -> None:
    """Until then they are in no cell, though others of the same unit fall into one."""
    left = replace(LEFT, told=DAY - SEASON + timedelta(days=days))
    others = names(10, "new")
    found = told(Season((CELL, left)), there([*PEOPLE, *others]))
    assert found == [CELL.members - LEFT.members, frozenset(others) | (frozenset() if is_bound else LEFT.members)]


def test_whoever_is_counted_elsewhere_or_waits_is_in_no_cell() -> None:
    """Neither falls into a new one, and neither helps to fill it."""
    waiting = {PEOPLE[1]: Present(Labels("a"), waits=True)}
    assert told(Season((), frozenset(PEOPLE[:1])), there(PEOPLE) | waiting) == [frozenset(PEOPLE[2:])]
    assert told(Season((), frozenset(PEOPLE[2:6])), there(PEOPLE) | waiting) == []
