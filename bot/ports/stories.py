"""Stories."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.digests import Span
from bot.domain.stories import Story, StoryState


class Stories(Protocol):
    """Stories. Who told an unnamed one can be found only by asking whether it was this person."""

    async def draft(self, story: Story, person: str) -> None: ...
    async def get(self, story: str) -> Story | None: ...
    async def told_by(self, story: str, person: str) -> bool: ...
    async def by_teller(self, organisation: str, person: str) -> tuple[Story, ...]: ...
    async def save(self, story: Story) -> None: ...
    async def shared(self, programme: str, span: Span, now: datetime) -> tuple[Story, ...]:
        """The stories that a digest tells of, as far as they may be shown by now."""

    async def lock_if_shared(self, story: str) -> bool:
        """Whether a story is shared; keeps it from being withdrawn until this transaction ends."""

    async def discard(self, story: str, state: StoryState) -> None:
        """Erase its words. A withdrawn story stays as an empty shell, so that posts of it can say so."""
