"""What must reach whom.

A delivery goes `due` -> `claimed` -> `sending` -> `done`, `dead` or `unknown`. A worker that dies while it is `claimed`
has sent nothing, so it is simply claimed again. One that dies while it is `sending` may have sent it: that is the only
doubt there is, and it is looked into or counted, never blindly repeated. Each claim raises `attempt`, and a settlement
counts only for its own attempt, so a worker that was thought dead cannot undo what another has done.

News of a conversation that ends in doubt is put here once more, under a key made of its own, in the transaction that
ends it. So it is told again once, whoever finds the doubt and however often. The new row tells no more than the end of
the old one: that this was in doubt.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, Update, and_, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import new_id
from bot.domain.messages import MESSAGES
from bot.domain.pulses import Pulse
from bot.ports.outbox import Again, Delivery, Destination, Ended, When
from bot.ports.sending import Later
from bot.wire import Notice
from storage.fan_out import fan_out, fresh_values
from storage.lanes import held_lanes, hold_lanes
from storage.outcomes import DONE, Gone, Verdict, change_own, count_lost, end, put_away, verdict_on
from storage.rows.outbox import ENDED, LOST, DeliveryCountRow, DeliveryRow, DeliveryState
from storage.sql import insert
from storage.subject import Batched, Ends, ErasureEffect, Leavers, Personal, Purge, Subject

LEASE = timedelta(seconds=60)
TRIES = 8
LONGEST_PAUSE = 600.0
AGAIN = ":again"
DUE, CLAIMED, SENDING = DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.SENDING


class SqlOutbox:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def queue(self, organisation: str, notice: Notice, to: Destination, when: When, key: str) -> None:
        values = {
            **fresh_values(notice, when, when.due),
            "id": new_id(),
            "key": key,
            "organisation_id": organisation,
            "person_id": to.person or None,
            "channel_id": to.channel or None,
            "thread_id": to.thread or None,
        }
        await self._session.execute(insert(self._session, DeliveryRow).values(**values).on_conflict_do_nothing())

    async def fan_out(self, pulse: Pulse, notice: Notice, when: When) -> int:
        return await fan_out(self._session, pulse, notice, when)

    async def withdraw(self, kind: type[Notice], person: str) -> None:
        own = (DeliveryRow.person_id == person, DeliveryRow.notice.in_(kind.names()))
        await self._session.execute(delete(DeliveryRow).where(*own))

    async def claim(self, now: datetime, most: int) -> tuple[Delivery, ...]:
        late = await put_away(self._session, _too_late(now), DeliveryState.DEAD.value, "too late", now)
        await count_lost(self._session, late, {each.id: DeliveryState.DEAD for each in late})
        abandoned = and_(DeliveryRow.state == CLAIMED, DeliveryRow.lease < now)
        ready = or_(and_(DeliveryRow.state == DUE, DeliveryRow.due <= now), abandoned)
        query = select(DeliveryRow).where(ready).order_by(DeliveryRow.due, DeliveryRow.id).limit(most)
        return await self._take(query.with_for_update(skip_locked=True), CLAIMED, now)

    async def begin(self, sends: Sequence[tuple[Delivery, str]], now: datetime) -> frozenset[str]:
        holds = await held_lanes(self._session, {lane for _, lane in sends}, now)
        for delivery, lane in sends:
            if lane in holds:
                await self.put_off(delivery, holds[lane], now)
        free = [delivery for delivery, lane in sends if lane not in holds]
        begin = change_own(*free).values(state=SENDING, since=now, lease=now + LEASE)
        return frozenset(await self._session.scalars(begin.returning(DeliveryRow.id)) if free else ())

    async def put_off(self, delivery: Delivery, until: datetime, now: datetime) -> None:
        due = _next_hour(now) if _hidden(delivery) else until
        await self._session.execute(change_own(delivery).values(state=DUE, due=due, lease=None, since=None))

    async def record_outcomes(self, ended: Sequence[Ended], now: datetime) -> None:
        """Lanes first, in one order, and counts last: nobody waits for one while holding what another waits for."""
        await hold_lanes(self._session, ended, now)
        over: list[tuple[Delivery, Verdict]] = []
        for each in ended:
            match each.outcome:
                case Later(seconds, True):
                    await self.put_off(each.delivery, _after(now, seconds), now)
                case Later(seconds) if (tries := await self._try_again(each.delivery)) < TRIES:
                    await self.put_off(each.delivery, _after(now, seconds + _chance(tries)), now)
                case outcome:
                    verdict = DONE if each.idle else verdict_on(outcome)
                    if each.again is None:
                        over.append((each.delivery, verdict))
                    elif found := await end(self._session, [(each.delivery, verdict)], now):
                        await self._put_again(each.delivery, each.again, found[0])
        gone = await end(self._session, over, now)
        await count_lost(self._session, gone, {each.id: verdict.state for each, verdict in over})

    async def claim_doubtful(self, now: datetime) -> tuple[Delivery, ...]:
        query = select(DeliveryRow).where(DeliveryRow.state == SENDING, DeliveryRow.lease < now)
        return await self._take(query.with_for_update(skip_locked=True), SENDING, now)

    async def count_waiting(self, now: datetime) -> int:
        ready = or_(and_(DeliveryRow.state == DUE, DeliveryRow.due <= now), DeliveryRow.state.in_((CLAIMED, SENDING)))
        return await self._session.scalar(select(func.count()).select_from(DeliveryRow).where(ready)) or 0

    async def count_by_state(self, now: datetime) -> Mapping[str, int]:
        told = select(DeliveryRow.state, func.count()).where(not_(_unheard_of(now))).group_by(DeliveryRow.state)
        going_on = select(DeliveryRow.id).where(DeliveryRow.pulse_id == DeliveryCountRow.pulse_id).exists()
        lost = select(DeliveryCountRow.state, func.sum(DeliveryCountRow.n)).where(going_on)
        found: Counter[str] = Counter()
        for query in (told, lost.group_by(DeliveryCountRow.state)):
            found.update({state: int(n) for state, n in await self._session.execute(query)})
        return {state: n for state, n in found.items() if n}

    async def _take(self, query: Select[DeliveryRow], state: DeliveryState, now: datetime) -> tuple[Delivery, ...]:
        rows = list(await self._session.scalars(query))
        for row in rows:
            row.state, row.lease, row.attempt = state, now + LEASE, row.attempt + 1
        await self._session.flush()
        return tuple(map(_delivery, rows))

    async def _try_again(self, delivery: Delivery) -> int:
        """Count one more try; returns how many there were."""
        more = change_own(delivery).values(tries=DeliveryRow.tries + 1).returning(DeliveryRow.tries)
        return await self._session.scalar(more) or 0

    async def _put_again(self, delivery: Delivery, again: Again, gone: Gone) -> None:
        to = Destination(delivery.person, delivery.channel, gone.thread or "")
        await self.queue(delivery.organisation, again.notice, to, again.when, gone.key + AGAIN)


async def forget_messages(session: AsyncSession, now: datetime) -> None:
    """Forget that messages were sent. A pulse's own go with its close."""
    ended = (DeliveryRow.state.in_(ENDED), DeliveryRow.pulse_id.is_(None))
    await session.execute(delete(DeliveryRow).where(*ended, DeliveryRow.due < now - MESSAGES.lasts()))


