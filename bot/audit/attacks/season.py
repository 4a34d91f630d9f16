"""P7 and P8: can the numbers of a whole season be added and subtracted until they are about a few people?

The staff are those of the rehearsal. Over fourteen weeks some of them leave, others come, move, and are entered under
another number, and one question is asked every third week. Everybody answers, which is the worst case: then the reader
knows who did. All sums that the rule lets be told are taken exactly, as if nothing were rounded, each cell by itself;
then it is worked out whom any combination of them singles out.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.audit.attacks.remains import parents_of
from bot.audit.elimination import Sum, singled_out
from bot.audit.findings import Finding, Verdict, held_if
from bot.audit.loot import Loot
from bot.audit.thief import Tables
from bot.domain.groups import Group, Present, Rule, Token
from bot.domain.people import Labels, Segment, Tree, Unit
from bot.domain.season import Season, stand

WEEKS, EVERY, CHANGES = 14, 3, 2
START = date(2026, 1, 5)
SEGMENTS = (Segment.PLACE,)
People = dict[Token, Labels]


@dataclass(frozen=True, slots=True)
class Terrain:
    """An organisation and its threshold."""

    tree: Tree
    k: int


@dataclass(slots=True)
class Told:
    """Everything that was told in a season: by the rule, and what a plain threshold would have told."""

    sums: list[Sum] = field(default_factory=list)
    plain: list[Sum] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)

    def week(self, people: Mapping[Token, Labels], terrain: Terrain, day: date) -> None:
        """One more week in which the question was asked."""
        there = {token: Present(labels) for token, labels in people.items()}
        pools = stand(Season(tuple(self.groups.values())), there, Rule(terrain.tree, terrain.k, day), SEGMENTS)
        self.groups |= {group.id: group for pool in pools for group in pool.told(day)}
        self.sums += [Counter(pool.members) for pool in pools]
        self.plain += plain_sums(people, terrain)


def attack(loot: Loot) -> list[Finding]:
    """Everything about subtraction, within a week and between weeks."""
    terrain, people = _terrain(loot.closed, loot.pulse), _staff(loot.closed, loot.pulse)
    if len(people) < terrain.k:
        return [Finding("P7", Verdict.UNKNOWN, "Nothing was published, so there was nothing to subtract.")]
    first, season = Told(), Told()
    first.week(people, terrain, START)
    for number, changed in enumerate(_weeks(people, len(loot.truth.answered))):
        season.week(changed, terrain, START + timedelta(weeks=EVERY * number))
    return [_found("P7", first, terrain.k, "a week"), _found("P8", season, terrain.k, "fourteen weeks")]


def plain_sums(people: Mapping[Token, Labels], terrain: Terrain) -> Iterator[Sum]:
    """What would be told if nothing but the size of a group were looked at: every unit and every place."""
    for unit in terrain.tree.units:
        inside = [token for token, at in people.items() if terrain.tree.inside(at.unit, unit)]
        if len(inside) >= terrain.k:
            yield Counter(inside)
    for place in {at.place for at in people.values()}:
        there = [token for token, at in people.items() if at.place == place]
        if len(there) >= terrain.k:
            yield Counter(there)


def _found(promise: str, told: Told, k: int, when: str) -> Finding:
    few, bare = singled_out(told.sums, k), singled_out(told.plain, k)
    if promise == "P8" and not bare:
        return Finding("P8", Verdict.UNKNOWN, "Nobody was singled out even by a plain threshold: a blind attack.")
    words = (
        f"{len(told.sums)} sums told in {when}, whatever is added and subtracted: "
        f"{f'{len(few)} people are singled out' if few else f'no combination is about fewer than {k} people'}. "
        f"With a plain threshold {f'{len(bare)} would be' if bare else 'nobody would be either'}."
    )
    return held_if(promise, not few, words, {"sums": len(told.sums), "singled out": len(few), "without": len(bare)})


def _weeks(people: Mapping[Token, Labels], seed: int) -> Iterator[People]:
    """Who is there, each time the question is asked."""
    chance = random.Random(seed)  # noqa: S311 (a story to be told, not a secret)
    there, places = dict(people), list(dict.fromkeys(people.values()))
    for number in range(0, WEEKS, EVERY):
        yield dict(there)
        for _ in range(CHANGES):
            there.pop(chance.choice(sorted(there)), None)
            there[f"newcomer {number} {len(there)}".encode()] = chance.choice(places)
            there[chance.choice(sorted(there))] = chance.choice(places)


def _terrain(tables: Tables, pulse: str) -> Terrain:
    row = next(row for row in tables["pulses"] if str(row["id"]) == pulse)
    parents = parents_of(tables)
    units = [Unit(str(unit["id"]), str(unit["name"]), parents[str(unit["id"])]) for unit in tables["units"]]
    return Terrain(Tree.of(units), int(str(row["k"])))


def _staff(tables: Tables, pulse: str) -> People:
    """Who was asked, in the order of the staff list. Grades are left out, as they are in what is published."""
    keys = {row["id"]: str(row["key"]) for row in tables["people"]}
    rows = [row for row in tables["pulse_roster"] if str(row["pulse_id"]) == pulse]
    rows.sort(key=lambda row: keys[row["person_id"]])
    return {str(row["person_id"]).encode(): Labels(str(row["unit_id"]), str(row["place"])) for row in rows}
