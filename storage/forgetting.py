"""What is left of a closed pulse's ballots and personal deliveries, deleted a little at a time.

With the pulse's keys destroyed the ballots are noise already. They go in small transactions, so that nobody who
writes meanwhile waits for a hundred thousand of them; a crash in between leaves some, and the next call goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.pulses import State
from storage.rows.outbox import DeliveryCountRow, DeliveryRow
from storage.rows.pulses import BallotRow, PulseRow
from storage.sql import insert

AT_ONCE = 1000
NOTHING_LOADED = {"synchronize_session": False}


class DeliveryEnd(NamedTuple):
    """How a pulse's delivery ended, without its person."""

    pulse: str
    notice: str
    state: str
    organisation: str


async def count(session: AsyncSession, ends: Mapping[DeliveryEnd, int]) -> None:
    """Add to how pulses' deliveries ended, always in one order: nobody who counts waits for somebody who waits."""
    for end, n in sorted(ends.items()):
        own = {"pulse_id": end.pulse, "notice": end.notice, "state": end.state}
        counted = insert(session, DeliveryCountRow).values(**own, organisation_id=end.organisation, n=n)
        more = {"n": DeliveryCountRow.n + counted.excluded.n}
        await session.execute(counted.on_conflict_do_update(index_elements=list(own), set_=more))


async def forget_ballots(session: AsyncSession, pulse: str) -> int:
    """Delete some of a pulse's ballots; returns how many."""
    some = select(BallotRow.slot).where(BallotRow.pulse_id == pulse).limit(AT_ONCE).with_for_update(skip_locked=True)
    gone = delete(BallotRow).where(BallotRow.pulse_id == pulse, BallotRow.slot.in_(some))
    return len((await session.execute(gone.returning(BallotRow.pulse_id), execution_options=NOTHING_LOADED)).all())


async def forget_deliveries(session: AsyncSession, pulse: str) -> int:
    """Delete some of a pulse's personal deliveries, and count how they ended; returns how many.

    Each is counted in the transaction that deletes it, so once, wherever a crash comes. Those that were lost are rows
    that are done as well; for each of them, one was taken off the count of `done` when it was lost.
    """
    row = DeliveryRow
    some = select(row.id).where(row.pulse_id == pulse).limit(AT_ONCE).with_for_update(skip_locked=True)
    gone = delete(row).where(row.id.in_(some)).returning(row.organisation_id, row.notice, row.state)
    found = await session.execute(gone, execution_options=NOTHING_LOADED)
    ended = Counter(DeliveryEnd(pulse, notice, state, organisation) for organisation, notice, state in found)
    await count(session, ended)
    return ended.total()


async def half_forgotten(session: AsyncSession) -> list[str]:
    """The pulses that are over, and of which ballots or personal deliveries are left."""
    ballots = select(BallotRow.pulse_id).where(BallotRow.pulse_id == PulseRow.id).exists()
    deliveries = select(DeliveryRow.id).where(DeliveryRow.pulse_id == PulseRow.id).exists()
    over = PulseRow.state.in_((State.SEALED, State.LOST))
    return list(await session.scalars(select(PulseRow.id).where(over, or_(ballots, deliveries))))
