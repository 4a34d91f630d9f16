"""How those who are too few by themselves are put together, one rule at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.domain.people import Labels, Segment, Tree, Unit
from bot.domain.rising import Rising, label_of, put_together

TREE = Tree.of([Unit("all", "all"), Unit("a", "a", "all"), Unit("b", "b", "all"), Unit("z", "z", "a")])
BOTH = (Segment.PLACE, Segment.GRADE)


def people(**labels: Labels) -> Mapping[str, Labels]:
    """Five, by the first letter of their names and a number, for each of the labels."""
    return {f"{name}{n}": at for name, at in labels.items() for n in range(5)}


def together(things: Mapping[str, Labels], least: int, segments: Sequence[Segment] = ()) -> list[tuple[str, str]]:
    """Which units, and whose first letters, where so many are enough."""
    rising = put_together(things, lambda _unit, some: len(some) >= least, TREE, segments)
    return [(unit, "".join(sorted({name[0] for name in some}))) for unit, some in rising.together]


def test_a_label_is_the_one_that_is_asked_for() -> None:
    labels = Labels("a", "Town Hall", "G7")
    assert label_of(labels, Segment.PLACE) == "Town Hall"
    assert label_of(labels, Segment.GRADE) == "G7"


def test_enough_are_together_as_deep_in_the_tree_as_they_are() -> None:
    """The deepest first; those left over rise, and a unit that is not in the tree is the whole organisation."""
    things = people(p=Labels("z"), q=Labels("a"), r=Labels("b"), s=Labels("gone"))
    assert together(things, 5) == [("z", "p"), ("a", "q"), ("b", "r"), ("all", "s")]
    assert together(things, 6) == [("a", "pq"), ("all", "rs")]
    assert together(things, 11) == [("all", "pqrs")]
    assert together(things, 21) == []


def test_those_who_share_both_labels_come_first_and_then_those_who_share_the_first() -> None:
    """And then all others of the unit, before any of them is counted in the unit above."""
    things = people(
        p=Labels("a", "North", "1"),
        q=Labels("a", "North", "2"),
        r=Labels("a", "South", "1"),
        s=Labels("a", "West", "2"),
    )
    assert together(things, 5, BOTH) == [("a", "p"), ("a", "q"), ("a", "r"), ("a", "s")]
    assert together(things, 6, BOTH) == [("a", "pq"), ("a", "rs")]
    assert together(things, 6, [Segment.GRADE]) == [("a", "pr"), ("a", "qs")]
    assert together(things, 11, BOTH) == [("a", "pqrs")]


@pytest.mark.parametrize(("over", "smallest", "joined"), [(3, 7, False), (3, 6, True), (1, 3, False), (5, 9, True)])
def test_those_left_over_join_the_smallest_if_they_are_half_as_many(*, over: int, smallest: int, joined: bool) -> None:
    """Else they are not counted: a whole team would lose its number for one or two."""
    big, small, few = ([f"{name}{n}" for n in range(size)] for name, size in (("b", 20), ("s", smallest), ("o", over)))
    whole = Rising([("a", big), ("b", small)], few).whole(len)
    assert whole == [("a", big), ("b", [*small, *few] if joined else small)]


def test_of_two_that_are_equally_small_the_first_by_name_is_joined() -> None:
    """Whoever is in them."""
    assert Rising([("b", ["p", "q"]), ("a", ["y", "z"])], ["o"]).whole(len) == [
        ("b", ["p", "q"]),
        ("a", ["y", "z", "o"]),
    ]


def test_where_nobody_is_together_or_left_over_nothing_changes() -> None:
    assert Rising([], ["o"]).whole(len) == []
    assert Rising([("a", ["p"])], []).whole(len) == [("a", ["p"])]
