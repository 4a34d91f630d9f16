"""Public bodies and their programmes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from bot.domain.people import Organisation, Platform, Unit
from bot.domain.programmes import Programme


class Organisations(Protocol):
    """Public bodies, their workspaces and their invitations."""

    async def add(self, organisation: Organisation, root: Unit) -> None:
        """Store a new organisation with the unit that is the whole of it."""

    async def get(self, organisation: str) -> Organisation:
        """The organisation. Raises `NotFound` where there is none of this id."""

    async def list_all(self) -> tuple[Organisation, ...]:
        """Every organisation of this installation."""

    async def by_workspace(self, platform: Platform, workspace: str) -> Organisation | None:
        """Whose a workspace is; None where it is nobody's."""

    async def count_vouched_only(self, organisation: str) -> None:
        """From now on, people whom no platform's directory vouches for do not count towards k here."""

    async def lock_workspaces(self, organisation: str) -> None:
        """Keep its workspaces as they are until this transaction ends."""

    async def connect(self, organisation: str, platform: Platform, workspace: str) -> None:
        """Note that a workspace is the organisation's. One that had left and is connected again has not left.

        Accounts that a list named before there was a workspace are the first one's.
        """

    async def record_removal(self, platform: Platform, workspace: str, today: date) -> bool:
        """Note that a workspace has removed the app: nothing is sent to it any more. False if it had already."""

    async def list_workspaces(self, organisation: str, *, gone: bool = False) -> Mapping[Platform, tuple[str, ...]]:
        """Those that have the app, with those that removed it if they are asked for too."""

    async def invite(self, organisation: str, code_hash: str, until: datetime) -> None:
        """Keep an invitation, by the hash of its code, until this moment."""

    async def redeem(self, code_hash: str, now: datetime) -> str | None:
        """Use up an invitation; the organisation it was for, or None if it is not valid any more."""


class Programmes(Protocol):
    """Programmes, and what has been done for them."""

    async def add(self, programme: Programme) -> None:
        """Store a new programme."""

    async def list_all(self, organisation: str) -> tuple[Programme, ...]:
        """The programmes of an organisation, in the order in which they begin."""

    async def list_ids(self, organisation: str) -> tuple[str, ...]:
        """The ids of the programmes of an organisation, without reading what they say."""

    async def lock_all(self, organisation: str) -> tuple[Programme, ...]:
        """All of an organisation; whoever else holds them waits until this transaction ends."""

    async def get(self, programme: str) -> Programme:
        """The programme. Raises `NotFound` where there is none of this id."""

    async def set_thresholds(self, programme: Programme) -> None:
        """Keep how many must have answered, or commented. Its next pulses take it."""

    async def claim(self, programme: str, week: date, event: str) -> bool:
        """Mark that an event of a week is being done. True only for the first who asks, in any process, for ever."""

    async def last_claimed(self, programme: str, event: str, before: date) -> date | None:
        """The Monday of the last week before this one whose event has been done."""
