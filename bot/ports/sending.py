"""How a message is sent on a platform, and how that ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.people import Address, Identity
from bot.views import View


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it, under this reference."""

    ref: str


@dataclass(frozen=True, slots=True)
class Later:
    """The platform asks for patience; nothing was sent. `lane` says that it means the whole workspace."""

    seconds: float
    lane: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never take it."""

    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It may or may not have arrived."""

    reason: str


Outcome = Sent | Later | Rejected | InDoubt


@dataclass(frozen=True, slots=True)
class Unfindable:
    """This platform cannot say whether a message arrived."""


class Messenger(Protocol):
    """One platform, as the sender sees it."""

    @property
    def looks(self) -> bool:
        """Whether `find` can find anything at all."""

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        """Post a message. `key` is opaque; a platform that can will recognise it in `find`. Tries once, never again."""

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        """Put `view` in place of a message sent before."""

    async def find(self, to: Address, key: str, since: datetime) -> Sent | Later | Unfindable | None:
        """Whether the message with this key arrived after `since`. Later, where it cannot be said at the moment."""


class Directory(Protocol):
    """What a platform knows about its own accounts."""

    async def email(self, identity: Identity) -> str:
        """The account's verified e-mail address, or nothing."""
