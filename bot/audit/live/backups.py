"""A folder of backups: do they hold keys, or anything that a key which is still there would open?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.audit.findings import Finding, Source, Verdict, held_if
from bot.audit.keys import key_folder, key_store
from bot.audit.live.database import names
from bot.audit.live.unpack import Packed, pieces
from bot.host.settings import Settings
from storage.ballots import opening_key
from storage.seal import opens

SQLITE = b"SQLite format 3\0"
KEY_BYTES = 32
ENOUGH = 20


@dataclass(slots=True)
class Searched:
    """What was found in a folder."""

    files: int = 0
    holding: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    openable: list[str] = field(default_factory=list)


async def look(settings: Settings, folder: Path | None, over: Sequence[str]) -> list[Finding]:
    """P4: every file of the backups. `over` are the pulses that are closed: nothing of them may open any more."""
    if folder is None:
        return []
    keys = await key_store(settings)
    kept = await keys.get_all(list(await keys.names()))
    found = [_elsewhere(settings, folder), judge(search(folder, kept, over))]
    return [replace(finding, source=Source.HERE) for finding in found]


def search(folder: Path, kept: Mapping[str, bytes], over: Sequence[str]) -> Searched:
    """Look for keys, and try the keys that are there on what the copies hold."""
    found, secrets = Searched(), _forms(kept)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.files += 1
        try:
            if any(secret in piece for piece in pieces(path) for secret in secrets):
                found.holding.append(path.name)
            found.openable += [path.name] if _opens(path, kept, over) else []
        except (OSError, EOFError, Packed):
            found.unread.append(path.name)
    return found


def judge(found: Searched) -> Finding:
    """What that means."""
    figures = {
        "files": found.files,
        "keys": len(found.holding),
        "openable": len(found.openable),
        "unread": len(found.unread),
    }
    if found.holding or found.openable:
        words = f"Keys lie in {len(found.holding)} of {found.files} backup files ({names(found.holding)})."
        if found.openable:
            words = (
                f"Ballots of a closed pulse still open in {len(found.openable)} backup files ({names(found.openable)})."
            )
        return held_if("P4", False, words, figures)
    if found.unread:
        ask = "Ask whoever makes the backups to unpack one and to run this check on it."
        words = f"{len(found.unread)} of {found.files} backup files are locked or packed ({names(found.unread)})."
        return Finding("P4", Verdict.UNKNOWN, words, figures, ask)
    words = f"{found.files} backup files hold no key that is in the key store, and no ballot of a closed pulse opens."
    return held_if("P4", True, words, figures)


def _elsewhere(settings: Settings, folder: Path) -> Finding:
    own = key_folder(settings)
    fine = own is None or not own.resolve().is_relative_to(folder.resolve())
    where = "outside" if fine else "inside"
    return held_if("P4", fine, f"The key store lies {where} the folder of backups.")


def _forms(kept: Mapping[str, bytes]) -> list[bytes]:
    """Each key as it is, and as a dump writes it."""
    secrets = [key for key in kept.values() if len(key) >= KEY_BYTES]
    return [form for key in secrets for form in (key, key.hex().encode(), key.hex().upper().encode())]


def _opens(path: Path, kept: Mapping[str, bytes], over: Sequence[str]) -> bool:
    """Whether a copy of the database holds a ballot of a closed pulse that opens."""
    with path.open("rb") as file:
        if file.read(len(SQLITE)) != SQLITE:
            return False
    found = _ballots(path, [p for p in over if opening_key(p) in kept])
    return any(opens(kept[opening_key(pulse)], sealed) for pulse, sealed in found)


def _ballots(path: Path, pulses: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    query = "SELECT pulse_id, sealed FROM ballots WHERE pulse_id = ? LIMIT ?"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
            for pulse in pulses:
                yield from connection.execute(query, (pulse, ENOUGH))
    except sqlite3.Error as error:
        raise Packed(path.name) from error
