"""Ideas, and who backs them."""

from __future__ import annotations

from typing import Protocol

from bot.domain.ideas import Idea


class Ideas(Protocol):
    """Ideas. Who offered an unnamed one can be found only by asking whether it was this person."""

    async def add(self, idea: Idea, author: str) -> None:
        """Store a new one. Of the author of an unnamed one a locked route is kept, and nothing else."""

    async def get(self, idea: str) -> Idea | None:
        """The idea with how many back it; None where there is none of this id."""

    async def lock(self, idea: str) -> Idea | None:
        """Get it, and keep everybody else from changing or backing it until this transaction ends."""

    async def lock_if_shown(self, idea: str) -> bool:
        """Whether it is not withdrawn; keeps it from being withdrawn until this transaction ends."""

    async def of_organisation(self, organisation: str) -> tuple[Idea, ...]:
        """All that were not withdrawn, in the order of their random ids."""

    async def by_author(self, organisation: str, person: str) -> tuple[Idea, ...]:
        """Those that this person has offered, with or without their name, and not withdrawn."""

    async def find_author(self, idea: str) -> str | None:
        """Who offered it, where that can still be found: for telling them, and for nothing else."""

    async def save(self, idea: Idea) -> None:
        """Keep what has changed of it: its words, its answer, and what it was merged into."""

    async def discard(self, idea: str) -> None:
        """Erase its words, the way back to its author, and who backs it. An empty shell stays."""

    async def back(self, idea: str, person: str) -> bool:
        """Note that a person backs it. False if they did already."""

    async def backers(self, idea: str) -> frozenset[str]:
        """Who backs it."""

    async def backed_by(self, organisation: str, person: str) -> frozenset[str]:
        """The ids of the ideas that this person backs."""

    async def stop_backing(self, organisation: str, person: str) -> None:
        """Forget all that this person backs."""

    async def merge(self, idea: str, into: str) -> None:
        """Count the backers of one idea for another, each once; the first, and what was merged into it, lead there."""
