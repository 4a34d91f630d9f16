"""What is forgotten by the clock: for each row of the table of retention, the statement that keeps its promise.

Sealed answers, conversations and their keys are forgotten elsewhere, by what happens to them and not by their age alone
(`storage.forgetting`, `storage.threads`, the store's `tidy`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.retention import Kept, kept_for
from bot.domain.stories import StoryState
from storage.codes import forget_codes
from storage.erase import ENDED
from storage.organisations import forget_workspace
from storage.rows.organisations import InvitationRow, ProgrammeRow, WorkspaceRow
from storage.rows.outbox import DeliveryRow, EnvelopeRow
from storage.rows.people import PersonRow
from storage.rows.pulses import PartitionRow, PulseRow, RosterRow
from storage.rows.stories import StoryRow

Purge = Callable[[AsyncSession, datetime], Awaitable[None]]
log = logging.getLogger(__name__)


async def purge(session: AsyncSession, now: datetime) -> None:
    """Forget everything whose time has passed."""
    for forget in PURGES.values():
        await forget(session, now)


def over(starts: date, days: int, today: date) -> bool:
    """Whether a programme ended so long ago that nobody can find the tellers of its stories any more."""
    return starts + timedelta(days=days) + kept_for(Kept.TELLERS) < today


async def _envelopes(session: AsyncSession, now: datetime) -> None:
    await session.execute(delete(EnvelopeRow).where(EnvelopeRow.day < now.date() - kept_for(Kept.ENVELOPES)))


async def _rosters(session: AsyncSession, now: datetime) -> None:
    """And into which groups their pulses were cut, which only means something beside them."""
    old = select(PulseRow.id).where(PulseRow.week < now.date() - kept_for(Kept.ROSTER))
    await session.execute(delete(RosterRow).where(RosterRow.pulse_id.in_(old)))
    await session.execute(delete(PartitionRow).where(PartitionRow.pulse_id.in_(old)))


async def _leavers(session: AsyncSession, now: datetime) -> None:
    """No roster leads to them any more by then."""
    await session.execute(delete(PersonRow).where(PersonRow.left_on < now.date() - kept_for(Kept.LEFT)))


async def _messages(session: AsyncSession, now: datetime) -> None:
    """A pulse's own go with its close."""
    ended = (DeliveryRow.state.in_(ENDED), DeliveryRow.pulse_id.is_(None))
    await session.execute(delete(DeliveryRow).where(*ended, DeliveryRow.due < now - kept_for(Kept.MESSAGES)))


async def _drafts(session: AsyncSession, now: datetime) -> None:
    old = StoryRow.day < now.date() - kept_for(Kept.DRAFTS)
    await session.execute(delete(StoryRow).where(StoryRow.state == StoryState.DRAFT, old))


async def _tellers(session: AsyncSession, now: datetime) -> None:
    """The key goes in the store's `tidy`; without it a route is noise, and noise need not be kept."""
    known = await session.execute(select(ProgrammeRow.id, ProgrammeRow.starts, ProgrammeRow.days))
    ended = [programme for programme, starts, days in known if over(starts, days, now.date())]
    routes = (StoryRow.programme_id.in_(ended), StoryRow.route.is_not(None))
    await session.execute(update(StoryRow).where(*routes).values(route=None))


async def _invitations(session: AsyncSession, now: datetime) -> None:
    await session.execute(delete(InvitationRow).where(InvitationRow.until <= now))


async def _workspaces(session: AsyncSession, now: datetime) -> None:
    long_gone = WorkspaceRow.gone_since < now.date() - kept_for(Kept.WORKSPACES)
    for row in list(await session.scalars(select(WorkspaceRow).where(long_gone))):
        await forget_workspace(session, row)
        log.warning("workspace.forgotten", extra={"organisation": row.organisation_id})


PURGES: Mapping[Kept, Purge] = {
    Kept.ENVELOPES: _envelopes,
    Kept.ROSTER: _rosters,
    Kept.LEFT: _leavers,
    Kept.MESSAGES: _messages,
    Kept.DRAFTS: _drafts,
    Kept.TELLERS: _tellers,
    Kept.CODES: forget_codes,
    Kept.INVITATIONS: _invitations,
    Kept.WORKSPACES: _workspaces,
}
