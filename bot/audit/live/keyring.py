"""The live key store: where it lies, who may read it, and whether it keeps anything of what is over."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.audit.findings import Finding, Source, Verdict, held_if
from bot.audit.keys import key_folder, key_store
from bot.audit.live.database import AGAIN, PATIENCE, names, states
from bot.domain.pulses import TAKING
from bot.host.settings import Settings
from storage.ballots import opening_key, slots_key
from storage.engine import sqlite_file
from storage.threads import key_name as thread_key

OTHERS = 0o077


async def look(settings: Settings, engine: AsyncEngine) -> list[Finding]:
    """Everything about the key store."""
    found = [apart(settings), private(settings), await _settled(settings, engine)]
    return [replace(finding, source=Source.HERE) for finding in found]


def apart(settings: Settings) -> Finding:
    """P4: a copy of the database's folder must not hold the keys."""
    file, folder = sqlite_file(settings.database_url), key_folder(settings)
    if folder is None:
        return held_if("P4", True, "The key store is a service of its own, apart from the database.")
    fine = file is None or not folder.resolve().is_relative_to(file.resolve().parent)
    words = (
        "The key store lies outside the database's folder."
        if fine
        else "The key store lies inside the database's folder."
    )
    return held_if("P4", fine, words)


def private(settings: Settings) -> Finding:
    """P4: nobody but the service may read the keys."""
    folder = key_folder(settings)
    if folder is None:
        return held_if("P4", True, "Who may read the keys is decided by the key store's own rules.")
    if not folder.is_dir():
        return Finding(
            "P4",
            Verdict.UNKNOWN,
            "The key store is not there, or this user may not look.",
            ask="Run the check as the user of the service.",
        )
    open_to_others = [path.name for path in (folder, *folder.iterdir()) if path.stat().st_mode & OTHERS]
    words = "Only the service's own user can read the key store."
    if open_to_others:
        words = f"Others can read {names(open_to_others)} in the key store."
    return held_if("P4", not open_to_others, words, {"open": len(open_to_others)})


def matching(kept: Mapping[str, bytes], known: Mapping[str, Mapping[str, str]]) -> Finding:
    """P4: a key of what is over is gone, under any name; and what is open still has its keys."""
    pulses, threads = known["pulses"], known["threads"]
    over = {key(pulse) for pulse, state in pulses.items() if state not in TAKING for key in (slots_key, opening_key)}
    over |= {thread_key(thread) for thread, state in threads.items() if state == "closed"}
    left = sorted(over & kept.keys())
    copies = len(kept) - len(set(kept.values()))
    needed = {key(pulse) for pulse, state in pulses.items() if state in TAKING for key in (slots_key, opening_key)}
    lost = sorted(needed - kept.keys())
    fine = not left and not copies and not lost
    words = (
        f"{len(kept)} keys. None belongs to one of {len(over)} that had to go, none lies there twice, and every open "
        "pulse has its own."
    )
    if not fine:
        wrong = ((left, "had to be destroyed and are there"), (lost, "are needed by an open pulse and gone"))
        parts = [f"{len(which)} keys {what} ({names(which)})" for which, what in wrong if which]
        words = "; ".join([*parts, *([f"{copies} keys lie there twice"] if copies else [])]) + "."
    return held_if("P4", fine, words, {"keys": len(kept), "left": len(left), "lost": len(lost), "copies": copies})


async def _settled(settings: Settings, engine: AsyncEngine) -> Finding:
    """A close destroys its keys a moment after it has published: what looks wrong is looked at again."""
    for _ in range(AGAIN):
        found = await _matching(settings, engine)
        if found.held:
            return found
        await asyncio.sleep(PATIENCE)
    return await _matching(settings, engine)


async def _matching(settings: Settings, engine: AsyncEngine) -> Finding:
    if _absent(settings):
        return Finding("P4", Verdict.UNKNOWN, "The key store is not there, so its names could not be compared.")
    keys = await key_store(settings)
    return matching(await keys.get_all(list(await keys.names())), await states(engine))


def _absent(settings: Settings) -> bool:
    folder = key_folder(settings)
    return folder is not None and not folder.is_dir()
