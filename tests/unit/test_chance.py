"""What chance explains, against everything that chance can do, counted out among few."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from itertools import combinations, permutations

import pytest

from bot.audit.chance import (
    ONCE_IN,
    agreement,
    luck,
    most_agreement,
    most_by_chance,
    natural,
    right_guesses,
    tells_apart,
)

SEVEN = "abcdefg"
PEOPLE = [f"p{n}" for n in range(13)]
Share = Callable[[float], float]


def shares_of(found: Sequence[float]) -> Share:
    """Of all that can come up, the share that is so small or smaller."""
    return lambda most: sum(value <= most * (1 + 1e-9) for value in found) / len(found)


def test_right_guesses_are_as_rare_as_is_said() -> None:
    """Of all orders of seven, no more than one in n! has n right."""
    rights = [right_guesses(order, SEVEN) for order in permutations(SEVEN)]
    assert sum(rights) == len(rights), "one right on average"
    for n in range(1, 8):
        assert sum(right >= n for right in rights) / len(rights) <= 1 / math.factorial(n)


@pytest.mark.parametrize("tries", [1, 7, 200, 5000])
def test_the_limit_is_the_first_that_is_rare_enough(tries: int) -> None:
    limit = most_by_chance(tries)
    assert tries / math.factorial(limit + 1) <= 1 / ONCE_IN < tries / math.factorial(limit)


def test_agreement_strays_no_further_than_is_said() -> None:
    """Of all orders of seven: a mean of nought, a deviation of one, and tails under the bound everywhere."""
    found = [agreement(order, SEVEN) for order in permutations(SEVEN)]
    assert abs(sum(found)) < 1e-6
    assert sum(each**2 for each in found) / len(found) == pytest.approx(1)
    for x in (0.5, 1, 1.5, 2, 2.5, 3, 3.1):
        assert sum(abs(each) >= x for each in found) / len(found) <= 2 * math.exp(-(x**2) / 2)
    assert max(found) == agreement(SEVEN, SEVEN) == -agreement(SEVEN[::-1], SEVEN)


def test_an_order_of_forty_four_that_tells_is_seen() -> None:
    """That many comments has the smallest rehearsal that is offered: a perfect order, one with ten strangers in it."""
    truth = [f"p{n}" for n in range(44)]
    mixed = [*random.Random(1).sample(truth[:10], 10), *truth[10:]]
    for order in (truth, truth[::-1], mixed):
        assert abs(agreement(order, truth)) > most_agreement(1000)
    assert abs(agreement(random.Random(2).sample(truth, 44), truth)) < 4


def test_numbers_sort_as_numbers_and_ids_as_they_are() -> None:
    """Also ids that count up, of which some have letters and some have none."""
    assert sorted(["(0,10)", "(0,9)", "10", "9"], key=natural) == ["(0,9)", "(0,10)", "9", "10"]
    ids = [f"{number:032x}" for number in range(99)]
    assert sorted(random.Random(1).sample(ids, 99), key=natural) == ids


@pytest.mark.parametrize("inside", [1, 4, 6])
def test_luck_of_an_order_is_what_all_groups_have(inside: int) -> None:
    """For every group of so many among thirteen in an order, its luck is no smaller than the share of those as lucky,
    and where luck is small it is that share."""
    values = {person: number * 10 for number, person in enumerate(PEOPLE)}
    found = [luck(values, frozenset(group)) for group in combinations(PEOPLE, inside)]
    as_lucky = shares_of(found)
    assert all(as_lucky(each) <= each * (1 + 1e-9) for each in set(found))
    assert min(found) <= 2 / math.comb(13, inside) or inside == 1


@pytest.mark.parametrize("have", [1, 3, 6])
def test_luck_of_a_share_is_what_all_groups_have(have: int) -> None:
    """The same for a mark that so many of thirteen carry."""
    values = {person: number < have for number, person in enumerate(PEOPLE)}
    found = [luck(values, frozenset(group)) for group in combinations(PEOPLE, 5)]
    as_lucky = shares_of(found)
    assert all(as_lucky(each) <= each * (1 + 1e-9) for each in set(found))


def test_a_mark_or_an_order_that_tells_is_seen_among_many_and_not_among_few() -> None:
    """Of forty-five people, as in a small rehearsal, 31 are found out in 300 tries. Of twenty, sorted perfectly once in
    sixteen thousand times, none is: that happens by chance."""
    many, few = ([f"p{n}" for n in range(n)] for n in (45, 20))
    for people, inside, seen in ((many, 31, True), (few, 5, False)):
        group = frozenset(people[:inside])
        marked = {person: person in group for person in people}
        sorted_ = {person: number for number, person in enumerate(people)}
        assert tells_apart(marked, group, 300) is seen
        assert tells_apart(sorted_, group, 300) is seen
        assert not tells_apart(dict(zip(people, random.Random(3).sample(range(99), len(people)), strict=True)), group)
    assert luck(dict.fromkeys(many, "same"), frozenset(many[:9])) == 1.0
    assert luck(dict.fromkeys(many, "same"), frozenset(many)) == 1.0
