"""Ideas, and who backs them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from bot.domain.ideas import Idea


class Ideas(Protocol):
    """Ideas. Who offered an unnamed one, and who backs one, can be found only by asking whether it was this person."""

    async def add(self, idea: Idea, author: str) -> None:
        """Store a new one. Of the author of an unnamed one a locked route is kept, and nothing else."""

    async def get(self, idea: str) -> Idea | None:
        """The idea with how many back it; None where there is none of this id."""

    async def lock(self, idea: str) -> Idea | None:
        """Get it, and keep everybody else from changing or backing it until this transaction ends."""

    async def lock_if_shown(self, idea: str, edition: int) -> bool:
        """Whether it is not withdrawn and still this edition; keeps it so until this transaction ends."""

    async def of_organisation(self, organisation: str) -> tuple[Idea, ...]:
        """All that were not withdrawn, in the order of their random ids."""

    async def by_author(self, organisation: str, person: str) -> tuple[Idea, ...]:
        """Those that this person has offered, with or without their name, and not withdrawn."""

    async def find_author(self, idea: str) -> str | None:
        """Who offered it, where that can still be found: for telling them, and for nothing else."""

    async def save(self, idea: Idea) -> None:
        """Keep what has changed of it: its words, its answer, and whether it is to be merged. It is another edition."""

    async def discard(self, idea: str) -> tuple[str, ...]:
        """Erase its words, the way back to its author, and who backs it. An empty shell stays.

        What was merged into it stands by itself again; returns the ids of these.
        """

    async def back(self, idea: Idea, person: str) -> None:
        """Note that a person backs it, if they do not yet. Its words are frozen from then on."""

    async def backed(self, ideas: Collection[Idea], person: str) -> frozenset[str]:
        """The ids of those, among these, that this person backs."""

    async def backers(self, idea: Idea, people: Collection[str]) -> frozenset[str]:
        """Who among these people backs it: found by trying each."""

    async def stop_backing(self, organisation: str, person: str) -> None:
        """Forget all that this person backs."""

    async def merge(self, idea: Idea, into: Idea, people: Collection[str]) -> None:
        """Mark one as merged into another, and have whoever of these people backs it back the other too, once."""