async def erase_deliveries(session: AsyncSession, person: str) -> None:
    """Messages to somebody as a leader stay until they are sent: they are news of what others wrote."""
    unsent = DeliveryRow.state.in_((DUE, CLAIMED)) & DeliveryRow.pulse_id.is_not(None)
    past = DeliveryRow.state.in_(ENDED) & DeliveryRow.pulse_id.is_(None)
    await session.execute(delete(DeliveryRow).where(DeliveryRow.person_id == person, or_(unsent, past)))


async def cancel_deliveries(session: AsyncSession, gone: Leavers) -> None:
    """Nothing more is sent to people who have left. What was sent is forgotten in its time."""
    await session.execute(delete(DeliveryRow).where(DeliveryRow.person_id.in_(gone.people), DeliveryRow.state == DUE))


def _too_late(now: datetime) -> Update:
    stale = (DeliveryRow.state == DUE, DeliveryRow.due <= now, DeliveryRow.not_after < now)
    free = select(DeliveryRow.id).where(*stale).with_for_update(skip_locked=True)
    return update(DeliveryRow).where(DeliveryRow.id.in_(free)).execution_options(synchronize_session=False)


def _unheard_of(now: datetime) -> ColumnElement[bool]:
    """What must not be counted yet: the number would rise at the moment somebody writes.

    Nor is a reply to a hidden author counted, unless it failed: it is sent in their morning, wherever they are.
    """
    before_its_batch = and_(DeliveryRow.batched, DeliveryRow.due > now)
    to_nobody_named = and_(DeliveryRow.person_id.is_(None), DeliveryRow.channel_id.is_(None))
    return or_(before_its_batch, and_(to_nobody_named, DeliveryRow.state.not_in(LOST)))


def _chance(tries: int) -> float:
    """Wait longer each time, with chance in it so that not all come back at once."""
    return secrets.randbelow(1000) / 1000 * min(LONGEST_PAUSE, 2.0 ** (tries - 1))


def _hidden(delivery: Delivery) -> bool:
    """Whether only a locked route leads to its reader."""
    return not delivery.person and not delivery.channel


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        organisation=row.organisation_id,
        notice=row.notice,
        values=row.values,
        person=row.person_id or "",
        channel=row.channel_id or "",
        attempt=row.attempt,
        since=row.since,
    )


GOES = ErasureEffect.GOES
SUBJECT = Subject(
    "outbox",
    personal=(
        Personal(DeliveryRow.person_id, MESSAGES, erased=GOES, departed=GOES, ends=Ends.CLOCK),
        # Where one message of a kind goes to each person, the key that keeps it from going twice holds their id.
        Personal(DeliveryRow.key, MESSAGES, erased=GOES, departed=GOES, ends=Ends.CLOCK),
    ),
    purges=(Purge(forget_messages, MESSAGES),),
    erase=erase_deliveries,
    depart=cancel_deliveries,
    batched=(
        Batched(
            DeliveryRow,
            again=select(DeliveryRow.id).where(DeliveryRow.batched, DeliveryRow.state == DUE),
            erasable=False,
        ),
    ),
)
