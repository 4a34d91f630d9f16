"""Conversations."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.domain.threads import Entry, Thread


class Threads(Protocol):
    """Conversations. The way back to an anonymous author is locked with the thread's own key."""

    async def open(self, thread: Thread, author: str, code: str = "") -> None:
        """Store a new one. With a code, nothing of its author is kept: only who has the code comes back."""

    async def get(self, thread: str) -> Thread | None: ...
    async def handle_of(self, thread: Thread) -> str:
        """What its author calls it by: a name that dies with its key, if they gave none. Raises `KeysLost`."""

    async def by_handle(self, organisation: str, handle: str, person: str) -> str | None:
        """The open conversation that this person, who opened it without their name, calls so."""

    async def opened_by(self, thread: str, person: str) -> bool: ...
    async def enter(self, organisation: str, code: str, person: str, now: datetime) -> str | None:
        """A ticket for the open conversation with this code. Raises `Refusal` after too many wrong ones."""

    async def by_ticket(self, organisation: str, ticket: str, person: str, now: datetime) -> str | None:
        """The conversation that this person's ticket is for, while it is valid."""

    async def draft_name(self, thread: Thread) -> str:
        """What is written for it under any ticket belongs to. It is the same at every entry, and leads nowhere."""

    async def find_author(self, thread: str) -> str | None:
        """Who is to get the reply. None once it is closed."""

    async def by_author(self, organisation: str, person: str) -> tuple[Thread, ...]: ...
    async def of_units(self, organisation: str, units: Collection[str]) -> tuple[Thread, ...]: ...
    async def add_entry(self, thread: str, entry: Entry) -> None: ...
    async def close(self, thread: str) -> None:
        """Close it and destroy the way back, or the code, and what tells of messages to its author."""
