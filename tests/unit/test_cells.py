"""Groups, pools and cells, one rule at a time; `tests/attack/test_season.py` lives through whole seasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from bot.domain.cells import cells_for, mend
from bot.domain.groups import (
    COUNTED,
    RECOGNITION,
    SEASON,
    SIGNATURES,
    Group,
    Kind,
    Pool,
    Present,
    Rule,
    Token,
    common,
    common_unit,
    pools_of,
    union,
)
from bot.domain.people import Labels, Tree, Unit
from tests.counted import DAY, names

TREE = Tree.of([Unit("all", "all"), Unit("a", "a", "all"), Unit("a1", "a1", "a"), Unit("b", "b", "all")])
RULE = Rule(TREE, 5, DAY)
EARLIER, LATER = DAY - timedelta(weeks=3), DAY + timedelta(weeks=4)


def cell(name: str, tokens: Sequence[Token], unit: str = "a", unvouched: Sequence[Token] = ()) -> Group:
    return Group(name, Kind.CELL, name, frozenset(tokens), EARLIER, Labels(unit), frozenset(unvouched))


def pool(name: str, tokens: Sequence[Token], unit: str = "a", unvouched: Sequence[Token] = ()) -> Pool:
    return Pool(name, (cell(name, tokens, unit, unvouched),))


def there(tokens: Sequence[Token], unit: str = "a", *, hides: bool = True) -> dict[Token, Present]:
    return {token: Present(Labels(unit), hides=hides) for token in tokens}


# Groups and pools


@pytest.mark.parametrize(("days", "lives"), [(0, True), (90, True), (91, False), (92, False)])
def test_a_group_lives_for_thirteen_weeks(*, days: int, lives: bool) -> None:
    assert cell("c", names(5)).live(EARLIER + timedelta(days=days)) is lives


def test_a_crowd_is_twice_the_threshold() -> None:
    assert [Rule(TREE, k, DAY).crowd for k in (5, 7)] == [10, 14]


def test_a_pool_is_about_its_cells_less_those_who_left() -> None:
    """Who hides nobody is known of whoever is in it now or once."""
    people = names(12)
    left = [Group(f"l{n}", Kind.LEFT, "p", frozenset([people[n]]), DAY) for n in (0, 7)]
    both = Pool("p", (cell("c", people[:6], "a1", people[:2]), cell("d", people[6:], "a")), tuple(left))
    assert both.gone == {people[0], people[7]}
    assert both.members == {*people} - both.gone
    assert both.unvouched == {*people[:2]}
    assert both.labels(TREE) == Labels("a")
    stranger = Group("l", Kind.LEFT, "p", frozenset(names(1, "stranger")), DAY)
    assert Pool("p", (cell("c", people),), (stranger,)).members == {*people}


def test_two_pools_alike_are_two() -> None:
    assert pool("p", names(5)) != pool("p", names(5))


def test_whoever_is_there_was_asked_and_hides_others_unless_it_is_said() -> None:
    assert Present(Labels("a")) == Present(Labels("a"), asked=True, hides=True, waits=False)


def test_somebody_is_recognised_for_longer_than_a_season() -> None:
    """Five weeks longer: whoever is away for a month and comes back in its last week is still the same."""
    assert RECOGNITION.lasts() - COUNTED.lasts() == timedelta(weeks=5)
    assert COUNTED.lasts() == SEASON == timedelta(days=91)


def test_a_signature_stands_for_exactly_the_members() -> None:
    """It is a sum, so that of two pools is that of both together."""
    people = names(6)
    own = [int.from_bytes(sha256(token).digest()[:16]) for token in people]
    for n in range(7):
        assert pool("p", people[:n]).signature == sum(own[:n]) % 2**128
    assert pool("p", people).signature != pool("p", people[1:]).signature
    halves = pool("p", people[:3]).signature + pool("q", people[3:]).signature
    assert halves % SIGNATURES == pool("r", people).signature


def test_a_pool_ends_with_the_first_of_its_cells() -> None:
    ends = [None, LATER, LATER + timedelta(days=1)]
    cells = tuple(replace(cell(f"c{n}", names(5)), ends=end) for n, end in enumerate(ends))
    assert Pool("p", cells).ends == LATER
    assert Pool("p", cells[:1]).ends is None


def test_what_is_kept_of_a_pool_says_when_it_was_told() -> None:
    """Its cells stand in it and end with it; who left, left it when they did. A later day is never taken back."""
    left = Group("l", Kind.LEFT, "old", frozenset(names(1)), EARLIER)
    cells = (cell("c", names(5)), replace(cell("d", names(5, "other")), told=LATER, ends=LATER))
    kept = Pool("p", cells, (left,)).told(DAY)
    assert [(group.id, group.pool, group.told, group.ends) for group in kept] == [
        ("c", "p", DAY, LATER),
        ("d", "p", LATER, LATER),
        ("l", "p", EARLIER, None),
    ]


def test_groups_are_put_into_their_pools() -> None:
    """By their ids, and those who left with the cells that they left; without any cell they are no pool."""
    cells = [replace(cell(name, names(5)), pool=of) for name, of in (("c", "q"), ("d", "p"), ("e", "p"))]
    left = [Group(f"l{of}", Kind.LEFT, of, frozenset(names(1)), DAY) for of in ("p", "r")]
    found = [(each.id, each.cells, each.left) for each in pools_of([*cells, *left])]
    assert found == [("p", (cells[1], cells[2]), (left[0],)), ("q", (cells[0],), ())]


def test_a_union_is_everybody_in_any() -> None:
    assert union([]) == frozenset()
    assert union([frozenset(names(2)), frozenset(names(3))]) == {*names(3)}


@pytest.mark.parametrize(
    ("units", "shared"),
    [(("a1",), "a1"), (("a1", "a"), "a"), (("a", "a1"), "a"), (("a1", "b"), "all"), (("gone", "a"), "all")],
)
def test_the_common_unit_is_the_smallest_that_holds_all(units: Sequence[str], shared: str) -> None:
    assert common_unit(units, TREE) == shared


def test_places_and_grades_are_said_where_all_share_them() -> None:
    labels = [Labels("a", "Hall", "1"), Labels("a1", "Hall", "2"), Labels("a", "Hall", "1")]
    assert common(labels, TREE) == Labels("a", "Hall", "")
    assert common([Labels("a", "Hall", "1"), Labels("a", "Depot", "1")], TREE) == Labels("a", "", "1")


# New cells


@pytest.mark.parametrize(("n", "cells"), [(4, []), (5, [5]), (19, [19]), (20, [10, 10]), (31, [11, 10, 10])])
def test_people_fall_into_cells_of_a_crowd_each(n: int, cells: list[int]) -> None:
    """Where nothing was told yet, the threshold is enough for a cell; they do not end."""
    found = cells_for(there(names(n)), (), RULE, ())
    assert [len(each.members) for each in found] == cells
    assert union(each.members for each in found) == (frozenset(names(n)) if cells else frozenset())
    assert all(each.cells[0].labels == Labels("a") and each.ends is None for each in found)
    assert all(each.id == each.cells[0].id == each.cells[0].pool for each in found)
    assert all(each.cells[0].told == DAY and each.cells[0].kind is Kind.CELL for each in found)


@pytest.mark.parametrize("settled", ["a", "a1"])
@pytest.mark.parametrize(("n", "cells"), [(9, []), (10, [10]), (19, [19]), (20, [10, 10])])
def test_newcomers_must_be_a_crowd_where_there_are_cells(settled: str, n: int, cells: list[int]) -> None:
    """There they show as the difference of two weeks. Their cells end, so that they can join the others then."""
    found = cells_for(there(names(n)), [settled], RULE, ())
    assert [len(each.members) for each in found] == cells
    assert all(each.ends == DAY + SEASON for each in found)


def test_another_unit_asks_for_no_crowd() -> None:
    """A unit of which nothing was told takes the threshold, and so does one where only a unit that is gone was told."""
    assert [len(each.members) for each in cells_for(there(names(5), "b"), ["a1"], RULE, ())] == [5]
    assert [each.ends for each in cells_for(there(names(5), "b"), ["a1"], RULE, ())] == [None]
    assert [len(each.members) for each in cells_for(there(names(5)), ["gone"], RULE, ())] == [5]


def test_the_few_left_over_join_a_cell_only_at_the_beginning() -> None:
    """Half as many as the smallest, with nothing told yet: else they wait."""
    free = {**there(names(5)), **there(names(3, "few"), "b")}
    assert [len(each.members) for each in cells_for(free, (), RULE, ())] == [8]
    assert [len(each.members) for each in cells_for(free | there(names(10, "new")), ["a"], RULE, ())] == [15]


def test_those_who_hide_nobody_fill_no_cell_and_are_dealt_evenly() -> None:
    """They are in it, and it is known of them."""
    silent = there(names(8, "silent"), hides=False)
    assert cells_for(there(names(4)) | silent, (), RULE, ()) == []
    found = cells_for(there(names(20)) | silent, (), RULE, ())
    assert [(len(each.members), len(each.unvouched)) for each in found] == [(14, 4), (14, 4)]
    assert union(each.unvouched for each in found) == {*silent}


# Cells that somebody has left


@pytest.mark.parametrize(("stay", "told"), [(4, False), (5, True)])
def test_a_cell_is_told_without_a_crowd_who_left_while_enough_stay(*, stay: int, told: bool) -> None:
    people = names(10 + stay)
    gone = frozenset(people[:10])
    found = mend({pool("c", people): gone}, RULE)
    assert [each.members for each in found] == ([frozenset(people[10:])] if told else [])
    for each in found:
        assert each.id != "c"
        assert [(left.kind, left.pool, left.members, left.told) for left in each.left] == [
            (Kind.LEFT, each.id, gone, DAY)
        ]
        assert each.ends == DAY + SEASON


@pytest.mark.parametrize(("leavers", "told"), [(9, False), (10, True)])
def test_fewer_than_a_crowd_who_left_are_not_told_of(*, leavers: int, told: bool) -> None:
    """Those of several cells count together, as deep in the tree as they are enough."""
    one, two = names(12), names(12, "two")
    broken = {pool("c", one): frozenset(one[:5]), pool("d", two, "a1"): frozenset(two[: leavers - 5])}
    found = mend(broken, RULE)
    assert [len(each.members) for each in found] == ([14] if told else [])
    assert [each.labels(TREE).unit for each in found] == (["a"] if told else [])


def test_those_who_hide_nobody_count_neither_among_the_leavers_nor_among_those_who_stay() -> None:
    people = names(16)
    gone = frozenset(people[:10])
    assert mend({pool("c", people): gone}, RULE) != []
    assert mend({pool("c", people, unvouched=people[:1]): gone}, RULE) == []
    assert mend({pool("c", people, unvouched=people[-1:]): gone}, RULE) != []
    assert mend({pool("c", people, unvouched=people[-2:]): gone}, RULE) == []


def test_each_cell_of_a_pool_keeps_enough_who_hide_somebody() -> None:
    """Those who left another cell of it do not count for it."""
    small, large = names(7), names(20, "large")

    def mended(unvouched: int) -> list[Pool]:
        cells = (cell("c", small, unvouched=small[:unvouched]), cell("d", large))
        return mend({Pool("p", cells): frozenset(large[:10])}, RULE)

    assert [len(each.members) for each in mended(2)] == [17]
    assert mended(3) == []


def test_who_left_before_is_not_there_again() -> None:
    """A pool that was mended once is left by more: what it holds of the earlier ones is kept, and each cell keeps k."""
    people = names(30)
    before = Group("l", Kind.LEFT, "p", frozenset(people[:10]), EARLIER)
    ending = replace(cell("c", people), ends=LATER)
    for leavers, members in ((15, 5), (16, 0)):
        gone = frozenset(people[10 : 10 + leavers])
        found = mend({Pool("p", (ending,), (before,)): gone}, RULE)
        assert [len(each.members) for each in found] == ([members] if members else [])
        assert all(before in each.left and len(each.left) == 2 and each.ends == LATER for each in found)
