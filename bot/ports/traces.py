"""What names a person, and how it is erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.people import Platform


@dataclass(frozen=True, slots=True)
class Held:
    """How much names a person: their accounts, rosters, messages that are due or were sent, and one-time codes."""

    accounts: Mapping[Platform, int]
    rosters: int
    waiting: int
    sent: int
    codes: int


class Traces(Protocol):
    """What names a person beside what they wrote: how much of it there is, and how it is erased."""

    async def for_person(self, person: str, now: datetime) -> Held:
        """How much there is of a person, as they may be told at this moment."""

    async def erase(self, person: str) -> None:
        """Forget what waits for them, what was sent to them, their codes, and how their accounts are reached."""

    async def take_back(self, thread: str) -> None:
        """Erase what its author wrote in a conversation, and their name where they gave it."""
