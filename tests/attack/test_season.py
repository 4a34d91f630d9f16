"""P7 and P8 over a season: whatever is told, week after week, no combination of it is about fewer than k people."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import combinations

import pytest

from bot.audit.elimination import Sum, singled_out
from bot.domain.ballots import Respondent
from bot.domain.counting import TURNOUT, Terms, publish, seats
from bot.domain.groups import SEASON, SIGNATURES, Kind, Pool, Present, Rule
from bot.domain.numbers import Number
from bot.domain.people import Labels, Tree, Unit
from bot.domain.questions import INDEX
from bot.domain.results import Results
from bot.domain.season import Season, stand
from tests.attack.seasons import START, K, Life, Week, forgetful, told
from tests.soak.figures import SOAK

SEASONS = 20
Answers = dict[bytes, list[int]]
LIVES = {
    "small": Life(30, (3, 12), turnover=0.06, meddling=True),
    "sixty": Life(60, meddling=True),
    "uneven": Life(90, (3, 25), turnover=0.05, meddling=True),
    "stormy": Life(120, (8, 16), turnover=0.2, meddling=True),
    "flat": Life(80, (80, 80), turnover=0.05, meddling=True),
    "unvouched": Life(90, (5, 15), turnover=0.05, vouched=0.6, meddling=True),
    "long": Life(60, (5, 15), turnover=0.05, weeks=range(0, 60, 3), meddling=True),
    **(
        {"three hundred": Life(300, meddling=True), "four thousand": Life(4000, turnover=0.02, meddling=True)}
        if SOAK
        else {}
    ),
}


def sums_in_force(weeks: Sequence[Week], last: Week) -> list[Sum]:
    """Everything that was told in the season up to a week: answers are taken to be the same for so long."""
    return [each for week in weeks if last.day - SEASON < week.day <= last.day for each in week.sums]


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_no_combination_of_a_season_s_sums_is_about_a_few(life: Life) -> None:
    """Exact elimination over all sums of every thirteen weeks, each pool told by itself, isolates nobody."""
    for seed in range(SEASONS):
        weeks = told(life, seed)
        assert any(week.pools for week in weeks)
        for last in weeks:
            assert not singled_out(sums_in_force(weeks, last), K), (seed, last.day)


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_each_sum_is_about_k_who_hide_somebody(life: Life) -> None:
    """People whom nobody vouches for are counted, and hide nobody; a crowd that left is twice as many."""
    for seed in range(SEASONS):
        for week in told(life, seed):
            for pool in week.pools:
                assert sum(week.present[token].hides for token in pool.members) >= K
                assert all(len(group.members - pool.unvouched) >= 2 * K for group in pool.left)


def test_the_attack_sees_a_rule_that_forgets() -> None:
    """The control: where each week is judged by itself, people are singled out in most seasons."""
    found = 0
    for seed in range(10):
        weeks = told(LIVES["sixty"], seed, forgetful)
        found += bool(singled_out(sums_in_force(weeks, weeks[-1]), K))
    assert found > 5


@pytest.mark.parametrize("seed", range(40))
def test_elimination_finds_what_brute_force_finds(seed: int) -> None:
    """The attack itself: in small sums, trying every few people by determinants agrees with working by classes."""
    dice = random.Random(seed)
    people = [f"p{n}" for n in range(dice.randint(4, 8))]
    sums = [Counter({p: dice.choice((-1, 0, 0, 1, 1)) for p in people}) for _ in range(dice.randint(1, 5))]
    sums = [Counter({p: n for p, n in each.items() if n}) for each in sums]
    assert bool(singled_out(sums, 3)) == brute(sums, people, 3)


def brute(sums: Sequence[Sum], people: Sequence[str], k: int) -> bool:
    """Whether some combination is about fewer than k people and about somebody, tried with each few left out."""

    def without(few: Sequence[str]) -> list[list[Fraction]]:
        return [[Fraction(each.get(p, 0)) for p in people if p not in few] for each in sums]

    whole = rank(without(()))
    return any(rank(without(few)) < whole for n in range(1, k) for few in combinations(people, n))


def rank(rows: list[list[Fraction]]) -> int:
    """The rank of a matrix, worked out in fractions."""
    done = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(done, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        for i in range(done + 1, len(rows)):
            factor = rows[i][column] / rows[done][column]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[done], strict=True)]
        done += 1
    return done


# The rule itself


TREE = Tree.of([Unit("all", "all"), Unit("a", "a", "all"), Unit("b", "b", "all")])


def crowd(n: int, unit: str, start: int = 0) -> dict[bytes, Present]:
    return {f"{unit}{number:04}".encode(): Present(Labels(unit)) for number in range(start, start + n)}


def rule(week: int = 0, k: int = K) -> Rule:
    return Rule(TREE, k, START + timedelta(weeks=week))


def after(season: Season, people: dict[bytes, Present], week: int) -> tuple[Season, dict[frozenset[bytes], str]]:
    """What was told in a week, by who was counted, and the season as it goes on."""
    pools = stand(season, people, rule(week))
    kept = {group.id: group for group in season.groups}
    kept |= {group.id: group for pool in pools for group in pool.told(rule(week).day)}
    return Season(tuple(kept.values())), {pool.members: pool.labels(TREE).unit for pool in pools}


def test_a_cell_that_somebody_left_rests_and_the_others_are_told() -> None:
    """One leaves a team of nine: it is told no more, the other is, until thirteen weeks have gone by."""
    people = crowd(9, "a") | crowd(9, "b")
    season, first = after(Season(), people, 0)
    assert sorted(first.values()) == ["a", "b"]
    del people[b"a0003"]
    for week in (3, 6, 9, 12):
        season, now = after(season, people, week)
        assert list(now.values()) == ["b"], week
    season, again = after(season, people, 13)
    assert sorted(again.values()) == ["a", "b"]
    assert frozenset(token for token in people if token[:1] == b"a") in again


def test_somebody_who_comes_waits_for_a_crowd() -> None:
    """Nine newcomers of a team are in no sum; ten are one, told in their own unit."""
    people = crowd(9, "a") | crowd(9, "b")
    season, first = after(Season(), people, 0)
    for n in range(1, 10):
        people |= crowd(1, "a", 100 + n)
        season, now = after(season, people, 1)
        assert now == first, n
    people |= crowd(1, "a", 110)
    season, now = after(season, people, 2)
    assert set(now) - set(first) == {frozenset(token for token in people if token[:2] == b"a0" and token > b"a0099")}


def test_newcomers_of_two_teams_are_told_above_both() -> None:
    """Five of one team and five of another are a crowd in the organisation, and in neither team."""
    people = crowd(9, "a") | crowd(9, "b")
    season, first = after(Season(), people, 0)
    _, now = after(season, people | crowd(5, "a", 100) | crowd(5, "b", 100), 3)
    assert [unit for who, unit in now.items() if who not in first] == ["all"]


def test_a_crowd_that_left_is_told_of_as_one() -> None:
    """Five leave each of two teams of ten: both are told together from then on, and neither by itself."""
    people = crowd(10, "a") | crowd(10, "b")
    season, _ = after(Season(), people, 0)
    for token in [*sorted(people)[:5], *sorted(people)[10:15]]:
        del people[token]
    season, now = after(season, people, 3)
    assert now == {frozenset(people): "all"}
    assert after(season, people, 6)[1] == now
    left = [group for group in season.groups if group.kind is Kind.LEFT]
    assert [len(group.members) for group in left] == [10]


def test_of_a_cell_in_which_four_are_left_nothing_is_told() -> None:
    """Six of ten leave one team and five of ten another: four cannot hide one another, so neither is told."""
    people = crowd(10, "a") | crowd(10, "b")
    season, _ = after(Season(), people, 0)
    for token in [*sorted(people)[:6], *sorted(people)[10:15]]:
        del people[token]
    assert after(season, people, 3)[1] == {}


def test_being_moved_or_away_is_not_leaving() -> None:
    """Whoever moves is counted where they were; whoever is not asked this week is still one of their cell."""
    people = crowd(9, "a") | crowd(9, "b")
    season, first = after(Season(), people, 0)
    moved = {token: replace(person, labels=Labels("b")) for token, person in people.items()}
    assert after(season, moved, 3)[1] == first
    away = {token: replace(person, asked=False, hides=False) for token, person in people.items()}
    assert after(season, away, 3)[1] == first


def test_whoever_may_be_somebody_else_waits() -> None:
    """Twelve people of whom three could be somebody who was counted: nine are told."""
    people = crowd(12, "a")
    doubtful = {token: replace(person, waits=number < 3) for number, (token, person) in enumerate(people.items())}
    _, now = after(Season(), doubtful, 0)
    assert [len(who) for who in now] == [9]


def test_whoever_is_counted_in_another_organisation_waits() -> None:
    """The same people less one, in a second organisation: nobody is told of there."""
    people = crowd(12, "a")
    assert after(Season(elsewhere=frozenset(people)), dict(list(people.items())[1:]), 0)[1] == {}


def test_a_large_team_is_several_cells() -> None:
    """Of thirty people, one leaves: twenty are told of, not thirty and not none."""
    people = crowd(30, "a")
    season, first = after(Season(), people, 0)
    assert sorted(map(len, first)) == [10, 10, 10]
    del people[b"a0007"]
    assert sorted(map(len, after(season, people, 3)[1])) == [10, 10]


@pytest.mark.parametrize(("hiding", "told_of"), [(4, 0), (5, 1)])
def test_people_whom_nobody_vouches_for_hide_nobody(hiding: int, told_of: int) -> None:
    """A team of twenty is told of when five of them count, however many others there are."""
    people = crowd(20, "a")
    known = {token: replace(person, hides=n < hiding) for n, (token, person) in enumerate(people.items())}
    assert len(after(Season(), known, 0)[1]) == told_of


# What is shown of it


@pytest.mark.parametrize("name", ["sixty", "stormy", "unvouched"])
def test_nothing_shown_tells_more_than_the_permitted_sums(name: str) -> None:
    """Attacks A, C, F and G at once: deal the answers of a season anew, so that every permitted sum stays, and every
    number of every week stays: shares, means, index, turnout, by unit and by place. So whoever sees all of them knows
    no more than somebody who is told each permitted sum exactly.
    """
    for seed in range(SEASONS):
        dice = random.Random(seed)
        weeks = told(LIVES[name], seed)
        everybody = sorted({token for week in weeks for token in week.present})
        answers = {token: [dice.randint(1, 5) for _ in INDEX] for token in everybody}
        dealt = dealt_anew(answers, [each for week in weeks for each in week.sums], dice)
        assert dealt != answers
        assert [shown(week, answers) for week in weeks] == [shown(week, dealt) for week in weeks]


def dealt_anew(answers: Answers, sums: Sequence[Sum], dice: random.Random) -> Answers:
    """The same answers, each given by somebody else who is counted in exactly the same sums."""
    alike: dict[tuple[int, ...], list[bytes]] = {}
    for token in sorted(answers):
        alike.setdefault(tuple(each.get(token, 0) for each in sums), []).append(token)
    found: Answers = {}
    for people in alike.values():
        others = people[:]
        dice.shuffle(others)
        found |= {token: answers[other] for token, other in zip(people, others, strict=True)}
    return found


def shown(week: Week, answers: Answers) -> Results:
    """Everything that a week shows and keeps, where the pools are these. Random ids aside, it depends on sums alone."""
    standing = dict.fromkeys((*INDEX, TURNOUT), week.pools)
    terms = Terms(week.tree, K, 10, week.day, week.present, standing, tuple(week.segments))
    seat = seats({token.hex(): token for token in week.present}, terms)
    people = [
        Respondent(person.labels, dict(zip(INDEX, answers[token], strict=True)), seat=seat[token.hex()])
        for token, person in week.present.items()
    ]
    return publish(people, terms)


@pytest.mark.parametrize("answering", [0.0, 0.3, 1.0])
def test_what_is_kept_beside_the_numbers_does_not_tell_who_answered(answering: float) -> None:
    """Of a pool in which nobody answered, or a few, the same is kept as of the others: nothing in it tells which."""
    week = told(LIVES["sixty"], 1)[0]
    terms = Terms(week.tree, K, 10, week.day, week.present, {"proud": week.pools}, ())
    seat = seats({token.hex(): token for token in week.present}, terms)
    first, *others = week.pools
    silent = frozenset(sorted(first.members)[round(len(first.members) * answering) :])
    there = [token for token in week.present if token not in silent]
    people = [Respondent(week.present[t].labels, {"proud": 4}, seat=seat[t.hex()]) for t in there]
    kept = publish(people, terms)
    assert kept.groups == {"proud": tuple(group for pool in (first, *others) for group in pool.told(week.day))}
    assert kept.number("all", "proud") == replace(
        kept.number("all", "proud") or Number("", 0, 0), counted=100, basis=basis_of(week.pools)
    )


def basis_of(pools: Sequence[Pool]) -> str:
    return f"{sum(pool.signature for pool in pools) % SIGNATURES:032x}"
