"""What can be asked of digests."""

from __future__ import annotations

from dataclasses import dataclass

from bot.wire import Command


@dataclass(frozen=True, slots=True)
class ShowDigest(Command):
    """The latest digest of the unit I lead."""
