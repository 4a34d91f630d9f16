"""What has been handed over in a batch keeps its day, and nothing keeps the order in which it was written.

A database knows more than its columns say: which transaction wrote a row, and where it lies. So the rows of
conversations and unnamed stories are written again, once an hour while they wait for their batch and once after it, in
the order of their random ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, extract, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.stories import StoryState
from storage.outbox import OF_BATCHES
from storage.rows.base import Row
from storage.rows.organisations import OrganisationRow
from storage.rows.outbox import DeliveryRow
from storage.rows.stories import StoryRow
from storage.rows.threads import EntryRow, ThreadRow


async def coarsen_times(session: AsyncSession, now: datetime) -> None:
    """Make a day of every batch that is over, and mix what was written since the last time."""
    threads = await _coarsen(session, EntryRow, EntryRow.thread_id, now)
    await _coarsen(session, StoryRow, StoryRow.id, now)
    await _rewrite_in_id_order(session, ThreadRow, threads)
    drafts = select(StoryRow.id).where(StoryRow.state == StoryState.DRAFT)
    await _rewrite_in_id_order(session, StoryRow, list(await session.scalars(drafts)))
    waiting = select(DeliveryRow.id).where(DeliveryRow.notice.in_(OF_BATCHES), DeliveryRow.state == "due")
    await _rewrite_in_id_order(session, DeliveryRow, list(await session.scalars(waiting)))


async def rewrite_erased(session: AsyncSession) -> None:
    """Write all conversations and stories again where somebody has erased what they wrote.

    Their transaction changed the person too, and PostgreSQL numbers transactions: until then the number tells which
    emptied rows were whose. Afterwards all rows have one number, and lie in the order of their random ids.
    """
    unmixed = list(await session.scalars(select(OrganisationRow.id).where(OrganisationRow.unmixed)))
    for table, ids in ((ThreadRow, ThreadRow.id), (EntryRow, EntryRow.id), (StoryRow, StoryRow.id)):
        await _rewrite_in_id_order(
            session, table, list(await session.scalars(select(ids).where(table.organisation_id.in_(unmixed))))
        )
    await session.execute(update(OrganisationRow).where(OrganisationRow.id.in_(unmixed)).values(unmixed=False))


async def _coarsen(
    session: AsyncSession, row: type[EntryRow | StoryRow], whole: InstrumentedAttribute[str], now: datetime
) -> Sequence[str]:
    """Give the rows of batches that are over midnight for a time.

    Returns what they are part of, for all that had one.
    """
    table = _table(row)
    timed = select(row.id, row.shown_from, whole).where(_has_a_time(table.c.shown_from)).order_by(row.id)
    found = list(await session.execute(timed))
    change = update(table).where(table.c.id == bindparam("row"), table.c.shown_from == bindparam("was"))
    changes = [{"row": i, "was": was, "will": _from_now_on(was, now)} for i, was, _ in found]
    if changes:
        await session.execute(change.values(shown_from=bindparam("will")), changes)
    return [part_of for _, _, part_of in found]


async def _rewrite_in_id_order(session: AsyncSession, row: type[Row], ids: Sequence[str]) -> None:
    """Write these rows again as they are, in the order of their ids."""
    table = _table(row)
    same = update(table).where(table.c.id == bindparam("row")).values(organisation_id=table.c.organisation_id)
    if ids:
        await session.execute(same, [{"row": i} for i in sorted(set(ids))])


def _has_a_time(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return extract("hour", column) + extract("minute", column) > 0


def _from_now_on(batch: datetime | None, now: datetime) -> datetime | None:
    return datetime.combine(batch.astimezone(UTC).date(), time(), UTC) if batch and batch <= now else batch


def _table(row: type[Row]) -> Table:
    return cast("Table", row.__table__)
