"""What names one person, how much of it there is, and how it is erased.

`PERSONAL` is every column by which a row can lead to a person, and what becomes of it when they erase themselves. A
column that is not in it must not lead to anybody; a test walks every table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import Platform
from bot.domain.retention import Kept
from bot.domain.threads import Side
from bot.ports.traces import Held
from storage.rows.organisations import OrganisationRow
from storage.rows.outbox import DeliveryRow
from storage.rows.people import AccountRow, CodeRow, PersonRow
from storage.rows.pulses import RosterRow
from storage.rows.threads import EntryRow, ThreadRow

Act = Callable[[], Awaitable[None]]
WAITING, ENDED = ("due", "claimed"), ("done", "dead", "unknown")


class ErasureEffect(StrEnum):
    """What erasing oneself does to a row: it goes, it loses what it says, or it stays for a reason that is told."""

    GOES = auto()
    EMPTIED = auto()
    STAYS = auto()


PERSONAL: Mapping[str, tuple[Kept, ErasureEffect]] = {
    "people.id": (Kept.PERSON, ErasureEffect.STAYS),
    "accounts.person_id": (Kept.PERSON, ErasureEffect.EMPTIED),
    "pulse_roster.person_id": (Kept.ROSTER, ErasureEffect.STAYS),
    "ballots.slot": (Kept.ANSWERS, ErasureEffect.GOES),
    "codes.person_id": (Kept.CODES, ErasureEffect.GOES),
    "stories.teller": (Kept.STORIES, ErasureEffect.GOES),
    "stories.route": (Kept.TELLERS, ErasureEffect.GOES),
    "threads.author": (Kept.THREADS, ErasureEffect.GOES),
    "threads.route": (Kept.THREADS, ErasureEffect.GOES),
    "threads.receipt": (Kept.THREADS, ErasureEffect.STAYS),
    "deliveries.person_id": (Kept.MESSAGES, ErasureEffect.GOES),
    "deliveries.key": (Kept.MESSAGES, ErasureEffect.GOES),
}


class SqlTraces:
    def __init__(self, session: AsyncSession, after: Callable[[Act], None], mix: Act) -> None:
        self._session = session
        self._after, self._mix = after, mix

    async def for_person(self, person: str, now: datetime) -> Held:
        own = DeliveryRow.person_id == person
        # A message that waits for its batch would tell its reader, before the batch, that somebody has just written.
        told = or_(DeliveryRow.pulse_id.is_not(None), DeliveryRow.due <= now)
        return Held(
            accounts=await self._accounts(person),
            rosters=await self._count(RosterRow.person_id == person),
            waiting=await self._count(own, DeliveryRow.state.not_in(ENDED), told),
            sent=await self._count(own, DeliveryRow.state.in_(ENDED)),
            codes=await self._count(CodeRow.person_id == person, CodeRow.until > now),
        )

    async def erase(self, person: str) -> None:
        """Messages to somebody as a leader stay until they are sent: they are news of what others wrote."""
        own = DeliveryRow.person_id == person
        unsent = DeliveryRow.state.in_(WAITING) & DeliveryRow.pulse_id.is_not(None)
        past = DeliveryRow.state.in_(ENDED) & DeliveryRow.pulse_id.is_(None)
        await self._session.execute(delete(DeliveryRow).where(own, or_(unsent, past)))
        await self._session.execute(delete(CodeRow).where(CodeRow.person_id == person))
        await self._session.execute(update(AccountRow).where(AccountRow.person_id == person).values(details={}))
        own_organisation = select(PersonRow.organisation_id).where(PersonRow.id == person).scalar_subquery()
        change = update(OrganisationRow).where(OrganisationRow.id == own_organisation)
        await self._session.execute(change.values(unmixed=True).execution_options(synchronize_session=False))
        self._after(self._mix)

    async def take_back(self, thread: str) -> None:
        own = (EntryRow.thread_id == thread, EntryRow.side == Side.STAFF)
        await self._session.execute(update(EntryRow).where(*own).values(body=""))
        await self._session.execute(update(ThreadRow).where(ThreadRow.id == thread).values(author=None))

    async def _accounts(self, person: str) -> Mapping[Platform, int]:
        query = select(AccountRow.platform, func.count()).where(AccountRow.person_id == person)
        found = await self._session.execute(query.group_by(AccountRow.platform).order_by(AccountRow.platform))
        return {Platform(platform): n for platform, n in found}

    async def _count(self, *which: ColumnElement[bool]) -> int:
        return await self._session.scalar(select(func.count()).where(*which)) or 0
