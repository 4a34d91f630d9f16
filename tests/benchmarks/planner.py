"""What may be published of an organisation of a hundred thousand people, planned on one core.

The organisation: a tree of 5,000 units of which most people sit in the leaves, 50 places, 97 of 100 of a unit at its
home place, 65 of 100 answering; every unit and every place is to be shown.
"""

from __future__ import annotations

import json
import os
import random
import time

from bot.domain.ballots import Respondent
from bot.domain.groups import Present
from bot.domain.people import Labels, Segment, Tree, Unit
from tests.benchmarks.store import apart, megabytes
from tests.counted import Council, names
from tests.soak.figures import Figure

PEOPLE, UNITS, PLACES, K = 100_000, 5_000, 50, 5
REPLY, WIDE = 0.65, 8
"""How many of all answer, and how many units stand below one, where it has any."""


async def run() -> list[Figure]:
    """Time and memory of one plan, and how many answers are shown under the unit they were given in."""
    found = await apart("tests.benchmarks.planner")
    what = f"Plan for {PEOPLE:,} people, {UNITS:,} units, {PLACES} places"
    return [
        Figure(what, found["seconds"], "s", at_most=30),
        Figure(f"{what}, memory of the whole process", found["mb"], "MB", at_most=1024),
        Figure(f"{what}, answers shown under their own unit", found["own"] * 100, "%"),
    ]


def organisation(chance: random.Random, people: int, units: int, places: int) -> tuple[Tree, list[Labels]]:
    """A tree of units, and the labels of everybody in it."""
    ids = [f"u{n}" for n in range(units)]
    tree = Tree.of(Unit(ids[n], ids[n], ids[(n - 1) // WIDE] if n else None) for n in range(units))
    leaves = [unit for unit in ids if not tree.children(unit)]
    homes = {unit: chance.randrange(places) for unit in ids}
    there = []
    for _ in range(people):
        unit = chance.choice(leaves if chance.random() < 0.9 else ids)
        place = homes[unit] if chance.random() < 0.97 else chance.randrange(places)
        there.append(Labels(unit, f"Place {place}"))
    return tree, there


def main() -> None:
    """Plan and count once, as a close does, and print what it took."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    chance = random.Random(1)
    tree, there = organisation(chance, PEOPLE, UNITS, PLACES)
    tokens = names(PEOPLE)
    answered = [n for n in range(PEOPLE) if chance.random() < REPLY]
    respondents = [Respondent(there[n], {"proud": 1 + n % 5}) for n in answered]
    present = {token: Present(labels) for token, labels in zip(tokens, there, strict=True)}
    council = Council(tree, K, 2 * K, (Segment.PLACE,))
    began = time.perf_counter()
    results = council.week(respondents, present, [tokens[n] for n in answered])
    took = time.perf_counter() - began
    shown = {own.unit for own in results.numbers}
    own = sum(there[n].unit in shown for n in answered) / len(answered)
    print(json.dumps({"seconds": took, "mb": megabytes(), "own": own}))


if __name__ == "__main__":
    main()
