"""Local Slack and Teams on real HTTP: they enforce the platforms' limits, and keep what was sent to them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Protocol, Self

A_FEW_WORDS = 12
"""What is shorter, such as "Agree", may well stand in what is beside it."""


class Visitor(Protocol):
    """One person at one platform: sees what was rendered for them and presses what is there. All over real HTTP."""

    async def say(self, words: str) -> None:
        """Type a command the way this platform has it, such as `/story We closed the form nobody read`."""

    async def press(self, label: str) -> None:
        """Press the newest button with this label that the person can see. Fails the test if there is none."""

    async def fill(self, values: Mapping[str, str]) -> None:
        """Fill in the form that is open, by the names of its inputs, leaving the others as they are, and submit it."""

    async def sees(self) -> str:
        """Every word the person can see now: their messages, private answers and the open form, newest last."""


class LocalPlatform(Protocol):
    """A platform that runs on loopback for the length of a test."""

    workspace: str

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc: object) -> None: ...

    def environment(self) -> Mapping[str, str]:
        """The environment variables that make the product use this platform."""

    def point_at(self, url: str) -> None:
        """Where the product listens."""

    def visitor(self, user: str) -> Visitor:
        """The person behind an account of this platform's workspace."""

    async def in_channel(self, channel: str) -> str:
        """Every word that stands in a channel now."""


def said_twice(seen: str) -> list[str]:
    """Lines that say again what the line before says, or the other way round."""
    lines = [line.strip() for line in seen.splitlines() if line.strip()]
    pairs = (sorted(pair, key=len) for pair in pairwise(lines))
    return [shorter for shorter, longer in pairs if len(shorter) >= A_FEW_WORDS and shorter in longer]
