"""Channels and what was posted in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.domain.people import Address


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that a unit's news goes to, in one or several languages."""

    id: str
    organisation: str
    unit: str
    address: Address
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class Post:
    """A message in a channel that may have to be edited: what it was made of, and where it stands."""

    id: str
    organisation: str
    channel: str
    notice: str
    values: Mapping[str, str]
    ref: str
    about: str = ""


class Channels(Protocol):
    """Channels and what was posted in them."""

    async def connect(self, channel: Channel) -> None: ...
    async def get(self, channel: str) -> Channel | None: ...
    async def list_all(self, organisation: str) -> tuple[Channel, ...]: ...
    async def record_post(self, post: Post) -> None: ...
    async def get_post(self, post: str) -> Post | None: ...
    async def change_subject(self, post: str, about: str) -> Post | None:
        """Note that a message shows another story now."""

    async def posts_about(self, organisation: str, about: str) -> tuple[Post, ...]: ...
