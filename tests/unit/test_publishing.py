"""Which units may be shown, against an attacker who adds and subtracts whatever was shown."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import product

import pytest

from bot.domain.people import Tree, Unit
from bot.domain.publishing import Weight, publishable
from bot.domain.shares import rounded_share

CASES = 250
K = 5


def random_case(dice: random.Random, k: int) -> tuple[Tree, dict[str, int]]:
    names = [f"u{n}" for n in range(dice.randint(1, 9))]
    parents = [None, *(dice.choice(names[:n]) for n in range(1, len(names)))]
    counts = {name: dice.choice((0, 0, 1, dice.randint(1, k), dice.randint(0, 3 * k))) for name in names}
    return Tree.of(Unit(n, n, p) for n, p in zip(names, parents, strict=True)), counts


def rings(tree: Tree, counts: Mapping[str, int], shown: AbstractSet[str]) -> dict[str, int]:
    """People by the nearest shown unit above them, worked out from below instead of by subtraction."""
    found = dict.fromkeys(shown, 0)
    for unit, n in counts.items():
        nearest = next((above for above in tree.up(unit) if above in shown), None)
        if nearest is not None:
            found[nearest] += n
    return found


def isolated(tree: Tree, counts: Mapping[str, int], shown: AbstractSet[str]) -> Iterator[int]:
    """How many people are left by each way of adding and subtracting the shown totals."""
    order = sorted(shown)
    above = {unit: [i for i, other in enumerate(order) if tree.inside(unit, other)] for unit in tree.units}
    for factors in product((-1, 0, 1), repeat=len(order)):
        yield sum(n for unit, n in counts.items() if sum(factors[i] for i in above[unit]))


def cases(k: int, seed: int) -> Iterator[tuple[Tree, dict[str, int]]]:
    dice = random.Random(seed)
    return (random_case(dice, k) for _ in range(CASES))


def safe(tree: Tree, counts: Mapping[str, int], shown: AbstractSet[str], k: int) -> bool:
    return all(n == 0 or n >= k for n in isolated(tree, counts, shown))


def family(**parents: str | None) -> Tree:
    return Tree.of(Unit(name, name, parent) for name, parent in parents.items())


COUNCIL = family(council=None, housing="council", parks="council", roads="council", repairs="housing")


@pytest.mark.parametrize("k", [2, 3])
def test_no_sum_or_difference_of_what_is_shown_leaves_a_few_people(k: int) -> None:
    """Every combination of published totals touches nobody or at least k people, and so does every ring."""
    for tree, counts in cases(k, seed=k):
        shown = publishable(tree, counts, k)
        assert all(n == 0 or n >= k for n in rings(tree, counts, shown).values()), (tree, counts)
        assert safe(tree, counts, shown, k), (tree, counts)


@pytest.mark.parametrize("k", [2, 3])
def test_the_plain_threshold_would_have_been_attacked(k: int) -> None:
    """The attack works: showing every unit of k people isolates somebody in many of the same organisations."""
    plain = [(tree, counts, {u for u, n in tree.totals(counts).items() if n >= k}) for tree, counts in cases(k, seed=k)]
    assert sum(not safe(tree, counts, shown, k) for tree, counts, shown in plain) > CASES // 5


@pytest.mark.parametrize("k", [2, 3])
def test_the_whole_organisation_is_shown_exactly_when_enough_answered(k: int) -> None:
    """The root is published if and only if at least k people answered altogether."""
    for tree, counts in cases(k, seed=10 + k):
        assert (tree.root.id in publishable(tree, counts, k)) == (sum(counts.values()) >= k)


@pytest.mark.parametrize("k", [2, 3])
def test_nothing_is_shown_below_the_threshold(k: int) -> None:
    """A published unit holds at least k people, itself and below it."""
    for tree, counts in cases(k, seed=20 + k):
        totals = tree.totals(counts)
        assert all(totals[unit] >= k for unit in publishable(tree, counts, k))


@pytest.mark.parametrize("k", [2, 3])
def test_no_hidden_unit_could_be_shown_as_well(k: int) -> None:
    """Showing any one hidden unit of k people beside what is shown would make a ring too small."""
    for tree, counts in cases(k, seed=30 + k):
        shown = publishable(tree, counts, k)
        for unit, n in tree.totals(counts).items():
            if n >= k and unit not in shown:
                assert any(0 < left < k for left in rings(tree, counts, shown | {unit}).values()), (tree, counts, unit)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"housing": 6, "parks": 5, "roads": 7, "repairs": 5}, set()),
        ({"repairs": 6, "parks": 5, "roads": 7}, set()),
        ({"housing": 5, "parks": 3, "roads": 7, "repairs": 5}, {"parks", "roads"}),
        ({"housing": 5, "parks": 3, "roads": 7, "council": 2, "repairs": 5}, {"parks"}),
        ({"housing": 6, "parks": 5, "roads": 7, "council": 2, "repairs": 6}, {"parks"}),
        ({"housing": 2, "repairs": 6, "parks": 5, "roads": 7}, {"repairs"}),
        ({"housing": 3, "roads": 7}, {"housing", "repairs", "parks", "roads"}),
    ],
    ids=["all", "empty rings", "one small", "small ones hide each other", "people at the top", "inside", "both"],
)
def test_no_more_is_hidden_than_must_be(counts: dict[str, int], hidden: set[str]) -> None:
    """A small unit costs itself and, only where the rest would betray it, its smallest neighbour."""
    expected = set(COUNCIL.units) - hidden - {u for u, n in COUNCIL.totals(counts).items() if n == 0}
    assert publishable(COUNCIL, counts, K) == expected


def test_of_two_equal_units_the_choice_is_always_the_same() -> None:
    """Two units of one size are told apart by their ids, so that every process publishes the same."""
    assert publishable(COUNCIL, {"parks": 5, "roads": 5, "council": 1}, K) == {"council", "roads"}


def test_too_few_people_altogether_show_nothing() -> None:
    """With fewer than k people nothing is published, not even the whole."""
    assert publishable(COUNCIL, {"housing": 2, "roads": 2}, K) == frozenset()
    assert publishable(COUNCIL, {}, K) == frozenset()


@pytest.mark.parametrize(
    ("part", "n", "percent"),
    [
        (0, 19, 10),
        (19, 19, 90),
        (0, 20, 0),
        (20, 20, 100),
        (5, 10, 50),
        (23, 25, 90),
        (93, 100, 95),
        (2, 100, 0),
        (3, 100, 5),
        (21, 40, 55),
        (23, 40, 60),
    ],
)
def test_shares_are_rounded_and_those_of_a_few_are_clamped(part: int, n: int, percent: int) -> None:
    """A share goes to the nearest 5 %, halves upwards, and for fewer than 20 people stays between 10 and 90 %."""
    assert rounded_share(part, n) == percent


@pytest.mark.parametrize("n", range(5, 20))
def test_everybody_looks_like_all_but_one(n: int) -> None:
    """In a group of fewer than 20, nobody can read off a percentage that everybody, or nobody, agreed."""
    assert rounded_share(n, n) == rounded_share(n - 1, n)
    assert rounded_share(0, n) == rounded_share(1, n)


@pytest.mark.parametrize("at_the_top", [1, 4])
def test_a_unit_of_nobody_but_its_teams_hides_nobody(at_the_top: int) -> None:
    """Drawing it in leaves those at the top as few as they were, so a team is drawn in too."""
    tree = Tree.of([Unit("all", "all"), Unit("a", "a", "all"), Unit("a1", "a1", "a"), Unit("a2", "a2", "a")])
    assert publishable(tree, {"all": at_the_top, "a1": 8, "a2": 9}, 5) == {"all", "a2"}


def test_weights_are_added_one_by_one() -> None:
    """People to people, and those who hide somebody to those who do; nobody weighs nothing."""
    assert Weight(7, 3) + Weight(2, 1) == Weight(9, 4)
    assert Weight() + Weight(2, 1) == Weight(2, 1)
    assert Weight(7, 3) + Weight(2) == Weight(9, 3)
