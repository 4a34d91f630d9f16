"""Who is told together for a season, and by what people are recognised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.domain.groups import Group, Present, Token
from bot.domain.people import Identity
from bot.domain.pulses import Pulse
from bot.domain.season import Season


@dataclass(frozen=True, slots=True)
class Gathering:
    """Who is there when a pulse closes, and what was told of them before.

    `tokens` go by the ids of the people; `seasons` by question, with one for the turnout. A question that rests has
    none. `state` changes whenever something is told: results that were worked out in another one are not stored.
    """

    tokens: Mapping[str, Token]
    present: Mapping[Token, Present]
    seasons: Mapping[str, Season]
    state: str


class Seasons(Protocol):
    """Groups that are told together, over all programmes and organisations."""

    async def recognise(self, organisation: str, today: date) -> None:
        """Make sure that everybody in an organisation's list would be recognised in another."""

    async def vouch(self, account: Identity, email: str) -> None:
        """Note that a platform's own directory gives this address for an account: it is the same person elsewhere."""

    async def gather(self, pulse: Pulse) -> Gathering:
        """Everything that decides whose answers to a pulse can be told."""

    async def held(self, person: str) -> tuple[int, int]:
        """By how many marks somebody is recognised, and in how many groups they may be counted."""

    async def keep(self, pulse: Pulse, groups: Mapping[str, Sequence[Group]], state: str) -> bool:
        """Keep what was told of whom, by question. False if something else was told since it was gathered."""
