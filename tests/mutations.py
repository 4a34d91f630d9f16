"""What could be sent instead of a good JSON body: the same with something missing, doubled, of another kind, or torn.

Whoever asks brings the randomness, so that the same seed gives the same bodies.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
Slot: TypeAlias = "tuple[dict[str, JsonValue], str] | tuple[list[JsonValue], int]"
"""A place where a value stands: an object or a list, and the key or the number in it."""

DEEP = 200
LONG = 12_000
MOST_CHANGES = 3
UNWRITTEN = {
    "(deeper than any parser goes)": b"[" * 5_000 + b"]" * 5_000,
    "(a number that Python does not read)": b"9" * 5_000,
    "(not a number)": b"NaN",
    "(infinite)": b"-Infinity",
}
"""What the `json` module does not write, and must be put into the bytes: the stand-in, and what takes its place."""


def mutations(original: JsonValue, chance: random.Random, count: int, marker: str = "") -> Iterator[bytes]:
    """So many serialised bodies, nearly all unlike the original; long strings that are made up contain `marker`."""
    for _ in range(count):
        yield mutated(original, chance, marker)


def mutated(original: JsonValue, chance: random.Random, marker: str = "") -> bytes:
    """One body with one to three things wrong; one in eight is torn after it was written down as well."""
    whole: JsonValue = {"": copy.deepcopy(original)}
    for _ in range(chance.randint(1, MOST_CHANGES)):
        chance.choice(CHANGES)(chance.choice(slots(whole)), chance, marker)
    changed = next(iter(whole.values()), None) if isinstance(whole, dict) else None
    body = _written(changed, chance)
    return torn(body, chance) if chance.random() < 1 / 8 else body


def slots(whole: JsonValue) -> list[Slot]:
    """Every place in a value where another value stands."""
    found: list[Slot] = []
    waiting = [whole]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            found += [(node, key) for key in node]
            waiting += node.values()
        elif isinstance(node, list):
            found += [(node, number) for number in range(len(node))]
            waiting += node
    return found or [({"": whole}, "")]


def strange(marker: str = "") -> Sequence[JsonValue]:
    """Values of every kind, and of sizes that nobody sends."""
    return (
        None,
        True,
        False,
        0,
        -1,
        10**400,
        1e308,
        [],
        {},
        [None],
        [[]],
        {"": marker},
        [marker],
        "",
        marker or "word",
        f"{marker}\ud800",
        f"\x00{marker}\x00",
        f"{marker}\u202e\u2066",
        "{}",
        f'{{"{marker}": ',
        f"{marker}é" * (LONG // (len(marker) + 1)),
        nested(DEEP, marker),
        *UNWRITTEN,
    )


def nested(depth: int, inside: JsonValue = None) -> JsonValue:
    """A list in a list in a list."""
    for _ in range(depth):
        inside = [inside]
    return inside


def torn(body: bytes, chance: random.Random) -> bytes:
    """The body cut off somewhere, or with a few of its bytes turned into others."""
    if not body or chance.random() < 0.5:
        return body[: chance.randrange(len(body) + 1)]
    changed = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _written(value: JsonValue, chance: random.Random) -> bytes:
    body = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    for stands_in, raw in UNWRITTEN.items():
        body = body.replace(f'"{stands_in}"'.encode(), raw)
    return body


def _remove(slot: Slot, chance: random.Random, marker: str) -> None:
    del chance, marker
    match slot:
        case (dict() as holder, str() as key):
            holder.pop(key)
        case (list() as holder, int() as number):
            holder.pop(number)


def _replace(slot: Slot, chance: random.Random, marker: str) -> None:
    _put(slot, copy.deepcopy(chance.choice(strange(marker))))


def _empty(slot: Slot, chance: random.Random, marker: str) -> None:
    del marker
    found = _found(slot)
    empty: JsonValue = type(found)() if isinstance(found, dict | list | str) else chance.choice((None, "", [], {}))
    _put(slot, empty)


def _wrap(slot: Slot, chance: random.Random, marker: str) -> None:
    del marker
    found = _found(slot)
    _put(slot, chance.choice(([found], {"": found}, [found, found], json.dumps(found))))


def _duplicate(slot: Slot, chance: random.Random, marker: str) -> None:
    del chance
    match slot:
        case (dict() as holder, str() as key):
            holder[f"{key}{marker}"] = copy.deepcopy(holder[key])
        case (list() as holder, int() as number):
            holder.insert(number, copy.deepcopy(holder[number]))


def _swap(slot: Slot, chance: random.Random, marker: str) -> None:
    del marker
    holder, _ = slot
    other = chance.choice([one for one in slots(holder) if one[0] is holder])
    mine, theirs = _found(slot), _found(other)
    _put(slot, theirs)
    _put(other, mine)


def _rename(slot: Slot, chance: random.Random, marker: str) -> None:
    match slot:
        case (dict() as holder, str() as key):
            holder[chance.choice(("", key.upper(), f"{key}\x00", f"{marker}{key}"))] = holder.pop(key)
        case _:
            _remove(slot, chance, marker)


def _found(slot: Slot) -> JsonValue:
    holder, where = slot
    return holder[where]  # type: ignore[index]


def _put(slot: Slot, value: JsonValue) -> None:
    match slot:
        case (dict() as holder, str() as key):
            holder[key] = value
        case (list() as holder, int() as number):
            holder[number] = value


Change: TypeAlias = Callable[[Slot, random.Random, str], None]
CHANGES: Sequence[Change] = (_replace, _replace, _replace, _remove, _remove, _empty, _wrap, _duplicate, _swap, _rename)
