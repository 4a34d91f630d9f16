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

    async def connect(self, channel: Channel) -> None:
        """Have a unit's news posted in a channel.

        One that was connected already is given to this unit, in these languages.
        """

    async def get(self, channel: str) -> Channel | None:
        """The channel; None where there is none of this id, or its workspace has removed the app."""

    async def list_all(self, organisation: str) -> tuple[Channel, ...]:
        """The channels of an organisation whose workspaces have the app."""

    async def record_post(self, post: Post) -> None:
        """Remember a message in a channel, so that it can be edited. Nothing where the channel is forgotten already."""

    async def get_post(self, post: str) -> Post | None:
        """The message; None where it is not remembered."""

    async def change_subject(self, post: str, about: str) -> Post | None:
        """Note that a message tells of another story or idea now. Returns it; None where it is not remembered."""

    async def posts_about(self, organisation: str, about: str) -> tuple[Post, ...]:
        """The messages that tell of this story or idea."""
