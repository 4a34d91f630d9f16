"""The chat behind the browser: what stands in channels and in each person's own conversation with the bot.

It is the browser platform's own memory, as Slack and Teams have theirs, in a file of its own. It holds what was shown,
and therefore, like theirs, never an answer.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
  number INTEGER PRIMARY KEY, id TEXT UNIQUE, place TEXT NOT NULL, key TEXT UNIQUE, at TEXT NOT NULL,
  html TEXT NOT NULL, title TEXT NOT NULL, edited INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS messages_place ON messages (place, number);
"""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as it stands. `place` is a channel or a person's account."""

    id: str
    at: datetime
    html: Markup
    title: str
    edited: bool = False


@dataclass(slots=True)
class Chat:
    """Messages, and a bell that rings when one changes."""

    file: Path
    _bell: asyncio.Condition = field(default_factory=asyncio.Condition)
    _changes: int = 0

    def __post_init__(self) -> None:
        """Make the file if there is none."""
        with self._open() as database:
            database.executescript(SCHEMA)

    async def post(self, place: str, message: Posted, key: str = "") -> str:
        """Add a message; returns its id.

        With a key that was used before, nothing is added and the first one's id is given.
        """
        row = (message.id, place, key or None, message.at.isoformat(), str(message.html), message.title)
        statement = "INSERT INTO messages (id, place, key, at, html, title) VALUES (?, ?, ?, ?, ?, ?)"
        with self._open() as database:
            database.execute(f"{statement} ON CONFLICT (key) DO NOTHING", row)
        await self._ring()
        return (self.by_key(key) if key else None) or message.id

    async def replace(self, message: str, title: str, html: Markup) -> bool:
        """Put something else in place of a message. False if it is not there."""
        with self._open() as database:
            change = "UPDATE messages SET html = ?, title = ?, edited = 1 WHERE id = ?"
            found = database.execute(change, (str(html), title, message)).rowcount > 0
        await self._ring()
        return found

    def by_key(self, key: str) -> str | None:
        """The id of the message with this key."""
        with self._open() as database:
            row = database.execute("SELECT id FROM messages WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def belongs(self, message: str, place: str) -> bool:
        """Whether a message stands in a place: nobody replaces another's."""
        with self._open() as database:
            row = database.execute("SELECT 1 FROM messages WHERE id = ? AND place = ?", (message, place)).fetchone()
        return row is not None

    def of(self, place: str, most: int) -> list[Posted]:
        """The newest messages of a place, oldest first."""
        query = "SELECT id, at, html, title, edited FROM messages WHERE place = ? ORDER BY number DESC LIMIT ?"
        with self._open() as database:
            rows = database.execute(query, (place, most)).fetchall()
        return [_posted(row) for row in reversed(rows)]

    async def changed(self, seen: int) -> int:
        """Wait for a change after the one numbered `seen`; returns its number."""
        async with self._bell:
            await self._bell.wait_for(lambda: self._changes > seen)
            return self._changes

    @property
    def changes(self) -> int:
        """The number of the latest change."""
        return self._changes

    async def _ring(self) -> None:
        async with self._bell:
            self._changes += 1
            self._bell.notify_all()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.file, timeout=10)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            with database:
                yield database
        finally:
            database.close()


def _posted(row: tuple[str, str, str, str, int]) -> Posted:
    at = datetime.fromisoformat(row[1]).astimezone(UTC)
    return Posted(row[0], at, Markup(row[2]), row[3], bool(row[4]))  # noqa: S704 (drawn and escaped by us)
