"""How deliveries end, without traces.

Only somebody who had not answered can be sent a reminder that fails. So a pulse's delivery is `done` however it ended,
and what became of it is added, in the same transaction, to a number without persons.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import NamedTuple

from sqlalchemy import ColumnElement, Update, case, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ports.outbox import Delivery
from bot.ports.sending import InDoubt, Later, Outcome, Rejected, Sent
from storage.forgetting import DeliveryEnd, count
from storage.rows.outbox import DeliveryRow, DeliveryState
from storage.sql import random_id

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
Written = str | ColumnElement[str]


class Verdict(NamedTuple):
    """How a delivery ended, and why."""

    state: DeliveryState
    reason: str = ""


DONE = Verdict(DeliveryState.DONE)


class Gone(NamedTuple):
    """What is known of a delivery that has just ended."""

    id: str
    key: str
    pulse: str | None
    thread: str | None
    notice: str
    organisation: str


async def end(session: AsyncSession, over: Sequence[tuple[Delivery, Verdict]], now: datetime) -> list[Gone]:
    """End these, all in one statement: rows that were changed apart would lie apart, and tell how they ended.

    Returns those that were still this worker's.
    """
    if not over:
        return []
    alike: defaultdict[Verdict, list[str]] = defaultdict(list)
    for delivery, verdict in over:
        alike[verdict].append(delivery.id)
    ended = [(DeliveryRow.id.in_(ids), verdict) for verdict, ids in alike.items()]
    state = case(*((these, verdict.state.value) for these, verdict in ended))
    reason = case(*((these, verdict.reason) for these, verdict in ended))
    return await put_away(session, change_own(*(delivery for delivery, _ in over)), state, reason, now)


async def put_away(session: AsyncSession, change: Update, state: Written, reason: Written, now: datetime) -> list[Gone]:
    """End what this statement changes, without traces.

    The platform keeps the id with the message. A batched one gets another here, so nothing joins them.
    """
    row = DeliveryRow
    fresh = case((row.batched, _another_id(session)), else_=row.id)
    ended = change.values(**_ended(state, reason, now), id=fresh).execution_options(synchronize_session=False)
    told = (row.id, row.key, row.pulse_id, row.thread_id, row.notice, row.organisation_id)
    found = await session.execute(ended.returning(*told))
    return [Gone(*columns) for columns in found]


async def count_lost(session: AsyncSession, ended: Iterable[Gone], states: Mapping[str, DeliveryState]) -> None:
    """Count those of pulses that were lost, by what became of each id.

    They count as what they are; and as less than nothing that is done, where the close will count them all. A pulse's
    delivery keeps its id to the end.
    """
    pulses = [DeliveryEnd(gone.pulse, gone.notice, states[gone.id], gone.organisation) for gone in ended if gone.pulse]
    ends = Counter(each for each in pulses if each.state != DeliveryState.DONE)
    for each, n in list(ends.items()):
        ends[each._replace(state=DeliveryState.DONE)] -= n
    await count(session, ends)


def verdict_on(outcome: Outcome) -> Verdict:
    """How a delivery ends whose last attempt ended so."""
    match outcome:
        case Sent():
            return DONE
        case Rejected(reason):
            return Verdict(DeliveryState.DEAD, reason)
        case InDoubt(reason):
            return Verdict(DeliveryState.UNKNOWN, reason)
        case Later():
            return Verdict(DeliveryState.DEAD, "eight tries")


def change_own(*deliveries: Delivery) -> Update:
    """Change these, as far as they are still this worker's.

    They are locked in one order by all: nobody waits in a circle.
    """
    attempts = tuple_(DeliveryRow.id, DeliveryRow.attempt).in_([(each.id, each.attempt) for each in deliveries])
    held = DeliveryRow.state.in_((DeliveryState.CLAIMED, DeliveryState.SENDING))
    mine = select(DeliveryRow.id).where(attempts, held).order_by(DeliveryRow.id).with_for_update()
    change = update(DeliveryRow).where(DeliveryRow.id.in_(mine))
    return change.execution_options(synchronize_session=False)


def _ended(state: Written, reason: Written, now: datetime) -> dict[str, object]:
    """How a delivery looks when it is over.

    One of a pulse looks like every other: that it failed, or how often it was tried, would tell that there was
    something to send. A batched one keeps its state and its day: why it failed would tell whose account it went to.
    """
    of_a_pulse, batched = DeliveryRow.pulse_id.is_not(None), DeliveryRow.batched
    quiet = or_(of_a_pulse, batched)
    times = [(of_a_pulse, LONG_AGO), (batched, datetime.combine(now.astimezone(UTC).date(), time(), UTC))]
    return {
        "state": case((of_a_pulse, DeliveryState.DONE.value), else_=state),
        "reason": case((quiet, ""), else_=reason),
        "due": case(*((kind, literal(at, DeliveryRow.due.type)) for kind, at in times), else_=DeliveryRow.due),
        "attempt": case((quiet, 0), else_=DeliveryRow.attempt),
        "tries": case((quiet, 0), else_=DeliveryRow.tries),
        "lease": None,
        "since": None,
    }


def _another_id(session: AsyncSession) -> ColumnElement[str]:
    return random_id(session)
