"""Finding where a few people could be singled out, against trying every way to part the groups in two."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import pytest

from bot.domain.cuts import Ties

Pair = tuple[str, str]


def random_ties(dice: random.Random) -> Counter[Pair]:
    """Up to seven groups, with a few people between some of them."""
    groups = "abcdefg"[: dice.randint(2, 7)]
    pairs = [pair for pair in combinations(groups, 2) if dice.random() < 0.6]
    return Counter({pair: dice.choice((1, 1, 2, 3, 5)) for pair in pairs})


def cut(ties: Counter[Pair], side: frozenset[str]) -> int:
    return sum(n for (a, b), n in ties.items() if (a in side) != (b in side))


def parted(ties: Counter[Pair], k: int) -> bool:
    """Whether there is a cut of fewer than k people, except those that cut nothing."""
    groups = sorted({group for pair in ties for group in pair})
    sides = (frozenset(side) for size in range(1, len(groups)) for side in combinations(groups, size))
    return any(0 < cut(ties, side) < k for side in sides)


def tied(ties: Counter[Pair], k: int) -> Ties[str]:
    found: Ties[str] = Ties(k)
    for (a, b), n in ties.items():
        found.tie(a, b, n)
    return found


@pytest.mark.parametrize("k", [2, 3, 5])
def test_a_thin_side_is_found_exactly_where_there_is_one(k: int) -> None:
    """In 600 random webs: a side is given if and only if some cut is thin, and the side given is one."""
    dice = random.Random(k)
    found = 0
    for _ in range(600):
        ties = random_ties(dice)
        side = tied(ties, k).thin()
        assert (side is not None) == parted(ties, k), ties
        if side is not None:
            assert 0 < cut(ties, side) < k, (ties, side)
            found += 1
    assert 100 < found < 600


@pytest.mark.parametrize("k", [2, 4])
def test_the_side_given_is_never_the_one_with_the_ground(k: int) -> None:
    """Whatever is thin, the group whose sum nobody knows lies on the other side."""
    dice = random.Random(10 + k)
    for _ in range(400):
        ties = random_ties(dice)
        side = tied(ties, k).thin("a")
        assert (side is not None) == parted(ties, k), ties
        assert side is None or ("a" not in side and 0 < cut(ties, side) < k), (ties, side)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_joining_across_thin_cuts_ends_with_none_left(k: int) -> None:
    """However groups are joined across what was found, in the end no cut of what is left is thin."""
    dice = random.Random(20 + k)
    for _ in range(300):
        ties = random_ties(dice)
        web, name = tied(ties, k), {group: group for pair in ties for group in pair}
        while (side := web.thin()) is not None:
            one, other = dice.choice(sorted(side)), dice.choice(sorted(name.keys() - side))
            web.join(one, other)
            name = {group: name[other] if of == name[one] else of for group, of in name.items()}
        left: Counter[Pair] = Counter()
        for (a, b), n in ties.items():
            if name[a] != name[b]:
                left[min(name[a], name[b]), max(name[a], name[b])] += n
        assert not parted(left, k)


def test_somebody_counted_twice_in_one_group_ties_nothing() -> None:
    """A tie of a group to itself is nobody's to cut, and neither is one of no people."""
    web: Ties[str] = Ties(5)
    web.tie("a", "a", 3)
    web.tie("a", "b", 0)
    assert web.thin() is None
    assert not web.loose("a")


def test_webs_that_do_not_touch_are_judged_each_by_itself() -> None:
    """Two rings of five friends each, everybody tied to all others once: nobody can be parted from three."""
    web: Ties[str] = Ties(3)
    for friends in ("abcde", "vwxyz"):
        for one, other in combinations(friends, 2):
            web.tie(one, other, 1)
    assert web.thin() is None
    web.tie("a", "v", 1)
    assert web.thin() in (frozenset("abcde"), frozenset("vwxyz"))
