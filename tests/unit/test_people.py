"""The organisation tree."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import THREAD_UNIT_MIN, Organisation, Person, Tree, Unit, without

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
    ("heads", "shelters"),
    [
        ({"repairs": 5}, {"repairs": 5, "housing": 0, "council": 0}),
        ({"repairs": 4, "housing": 1}, {"repairs": 4, "housing": 5, "council": 0}),
        ({"repairs": 4, "allotments": 1}, {"repairs": 4, "housing": 5, "council": 0}),
        ({"repairs": 4, "roads": 5}, {"repairs": 4, "housing": 4, "roads": 5, "council": 4}),
        ({"repairs": 6, "allotments": 6, "housing": 1}, {"repairs": 6, "allotments": 6, "housing": 1, "council": 1}),
        ({}, {"repairs": 0, "council": 0}),
    ],
    ids=["itself", "its parent", "with a neighbour", "not with a large one", "thin above large ones", "nobody"],
)
def test_only_people_whose_words_rise_to_a_unit_hide_anybody_there(
    heads: dict[str, int], shelters: dict[str, int]
) -> None:
    """A unit's own people and those of too small units below count; those of large ones keep their words below."""
    found = TREE.shelters(heads, TREE.units)
    assert {unit: found[unit] for unit in shelters} == shelters


def test_words_rise_through_a_unit_that_nobody_leads() -> None:
    """A large team without a leader hides the director's assistant, because its words go to the director too."""
    heads = {"repairs": 6, "housing": 1}
    assert TREE.shelters(heads, {"repairs", "housing"})["housing"] == 1
    assert TREE.shelters(heads, {"housing"})["housing"] == 7


def test_how_many_are_enough_can_be_said() -> None:
    """A smaller demand is met lower down."""
    assert TREE.shelters({"repairs": 2, "housing": 9}, TREE.units, least=2)["housing"] == 9
    assert TREE.shelters({"repairs": 2, "housing": 9}, TREE.units, least=3)["housing"] == 11


def test_one_up_moves_everybody_but_those_at_the_top() -> None:
    """The same people, each in the unit above their own; the root keeps its own and gets its children's."""
    moved = TREE.one_up({"repairs": 3, "housing": 2, "council": 1})
    assert moved == {"council": 3, "housing": 3, "repairs": 0, "roads": 0, "allotments": 0}


def test_without_takes_people_from_their_units_and_never_below_none() -> None:
    """Two of one unit are two less; one who was not counted makes nothing less than none."""
    gone = [Person(str(n), "o", "k", "Ann", unit) for n, unit in enumerate(("repairs", "repairs", "roads"))]
    assert without(gone, {"repairs": 3, "housing": 1}) == {"repairs": 1, "housing": 1, "roads": 0}


@given(st.data())
def test_wherever_words_come_to_rest_that_many_people_s_words_do(data: st.DataObject) -> None:
    """In any tree, however led: a unit's shelter is the number of people whose words stop there, none counted twice."""
    names = [str(n) for n in range(data.draw(st.integers(1, 9)))]
    tree = Tree.of(Unit(n, n, data.draw(st.sampled_from(names[:i])) if i else None) for i, n in enumerate(names))
    heads = {n: data.draw(st.integers(0, 8)) for n in names}
    led = data.draw(st.sets(st.sampled_from(names)))
    shelters = tree.shelters(heads, led)
    at_rest = dict.fromkeys(names, 0)
    for unit, n in heads.items():
        rest = next((u for u in tree.up(unit) if u in led and shelters[u] >= THREAD_UNIT_MIN), tree.root.id)
        at_rest[rest] += n
    assert all(at_rest[u] == shelters[u] for u in led if shelters[u] >= THREAD_UNIT_MIN)
    assert sum(at_rest.values()) == sum(heads.values())


def test_zones_are_those_of_the_wall_clock() -> None:
    """An organisation and a person each have the time zone they name."""
    assert Organisation("o", "Council", "Europe/Madrid").tz.key == "Europe/Madrid"
    assert Person("p", "o", "k", "Ann", "u", zone="Atlantic/Stanley").tz.key == "Atlantic/Stanley"
