"""What has been handed over in a batch keeps its day, and nothing keeps the order in which it was written.

A database knows more than its columns say: which transaction wrote a row, and where it lies. So the rows of
conversations and unnamed stories are written again, once an hour while they wait for their batch and once after it, in
the order of their random ids. The subjects say which rows these are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.repositories import SUBJECTS
from storage.rows.organisations import OrganisationRow
from storage.sql import has_a_time
from storage.subject import Batched


async def coarsen_times(session: AsyncSession, now: datetime) -> None:
    """Make a day of every batch that is over, and mix what was written since the last time."""
    for batched in _all_batched():
        if batched.again is not None:
            await _rewrite_in_id_order(session, _table(batched), list(await session.scalars(batched.again)))
        if batched.timed:
            await _coarsen(session, _table(batched), now)


async def rewrite_erased(session: AsyncSession) -> None:
    """Write all conversations and stories again where somebody has erased what they wrote.

    Their transaction changed the person too, and PostgreSQL numbers transactions: until then the number tells which
    emptied rows were whose. Afterwards all rows have one number, and lie in the order of their random ids.
    """
    unmixed = list(await session.scalars(select(OrganisationRow.id).where(OrganisationRow.unmixed)))
    for table in (_table(batched) for batched in _all_batched() if batched.erasable):
        theirs = select(table.c.id).where(table.c.organisation_id.in_(unmixed))
        await _rewrite_in_id_order(session, table, list(await session.scalars(theirs)))
    await session.execute(update(OrganisationRow).where(OrganisationRow.id.in_(unmixed)).values(unmixed=False))


def _all_batched() -> Iterator[Batched]:
    return (batched for subject in SUBJECTS for batched in subject.batched)


async def _coarsen(session: AsyncSession, table: Table, now: datetime) -> None:
    """Give the rows of batches that are over midnight for a time, and write all that have one again."""
    column = table.c.shown_from
    found = list(await session.execute(select(table.c.id, column).where(has_a_time(column)).order_by(table.c.id)))
    change = update(table).where(table.c.id == bindparam("row"), column == bindparam("was"))
    changes = [{"row": row, "was": was, "will": _from_now_on(was, now)} for row, was in found]
    if changes:
        await session.execute(change.values(shown_from=bindparam("will")), changes)


async def _rewrite_in_id_order(session: AsyncSession, table: Table, ids: Sequence[str]) -> None:
    """Write these rows again as they are, in the order of their ids."""
    same = update(table).where(table.c.id == bindparam("row")).values(organisation_id=table.c.organisation_id)
    if ids:
        await session.execute(same, [{"row": i} for i in sorted(set(ids))])


def _from_now_on(batch: datetime, now: datetime) -> datetime:
    return datetime.combine(batch.astimezone(UTC).date(), time(), UTC) if batch <= now else batch


def _table(batched: Batched) -> Table:
    return cast("Table", batched.row.__table__)
