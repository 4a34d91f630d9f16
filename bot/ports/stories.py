"""Stories."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.digests import Span
from bot.domain.stories import Story, StoryState


class Stories(Protocol):
    """Stories. Who told an unnamed one can be found only by asking whether it was this person."""

    async def draft(self, story: Story, person: str) -> None:
        """Store a new story with a locked way back to this person."""

    async def get(self, story: str) -> Story | None:
        """The story; None where there is none of this id."""

    async def told_by(self, story: str, person: str) -> bool:
        """Whether this person has told it, as far as that can still be found."""

    async def by_teller(self, organisation: str, person: str) -> tuple[Story, ...]:
        """What this person has told or drafted, and not withdrawn, the newest first."""

    async def save(self, story: Story) -> None:
        """Keep what has changed of it. One that is named now loses its locked way back."""

    async def shared(self, programme: str, span: Span, now: datetime) -> tuple[Story, ...]:
        """The stories that a digest tells of, as far as they may be shown by now."""

    async def lock_if_shared(self, story: str) -> bool:
        """Whether a story is shared; keeps it from being withdrawn until this transaction ends."""

    async def discard(self, story: str, state: StoryState) -> None:
        """Erase its words. A withdrawn story stays as an empty shell, so that posts of it can say so."""
