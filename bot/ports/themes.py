"""What people write about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.themes import Comment, ThemeReport


class Themes(Protocol):
    """What people write about."""

    async def find(self, comments: Sequence[Comment], history: Sequence[str] = (), language: str = "en") -> ThemeReport:
        """The themes of these comments. Ten thousand take seconds; nothing else waits for them."""

    async def redact(self, texts: Sequence[str], names: frozenset[str]) -> tuple[str, ...]:
        """The texts without what could name somebody: these people, and addresses, numbers and titles."""
