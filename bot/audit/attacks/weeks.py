"""P8: one person joins, leaves or moves between two weeks. Does the difference of two published numbers tell on them?

The rosters are those of the rehearsal. Everybody answers, which is the worst case: then the reader knows who did. Two
numbers are compared that are about almost the same people; where they differ in fewer than k, and are not about so many
that rounding hides it, the difference is about those few.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from bot.audit.attacks.remains import parents_of
from bot.audit.findings import Finding, Verdict, held_if
from bot.audit.loot import Loot
from bot.audit.thief import Tables
from bot.domain.ballots import Respondent, Results, Terms, publish
from bot.domain.guard import LARGE, Past
from bot.domain.people import Labels, Segment, Tree, Unit

ITEM, SCORE, CHANGES = "proud", 4, 24
SEGMENTS = (Segment.PLACE,)
Roster = Mapping[str, Labels]
Members = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Terrain:
    """An organisation and its thresholds."""

    tree: Tree
    k: int
    k_comment: int

    def results(self, roster: Roster, past: Sequence[Past] = ()) -> Results:
        """What is published of a week in which everybody answers."""
        people = [Respondent(labels, {ITEM: SCORE}) for labels in roster.values()]
        terms = Terms(self.tree, Counter(roster.values()), self.k, self.k_comment, SEGMENTS, {ITEM: past})
        return publish(people, terms)

    def members(self, roster: Roster, results: Results) -> Members:
        """Whom each published number is about."""
        units = {t.unit: [p for p, at in roster.items() if self.tree.inside(at.unit, t.unit)] for t in results.tallies}
        places = {f"at {t.label}": [p for p, at in roster.items() if at.place == t.label] for t in results.segments}
        return {name: frozenset(people) for name, people in (units | places).items()}


def attack(loot: Loot) -> list[Finding]:
    """Everything about subtraction between weeks."""
    terrain, roster = _terrain(loot.closed, loot.pulse), _roster(loot.closed, loot.pulse)
    changes = list(_changes(roster, len(loot.truth.answered)))
    guarded = sum(_tells(terrain, roster, changed, guard=True) for changed in changes)
    bare = sum(_tells(terrain, roster, changed, guard=False) for changed in changes)
    if not bare:
        return [Finding("P8", Verdict.UNKNOWN, "No change told on anybody even without the guard: a blind attack.")]
    words = (
        f"{len(changes)} times one person joined, left or moved between two weeks with one question: {guarded} times "
        f"two published numbers differ in fewer than {terrain.k} people. Without the guard it would be {bare} times."
    )
    return [held_if("P8", guarded == 0, words, {"changes": len(changes), "told": guarded, "without": bare})]


def _tells(terrain: Terrain, then: Roster, now: Roster, *, guard: bool) -> bool:
    """Whether some number of this week less some number of the last is about a few."""
    before = terrain.results(then)
    moves = Counter((then.get(person), now.get(person)) for person in {*then, *now})
    past = (Past(before.partitions[ITEM], moves),) if guard and ITEM in before.partitions else ()
    old, new = terrain.members(then, before), terrain.members(now, terrain.results(now, past))
    return any(0 < len(a ^ b) < terrain.k and _small(terrain, a, b) for a, b in product(old.values(), new.values()))


def _small(terrain: Terrain, one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both numbers are about few enough for a difference to show through the rounding."""
    return max(len(one), len(other)) < LARGE * terrain.k


def _changes(roster: Roster, seed: int) -> Iterator[Roster]:
    chance = random.Random(seed)  # noqa: S311 (a story to be told, not a secret)
    people, places = list(roster), list(dict.fromkeys(roster.values()))
    for number in range(CHANGES):
        person, elsewhere = chance.choice(people), chance.choice(places)
        match number % 3:
            case 0:
                yield {p: at for p, at in roster.items() if p != person}
            case 1:
                yield {**roster, "newcomer": elsewhere}
            case _:
                yield {**roster, person: elsewhere}


def _terrain(tables: Tables, pulse: str) -> Terrain:
    row = next(row for row in tables["pulses"] if str(row["id"]) == pulse)
    parents = parents_of(tables)
    units = [Unit(str(unit["id"]), str(unit["name"]), parents[str(unit["id"])]) for unit in tables["units"]]
    return Terrain(Tree.of(units), int(str(row["k"])), int(str(row["k_comment"])))


def _roster(tables: Tables, pulse: str) -> Roster:
    """Who was asked, in the order of the staff list. Grades are left out, as they are in what is published."""
    keys = {row["id"]: str(row["key"]) for row in tables["people"]}
    rows = [row for row in tables["pulse_roster"] if str(row["pulse_id"]) == pulse]
    rows.sort(key=lambda row: keys[row["person_id"]])
    return {str(row["person_id"]): Labels(str(row["unit_id"]), str(row["place"])) for row in rows}
