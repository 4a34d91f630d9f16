"""What is said of answers once they are counted, and what is not."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from bot.domain.ballots import Respondent
from bot.domain.groups import Group, Kind, Pool, Present, common
from bot.domain.numbers import AT_LEAST, Number, at_least, number_of, rounded_mean, share_counted
from bot.domain.people import Labels, Tree, Unit
from bot.domain.questions import INDEX
from bot.domain.results import Index, Results, Turnout, UnitNumber
from tests.counted import DAY, Council, names

TREE = Tree.of([Unit("all", "all"), Unit("a", "a", "all"), Unit("b", "b", "all"), Unit("c", "c", "a")])


@pytest.mark.parametrize(
    ("counts", "mean"),
    [
        ((0, 0, 0, 0, 20), 100),
        ((20, 0, 0, 0, 0), 0),
        ((0, 0, 0, 0, 19), 90),
        ((19, 0, 0, 0, 0), 10),
        ((0, 0, 20, 0, 0), 50),
        ((1, 0, 0, 0, 19), 95),
        ((0, 0, 9, 1, 10), 75),
        ((0, 0, 0, 0, 400), 100),
    ],
)
def test_a_mean_is_rounded_like_a_share_and_that_of_a_few_is_clamped(counts: tuple[int, ...], mean: int) -> None:
    """To the nearest 5; in a group of fewer than 20 nothing under 10 and over 90."""
    assert rounded_mean(counts) == mean


@pytest.mark.parametrize(
    ("n", "asked", "said"),
    [(19, 100, 0), (20, 100, 20), (20, 23, 20), (20, 22, 0), (22, 22, 0), (49, 100, 30), (50, 55, 30), (50, 56, 50)],
)
def test_how_many_answered_is_said_in_steps_and_never_that_nearly_all_did(n: int, asked: int, said: int) -> None:
    """Under 20 nothing is said, and nothing that more than nine in ten of those asked would have to have answered."""
    assert at_least(n, asked) == said


def test_no_step_tells_of_fewer_than_twenty() -> None:
    """The steps rise, and each is at least a quarter more than the one before it."""
    decades = [step * decade for decade in (10, 100, 1000) for step in (1, 1.5, 2, 3, 5, 7.5)]
    assert (*(step for step in decades if step >= 20), 10_000, 20_000, 50_000) == AT_LEAST
    assert all(5 * low <= 4 * high for low, high in pairwise(AT_LEAST))


@pytest.mark.parametrize(
    ("counted", "people", "percent"),
    [(10, 10, 100), (12, 10, 100), (99, 100, 95), (51, 100, 50), (19, 40, 50), (974, 2000, 50), (949, 2000, 45)],
)
def test_that_all_are_counted_is_only_said_of_all(counted: int, people: int, percent: int) -> None:
    """Whoever is left out is never rounded away."""
    assert share_counted(counted, people) == percent


def test_a_number_says_what_it_is_about() -> None:
    """A share, a mean and how many, as they are said; until more is known, of everybody and of no number of them."""
    assert Number("proud", 60, 65) == Number("proud", 60, 65, at_least=0, counted=100, basis="")
    number = number_of("proud", (0, 5, 5, 10, 5), 40)
    assert (number.item, number.share, number.mean, number.at_least) == ("proud", 60, 65, 20)


@pytest.mark.parametrize(
    ("labels", "shared"),
    [
        ([Labels("a", "Hall", "1"), Labels("a", "Hall", "2")], Labels("a", "Hall", "")),
        ([Labels("c", "Hall"), Labels("a", "Hall")], Labels("a", "Hall", "")),
        ([Labels("c", "Hall"), Labels("b", "Depot")], Labels("all", "", "")),
        ([Labels("gone", "Hall"), Labels("a", "Hall")], Labels("all", "Hall", "")),
    ],
)
def test_a_pool_is_called_by_what_its_cells_share(labels: list[Labels], shared: Labels) -> None:
    """The smallest unit that holds all of them; a unit that is not in the tree any more counts as the whole."""
    assert common(labels, TREE) == shared
    cells = [Group(f"{n}", Kind.CELL, "p", frozenset({b"%d" % n}), DAY, at) for n, at in enumerate(labels)]
    assert Pool("p", tuple(cells)).labels(TREE) == shared


def test_the_index_needs_five_numbers_about_the_same_people() -> None:
    """Where one item was told of a cell that another was not, there is no index; where all are alike, there is."""
    tokens = names(10)
    present = {token: Present(Labels("a" if n < 5 else "b")) for n, token in enumerate(tokens)}
    respondents = [Respondent(present[token].labels, dict.fromkeys(INDEX, 4)) for token in tokens]
    results = Council(TREE).week(respondents, present, tokens)
    assert [results.index(unit) for unit in ("all", "a", "b", "c")] == [75, 75, 75, None]
    left = {token: person for token, person in present.items() if token != tokens[0]}
    before = {INDEX[0]: results.groups[INDEX[0]]}
    later = Council(TREE).week(respondents[1:], left, tokens[1:], before, date(2026, 2, 5))
    assert all(later.number("all", item) for item in INDEX)
    assert later.index("all") is None


@pytest.mark.parametrize(("unit", "at"), [("a", 10), ("b", 20), ("c", 30)])
def test_what_is_shown_of_a_unit_is_found_by_its_unit(unit: str, at: int) -> None:
    """And by the question; whatever stands before it."""
    units = [("b", 20), ("a", 10), ("c", 30)]
    results = Results(
        tuple(Turnout(each, value) for each, value in units),
        tuple(UnitNumber(each, Number(item, value + n, 50)) for n, item in enumerate("qpr") for each, value in units),
        tuple(Index(each, value) for each, value in units),
    )
    numbers = [results.number(unit, item) for item in "qprs"]
    assert [number and number.share for number in numbers] == [at, at + 1, at + 2, None]
    assert results.turnout(unit) == Turnout(unit, at)
    assert results.index(unit) == at
    assert [results.number("all", "p"), results.turnout("all"), results.index("all")] == [None, None, None]


def test_a_turnout_is_found_by_its_unit() -> None:
    """Twenty of thirty answered, in one team; of the other nothing is said."""
    people = [Respondent(Labels("a"), {"proud": 4}) for _ in range(20)]
    results = Council(TREE).published(people, {Labels("a"): 10})
    found = results.turnout("a")
    assert found is not None
    assert found.band == 60
    assert results.turnout("b") is None
