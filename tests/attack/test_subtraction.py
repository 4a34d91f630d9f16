"""P7: whatever leaders add and subtract, no combination of published numbers is about fewer than k people."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import pytest

from bot.domain.ballots import Respondent
from bot.domain.groups import SIGNATURES, Pool, pools_of
from bot.domain.numbers import Number
from bot.domain.people import Labels, Segment, Tree, Unit
from bot.domain.results import Results
from bot.domain.rising import label_of
from tests.counted import Council, names
from tests.soak.figures import SOAK

ORGANISATIONS = 10_000 if SOAK else 1_000
TEAMS = 200 if SOAK else 20
REPLY = 0.65
PRIME = 1_000_003
Row = list[int]


@dataclass(frozen=True, slots=True)
class Case:
    """A small organisation and everybody in it who answered."""

    tree: Tree
    people: list[Labels]
    segments: tuple[Segment, ...]


def small_organisation(dice: random.Random) -> Case:
    """Up to twelve people in up to five units, three places and two grades, mostly at home where their unit is."""
    names = [f"u{n}" for n in range(dice.randint(2, 5))]
    parents = [None, *(dice.choice(names[: max(1, n - 1)]) for n in range(1, len(names)))]
    homes = {name: dice.choice("abc") for name in names}
    people = []
    for _ in range(dice.choice((6, 9, 11, 12, 12, 12))):
        unit = dice.choice(names[1:])
        place = homes[unit] if dice.random() < 0.8 else dice.choice(("a", "b", "c", ""))
        people.append(Labels(unit, place, dice.choice("1112")))
    segments = dice.choice(((Segment.PLACE,), (Segment.PLACE,), (Segment.PLACE, Segment.GRADE), (Segment.GRADE,)))
    return Case(Tree.of(Unit(n, n, p) for n, p in zip(names, parents, strict=True)), people, segments)


def published(case: Case, k: int) -> Results:
    """What the product publishes when all of them choose 4."""
    people = [Respondent(labels, {"proud": 4}) for labels in case.people]
    return Council(case.tree, k, 2 * k, case.segments).published(people)


def sums(case: Case, results: Results) -> list[Row]:
    """Every published number as a row: who is counted in it. It is checked against what the number says it is about."""
    pools = [(pool, pool.labels(case.tree)) for pool in pools_of(results.groups.get("proud", ()))]
    rows = []
    for own in results.numbers:
        inside = [pool for pool, at in pools if case.tree.inside(at.unit, own.unit)]
        rows.append(_row(case, inside, own.number))
    for place in results.segments:
        inside = [pool for pool, at in pools if label_of(at, place.segment) == place.label]
        rows.append(_row(case, inside, place.number))
    return rows


def _row(case: Case, pools: Sequence[Pool], number: Number) -> Row:
    members = frozenset(token for pool in pools for token in pool.members)
    assert f"{sum(pool.signature for pool in pools) % SIGNATURES:032x}" == number.basis
    return [int(token in members) for token in names(len(case.people))]


def rank(rows: Sequence[Row]) -> int:
    """The rank of a matrix, worked out modulo a prime: chance makes it wrong once in a million, and then too small."""
    left = [row[:] for row in rows]
    found = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((i for i in range(found, len(left)) if left[i][column] % PRIME), None)
        if pivot is None:
            continue
        left[found], left[pivot] = left[pivot], left[found]
        inverse = pow(left[found][column], -1, PRIME)
        for i in range(found + 1, len(left)):
            factor = left[i][column] * inverse % PRIME
            if factor:
                left[i] = [(a - factor * b) % PRIME for a, b in zip(left[i], left[found], strict=True)]
        found += 1
    return found


def singled_out(rows: Sequence[Row], people: int, k: int) -> tuple[int, ...] | None:
    """Fewer than k people whom some combination of the rows is about, and nobody else; None where there are none."""
    whole = rank(rows)
    for few in combinations(range(people), min(k - 1, people)):
        others = [[n for person, n in enumerate(row) if person not in few] for row in rows]
        if rank(others) < whole:
            return few
    return None


@pytest.mark.parametrize("k", [2, 3])
def test_no_combination_of_published_numbers_is_about_fewer_than_k(k: int) -> None:
    """Against brute force over the row space, in thousands of organisations; in most of them there is much to see."""
    dice = random.Random(k)
    cases = [small_organisation(dice) for _ in range(ORGANISATIONS // 2)]
    rows = [sums(case, published(case, k)) for case in cases]
    unsafe = [case for case, own in zip(cases, rows, strict=True) if own and singled_out(own, len(case.people), k)]
    assert unsafe == []
    assert sum(len(own) >= 3 for own in rows) >= len(cases) / 2


def test_the_attack_sees_what_a_plain_threshold_lets_through() -> None:
    """The control: with every number of at least k people shown, brute force finds somebody in most organisations."""
    dice = random.Random(3)
    found = 0
    for _ in range(200):
        case = small_organisation(dice)
        rows = [row for row in everything(case) if sum(row) >= 3]
        found += bool(rows) and singled_out(rows, len(case.people), 3) is not None
    assert found > 100


def everything(case: Case) -> Iterator[Row]:
    """Every number that could be published."""
    for unit in case.tree.units:
        yield [int(case.tree.inside(labels.unit, unit)) for labels in case.people]
    for segment in case.segments:
        for label in {label_of(labels, segment) for labels in case.people} - {""}:
            yield [int(label_of(labels, segment) == label) for labels in case.people]


def test_most_people_still_get_their_own_teams_number() -> None:
    """Thirty teams of 5 to 20 in six places, 97 % of a team at its home place, 65 % reply, k = 5: three in four do."""
    own = answered = 0
    for seed in range(TEAMS):
        dice = random.Random(seed)
        case = thirty_teams(dice)
        there = [labels for labels in case.people if dice.random() < REPLY]
        away = Counter(case.people) - Counter(there)
        people = [Respondent(labels, {"proud": 4}) for labels in there]
        shown = {n.unit for n in Council(case.tree, 5, 10, case.segments).published(people, away).numbers}
        own += sum(labels.unit in shown for labels in there)
        answered += len(there)
    assert own / answered >= 0.75


def thirty_teams(dice: random.Random) -> Case:
    """An organisation of thirty teams."""
    teams = [f"t{n}" for n in range(30)]
    people = []
    for team in teams:
        home = dice.randrange(6)
        for _ in range(dice.randint(5, 20)):
            place = home if dice.random() < 0.97 else dice.randrange(6)
            people.append(Labels(team, f"p{place}"))
    units = [Unit("all", "all"), *(Unit(team, team, "all") for team in teams)]
    return Case(Tree.of(units), people, (Segment.PLACE,))
