"""P5 and P6: what is left after a close, and does it tell who answered?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from bot.audit.chance import luck, too_lucky
from bot.audit.findings import Finding, held_if
from bot.audit.loot import Loot
from bot.audit.thief import Rows, Tables
from bot.domain.counting import RATE_BAND
from bot.domain.groups import Kind
from bot.domain.numbers import AT_LEAST
from bot.domain.pulses import K_SCORES
from bot.domain.shares import ROUND_TO
from storage.recognition import TOKEN_BYTES
from storage.repositories import PERSONAL
from storage.subject import Way

NAMES_PEOPLE = frozenset(each.table for each in PERSONAL.values() if each.way is not Way.LOCKED)
"""Tables that may name a person: who is there, who was asked, who is to be written to, and who chose to be named."""
OVER = ("sealed", "lost")
ID = re.compile(r"[0-9a-f]{32}")


def attack(loot: Loot) -> list[Finding]:
    """Everything about what is left."""
    return [
        _worse(small_numbers(loot.closed), small_numbers(loot.ended)),
        _worse(strangers(loot.closed), strangers(loot.ended)),
        ballots_gone(loot.closed),
        *(who_answered(loot, name, tables) for name, tables in moments(loot)),
    ]


def moments(loot: Loot) -> Iterator[tuple[str, Tables]]:
    """When somebody might look who answered: after the reminders, after the close, after the digest."""
    yield "after the reminders", loot.nights[2].tables
    yield "after the close", loot.closed
    yield "after the digest", loot.ended


def ballots_gone(tables: Tables) -> Finding:
    """No ballot and no public key of a pulse that is over."""
    over = {str(row["id"]) for row in tables["pulses"] if row["state"] in OVER}
    left = sum(str(row["pulse_id"]) in over for row in tables["ballots"])
    keys = sum(row["seal"] is not None for row in tables["pulses"] if row["state"] in OVER)
    mine = sum(str(row["pulse_id"]) in over for row in tables["deliveries"] if row["person_id"])
    words = f"Of {len(over)} pulses that are over, {left} ballots, {keys} keys and {mine} personal deliveries are left."
    return held_if("P5", left + keys + mine == 0, words, {"ballots": left, "keys": keys, "deliveries": mine})


def small_numbers(tables: Tables) -> Finding:
    """Every stored number, whether it says more than its sentence; and every group that numbers are about."""
    exact = [f"{what}: {value}" for what, value, said in _values(tables) if not said]
    small = [f"{what}: {size} people" for what, size, least in _groups(tables) if 0 < size < least]
    looked = sum(1 for _ in _values(tables)), sum(1 for _ in _groups(tables))
    words = (
        f"{looked[0]} stored numbers are rounded as they are said, and none of {looked[1]} groups told together "
        "is under its threshold."
    )
    if exact or small:
        words = f"{len(exact)} numbers are exact and {len(small)} groups too small, such as {(exact + small)[0]}."
    figures = {"numbers": looked[0], "groups": looked[1], "small": len(small), "exact": len(exact)}
    return held_if("P5", not exact and not small, words, figures)


def strangers(tables: Tables) -> Finding:
    """No person is named in a table that has no business to."""
    people = {str(row["id"]) for row in tables["people"]}
    found = sorted(
        t for t, rows in tables.items() if t not in NAMES_PEOPLE and any(mentioned(r) & people for r in rows)
    )
    words = f"{len(tables) - len(NAMES_PEOPLE)} tables that need no person name none."
    if found:
        words = f"People are named in tables that need none: {', '.join(found)}."
    return held_if("P5", not found, words, {"tables": len(found)})


def who_answered(loot: Loot, moment: str, tables: Tables) -> Finding:
    """P6: can those who answered be told from the others, by how often, where or beside what they are mentioned?"""
    answered = frozenset(loot.truth.answered)
    staff = set(loot.truth.staff)
    scores = {name: luck(values, answered) for name, values in _traces(tables, staff)}
    counts = [name for name, values in _mentions(tables, staff) if len(set(values.values())) > 1]
    worst = min(scores, key=lambda name: scores[name], default="")
    fine = not counts and not any(too_lucky(score, len(scores)) for score in scores.values())
    words = (
        f"{moment.capitalize()}, everybody is mentioned equally often in each of {len(tables)} tables, and none of "
        f"{len(scores)} columns and places tells the {len(answered)} who answered from the others."
    )
    if not fine:
        words = f"{moment.capitalize()}, {', '.join(counts) or worst} tells who answered from who did not."
    return held_if("P6", fine, words, {"traces": len(scores), "by chance once in": round(1 / scores.get(worst, 1.0))})


def mentioned(row: Mapping[str, object]) -> set[str]:
    """Every id that stands in a row, also inside longer words."""
    return {found for value in row.values() for found in ID.findall(_words(value))}


def _worse(one: Finding, other: Finding) -> Finding:
    return other if one.held else one


def _values(tables: Tables) -> Iterator[tuple[str, int, bool]]:
    """Every stored number, and whether it is one that a sentence can say."""
    for row in (*tables["numbers"], *tables["segment_numbers"]):
        for column in ("share", "mean"):
            yield f"a {column}", _int(row[column]), _int(row[column]) % ROUND_TO == 0
        yield "how many answered", _int(row["at_least"]), _int(row["at_least"]) in {0, *AT_LEAST}
    for row in tables["turnouts"]:
        yield "a turnout", _int(row["band"]), _int(row["band"]) % RATE_BAND == 0


def _groups(tables: Tables) -> Iterator[tuple[str, int, int]]:
    """Every group of people that stored numbers or comments are about: how many hide somebody, and how many must."""
    for row in tables["season_groups"]:
        size = (len(_bytes(row["members"])) - len(_bytes(row["unvouched"]))) // TOKEN_BYTES
        yield f"a {row['kind']}", size, K_SCORES if row["kind"] == Kind.CELL else 2 * K_SCORES
    limits = {str(row["id"]): _int(row["k_comment"]) for row in tables["pulses"]}
    comments = Counter((str(row["pulse_id"]), str(row["unit_id"])) for row in tables["comments"])
    yield from (("comments", size, limits[pulse]) for (pulse, _), size in comments.items())


def _int(value: object) -> int:
    return int(str(value))


def _bytes(value: Any) -> bytes:
    """What a database hands over as bytes or as a view of them."""
    return bytes(value)


def parents_of(tables: Tables) -> dict[str, str | None]:
    """Which unit each unit stands under."""
    return {str(row["id"]): str(row["parent_id"]) if row["parent_id"] else None for row in tables["units"]}


def _by_person(
    tables: Tables, staff: set[str]
) -> Iterator[tuple[str, dict[str, list[tuple[int, Mapping[str, object]]]]]]:
    """For each table, or each kind of delivery, the rows that mention somebody, with their place."""
    for table, rows in tables.items():
        kinds: dict[str, dict[str, list[tuple[int, Mapping[str, object]]]]] = defaultdict(lambda: defaultdict(list))
        for place, row in enumerate(rows):
            for person in mentioned(row) & staff:
                kinds[f"{table} {row.get('notice', '')}".strip()][person].append((place, row))
        yield from kinds.items()


def _mentions(tables: Tables, staff: set[str]) -> Iterator[tuple[str, Mapping[str, int]]]:
    for name, by_person in _by_person(tables, staff):
        yield name, {person: len(by_person.get(person, ())) for person in staff}


def _traces(tables: Tables, staff: set[str]) -> Iterator[tuple[str, Mapping[str, Hashable]]]:
    """Whatever differs between people in a table: the place of their row, and each of its columns."""
    for name, by_person in _by_person(tables, staff):
        yield f"the place in {name}", {person: rows[0][0] for person, rows in by_person.items()}
        for column in _columns([row for rows in by_person.values() for _, row in rows], staff):
            yield f"{column} in {name}", {p: _words(rows[0][1].get(column)) for p, rows in by_person.items()}


def _columns(rows: Rows | Sequence[Mapping[str, object]], staff: set[str]) -> list[str]:
    return [c for c in (rows[0] if rows else ()) if not any(set(ID.findall(_words(r[c]))) & staff for r in rows)]


def _words(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
