"""What a thief can make of conversations, with what they stole."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nacl.exceptions import CryptoError

from bot.views import Ask, Reply
from storage.seal import unlock_route
from tests.attack.thief import Rows
from tests.world import World

DIGITS = re.compile(r"(?:\d{4} ){3}\d{4}")


def fixed_values(reply: Reply) -> dict[str, str]:
    assert isinstance(reply, Ask)
    return dict(reply.form.fixed)


async def coded(world: World, account: str) -> str:
    """Open a conversation with a code; returns the code."""
    reply = await world.ask(account, "OpenThread", body=f"zq from {account}", hear="code")
    found = DIGITS.search(str(reply))
    assert found
    return found[0]


async def unlocked(world: World, loot: dict[str, Rows]) -> dict[str, str]:
    """Whose each thread is, as far as all keys that are left can tell."""
    keys = [path.read_bytes() for path in world.keys.rglob("*") if path.is_file()]
    found = {}
    for row in loot["threads"]:
        for key in keys:
            if row["route"] and len(key) == 32 and (person := _opened(key, bytes(row["route"]))):  # type: ignore[call-overload]
                found[str(row["id"])] = person
    return found


def _opened(key: bytes, route: bytes) -> str:
    try:
        return unlock_route(key, route)
    except CryptoError:
        return ""


def person_with_key(loot: dict[str, Rows], key: str) -> str:
    return next(str(row["id"]) for row in loot["people"] if row["key"] == key)


def rows_naming(loot: dict[str, Rows], threads: Iterable[str], *names: str) -> Rows:
    """Rows that hold a thread or one of its entries together with somebody's name for a person."""
    wanted = set(threads)
    about = wanted | {str(row["id"]) for row in loot["entries"] if row["thread_id"] in wanted}
    rows = [row for rows in loot.values() for row in rows if any(each in str(row) for each in about)]
    assert rows
    return [row for row in rows if any(name in str(row) for name in names)]
