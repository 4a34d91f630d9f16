"""What names one person, how much of it there is, and how it is erased.

What becomes of each column by which a row can lead to a person stands in the subjects.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import Platform
from bot.domain.threads import Side
from bot.ports.traces import Held
from storage.repositories import SUBJECTS
from storage.rows.outbox import ENDED, DeliveryRow
from storage.rows.people import AccountRow, CodeRow
from storage.rows.pulses import RosterRow
from storage.rows.threads import EntryRow, ThreadRow

Act = Callable[[], Awaitable[None]]


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
        for subject in SUBJECTS:
            if subject.erase:
                await subject.erase(self._session, person)
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
