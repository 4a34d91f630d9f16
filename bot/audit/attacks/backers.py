"""P9: who backs an idea. The database keeps slots of them, which are worth nothing without the programme's key."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from bot.audit.attacks.remains import ID, mentioned
from bot.audit.findings import Finding, Verdict, held_if
from bot.audit.loot import Loot
from bot.audit.thief import Rows, Tables
from storage.ideas import KIND, backing_slot
from storage.programme_keys import key_name
from storage.seal import SLOT_BYTES

AROUND = ("programmes", "organisations")
"""Where somebody without the key would look for one, beside the idea itself."""


def attack(loot: Loot) -> list[Finding]:
    """Everything about backers."""
    return [locked(loot), named_nowhere(loot)]


def locked(loot: Loot) -> Finding:
    """P9: no slot stands anywhere else, can be worked out, or stands at two ideas. With the key, all lead to people."""
    places = {(str(row["idea_id"]), slot_of(row)) for tables in loot.copies for row in tables["backings"]}
    slots = {slot for _, slot in places}
    guesses = _standing(loot.opened) | set(_worked_out(loot.opened))
    told, twice = sum(slot[:SLOT_BYTES] in guesses for slot in slots), len(places) - len(slots)
    if not told + twice and not _all_found(loot):
        return Finding("P9", Verdict.UNKNOWN, "Not everybody who backs an idea was found even with its key.")
    words = (
        f"{len(slots)} slots of who backs an idea: {told} of them stand elsewhere in the database or can be worked out "
        f"from it, {twice} at two ideas. With the key, all {len(loot.truth.backings)} do lead to their backers."
    )
    return held_if("P9", told + twice == 0, words, {"told": told, "twice": twice, "control": len(slots)})


def named_nowhere(loot: Loot) -> Finding:
    """P9: no row of any copy names somebody beside an idea that they back."""
    who = backers_by_slot(loot)
    backers: dict[str, set[str]] = defaultdict(set)
    for row in loot.opened["backings"]:
        backers[str(row["idea_id"])].add(who.get(slot_of(row), ""))
    found = [mentioned(row) for tables in loot.copies for rows in tables.values() for row in rows]
    named = sum(any(backers[idea] & ids for idea in ids & backers.keys()) for ids in found)
    words = f"{len(backers)} ideas that somebody backs, none of which has been answered: {named} rows name a backer."
    return held_if("P9", named == 0, words, {"named": named})


def backers_by_slot(loot: Loot) -> Mapping[bytes, str]:
    """Whose each slot is. It takes the live keys to know."""
    people, ideas = _ids(loot.opened, "people"), loot.opened["ideas"]
    keys = {str(row["id"]): loot.keys.get(key_name(KIND, str(row["programme_id"]))) for row in ideas}
    return {backing_slot(key, idea, person): person for idea, key in keys.items() if key for person in people}


def slot_of(row: Mapping[str, object]) -> bytes:
    """The slot of a row."""
    return next(_forms([{"slot": row["slot"]}]))


def _all_found(loot: Loot) -> bool:
    """Whether the live keys lead from the slots to all who back an idea, and to nobody else."""
    backers, words = backers_by_slot(loot), {str(row["id"]): str(row["text"]) for row in loot.opened["ideas"]}
    found = {(backers.get(slot_of(row), ""), words[str(row["idea_id"])]) for row in loot.opened["backings"]}
    return bool(found) and found == {(said.person, said.words) for said in loot.truth.backings}


def _standing(tables: Tables) -> set[bytes]:
    """Whatever stands in any other table, as a slot would hold it."""
    others = (rows for table, rows in tables.items() if table != "backings")
    return {form[:SLOT_BYTES] for rows in others for form in _forms(rows)}


def _worked_out(tables: Tables) -> Iterator[bytes]:
    """What a slot of each person at each idea would be with no key, and with anything around it as the key."""
    around = [form for table in AROUND for form in _forms(tables[table])]
    people = _ids(tables, "people")
    for row in tables["ideas"]:
        idea, keys = str(row["id"]), {*around, *_forms([row])}
        for person in people:
            yield from (_digest(said) for said in (person, f"{idea}|{person}", f"backs|{idea}|{person}"))
            yield from (backing_slot(key, idea, person) for key in keys)


def _forms(rows: Rows) -> Iterator[bytes]:
    """Every value of these rows as bytes; an id also as the number that it is."""
    for value in (value for row in rows for value in row.values()):
        words = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        yield words
        if isinstance(value, str) and ID.fullmatch(value):
            yield bytes.fromhex(value)


def _digest(said: str) -> bytes:
    return hashlib.sha256(said.encode()).digest()[:SLOT_BYTES]


def _ids(tables: Tables, table: str) -> Sequence[str]:
    return [str(row["id"]) for row in tables[table]]
