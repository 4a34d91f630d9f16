"""Reading what Slack sends, strictly: each look says what must stand there, and anything else is unreadable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.slack.payloads import storable
from adapters.slack.text import Json
from bot.errors import HundredDaysError

NAME = re.compile(r"[A-Z0-9]{1,64}")
HANDLE = re.compile(r"[\x21-\x7e]{1,2000}")


class Unreadable(HundredDaysError):
    """Not of the shape that Slack gives such a thing. Says nothing of what stood there."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An object that came in. What is absent or null reads as nothing; what is of the wrong kind is `Unreadable`."""

    content: Json

    @classmethod
    def of(cls, found: object) -> Incoming:
        """The object that this must be."""
        if isinstance(found, dict):
            return cls(found)
        raise Unreadable

    def part(self, name: str) -> Incoming:
        """The object of this name."""
        found = self.content.get(name)
        return Incoming({}) if found is None else Incoming.of(found)

    def parts(self, name: str) -> tuple[Incoming, ...]:
        """The objects in the list of this name."""
        return tuple(Incoming.of(each) for each in self.list(name))

    def each(self) -> Iterator[tuple[str, Incoming]]:
        """Everything in here, by its name; all of it must be objects."""
        return ((name, Incoming.of(found)) for name, found in self.content.items())

    def list(self, name: str) -> list[object]:
        """The list of this name."""
        found = self.content.get(name)
        if found is None or isinstance(found, list):
            return found or []
        raise Unreadable

    def text(self, name: str) -> str:
        """The words of this name, as they can be stored."""
        found = self.content.get(name)
        if found is None or isinstance(found, str):
            return storable(found or "")
        raise Unreadable

    def name(self, name: str) -> str:
        """The id of this name: of a person, a channel, a workspace."""
        return self._matching(NAME, name)

    def handle(self, name: str) -> str:
        """What only Slack reads, of this name: a trigger, an address, a view."""
        return self._matching(HANDLE, name)

    def _matching(self, pattern: re.Pattern[str], name: str) -> str:
        found = self.content.get(name)
        if found is None or found == "":
            return ""
        if isinstance(found, str) and pattern.fullmatch(found):
            return found
        raise Unreadable


def needed(found: str) -> str:
    """What may not be empty."""
    if not found:
        raise Unreadable
    return found
