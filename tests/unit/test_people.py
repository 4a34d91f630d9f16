"""The organisation tree."""

from __future__ import annotations

import random

import pytest

from bot.domain.people import Organisation, Person, Tree, Unit

TREE = Tree.of(
    (
        Unit("repairs", "Repairs", "housing"),
        Unit("roads", "Roads", "council"),
        Unit("housing", "Housing", "council"),
        Unit("council", "Council"),
        Unit("allotments", "Allotments", "housing"),
    )
)


def test_the_way_up_ends_at_the_root() -> None:
    """A unit's path is itself, its parent, and so on; the root's is itself alone."""
    assert TREE.up("repairs") == ("repairs", "housing", "council")
    assert TREE.up("council") == ("council",)
    assert TREE.root.id == "council"


def test_children_stand_in_the_order_of_their_names() -> None:
    """The units directly below are sorted by name, whatever order they came in; a leaf has none."""
    assert TREE.children("council") == ("housing", "roads")
    assert TREE.children("housing") == ("allotments", "repairs")
    assert TREE.children("roads") == ()


def test_units_of_one_name_stay_two() -> None:
    """Two units with the same name are told apart by their ids."""
    tree = Tree.of((Unit("r", "Root"), Unit("b", "Admin", "r"), Unit("a", "Admin", "r")))
    assert tree.children("r") == ("a", "b")


@pytest.mark.parametrize(
    ("unit", "outer", "is_inside"),
    [
        ("repairs", "council", True),
        ("repairs", "housing", True),
        ("repairs", "repairs", True),
        ("housing", "repairs", False),
        ("repairs", "roads", False),
        ("council", "roads", False),
    ],
)
def test_a_unit_is_inside_itself_and_those_above(unit: str, outer: str, is_inside: bool) -> None:  # noqa: FBT001
    """Being inside holds for a unit itself and everything above it, and for nothing else."""
    assert TREE.inside(unit, outer) is is_inside


def test_totals_hold_everything_below() -> None:
    """A unit's total is its own count and those of all units inside it; a unit nobody is in has none."""
    assert TREE.totals({"repairs": 3, "housing": 2, "roads": 4}) == {
        "council": 9,
        "housing": 5,
        "repairs": 3,
        "roads": 4,
        "allotments": 0,
    }


def test_in_any_tree_a_total_is_the_sum_of_what_is_inside() -> None:
    """Totals agree with adding up every unit that is inside, in random trees."""
    dice = random.Random(7)
    for _ in range(100):
        names = [str(n) for n in range(dice.randint(1, 12))]
        tree = Tree.of(Unit(n, n, dice.choice(names[:i]) if i else None) for i, n in enumerate(names))
        counts = {name: dice.randint(0, 9) for name in names if dice.random() < 0.7}
        expected = {outer: sum(n for u, n in counts.items() if tree.inside(u, outer)) for outer in names}
        assert tree.totals(counts) == expected


@pytest.mark.parametrize(
    ("heads", "found"),
    [
        ({"repairs": 5}, "repairs"),
        ({"repairs": 4, "housing": 1}, "housing"),
        ({"repairs": 4, "allotments": 1}, "housing"),
        ({"repairs": 4, "roads": 5}, "council"),
        ({"repairs": 4}, "council"),
        ({}, "council"),
    ],
    ids=["itself", "its parent", "with a neighbour", "the root", "the root though small", "nobody"],
)
def test_a_small_unit_is_sheltered_by_the_nearest_large_one(heads: dict[str, int], found: str) -> None:
    """Going up, the first unit of at least five people is taken, and the root where there is none."""
    assert TREE.large_enough("repairs", heads) == found


def test_how_many_are_enough_can_be_said() -> None:
    """A smaller demand is met lower down."""
    assert TREE.large_enough("repairs", {"repairs": 2, "housing": 9}, least=2) == "repairs"
    assert TREE.large_enough("repairs", {"repairs": 2, "housing": 9}, least=3) == "housing"


def test_zones_are_those_of_the_wall_clock() -> None:
    """An organisation and a person each have the time zone they name."""
    assert Organisation("o", "Council", "Europe/Madrid").tz.key == "Europe/Madrid"
    assert Person("p", "o", "k", "Ann", "u", zone="Atlantic/Stanley").tz.key == "Atlantic/Stanley"
