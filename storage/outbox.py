"""What must reach whom, and the envelopes that came in.

A delivery goes `due` -> `claimed` -> `sending` -> `done`, `dead` or `unknown`. A worker that dies while it is `claimed`
has sent nothing, so it is simply claimed again. One that dies while it is `sending` may have sent it: that is the only
doubt there is, and it is looked into or counted, never blindly repeated. Each claim raises `attempt`, and a settlement
counts only for its own attempt, so a worker that was thought dead cannot undo what another has done.

News of a conversation that ends in doubt is put here once more, under a key made of its own, in the transaction that
ends it. So it is told again once, whoever finds the doubt and however often. The new row tells no more than the end of
the old one: that this was in doubt.

Only somebody who had not answered can be sent a reminder that fails. So a pulse's delivery is `done` however it ended,
and what became of it is added, in the same transaction, to a number without persons.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.calendar import waking
from bot.domain.ids import new_id
from bot.domain.pulses import Pulse
from bot.ports.outbox import Again, Delivery, Destination, Ended, When
from bot.ports.sending import InDoubt, Later, Outcome, Rejected, Sent
from bot.wire import Notice
from storage.codes import Secrets
from storage.forgetting import DeliveryEnd, count
from storage.rows.outbox import DeliveryCountRow, DeliveryRow, EnvelopeRow, LaneRow
from storage.rows.people import PersonRow
from storage.rows.pulses import RosterRow
from storage.sql import insert, random_id

log = logging.getLogger(__name__)
ENVELOPES = "envelopes"
LEASE = timedelta(seconds=60)
TRIES = 8
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_PAUSE = 600.0
AGAIN = ":again"
OF_BATCHES = ("ThreadWaiting", "ThreadAnswered", "StoryShared")


class Verdict(NamedTuple):
    """How a delivery ended, and why."""

    state: str
    reason: str = ""


DONE = Verdict("done")
Written = str | ColumnElement[str]


class Gone(NamedTuple):
    """What is known of a delivery that has just ended."""

    id: str
    key: str
    pulse: str | None
    notice: str
    organisation: str


class SqlOutbox:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def queue(self, organisation: str, notice: Notice, to: Destination, when: When, key: str) -> None:
        values = {
            **_fresh(notice, when, when.due),
            "id": new_id(),
            "key": key,
            "organisation_id": organisation,
            "person_id": to.person or None,
            "channel_id": to.channel or None,
        }
        await self._session.execute(insert(self._session, DeliveryRow).values(**values).on_conflict_do_nothing())

    async def fan_out(self, pulse: Pulse, notice: Notice, when: When) -> int:
        on_roster = RosterRow.pulse_id == pulse.id
        zones = select(PersonRow.zone).join(RosterRow, RosterRow.person_id == PersonRow.id).where(on_roster).distinct()
        return sum([await self._fan_out_in(zone, pulse, notice, when) for zone in await self._session.scalars(zones)])

    async def claim(self, now: datetime, most: int) -> tuple[Delivery, ...]:
        late = await self._put_away(_too_late(now), "dead", "too late", now)
        await self._count(_lost(late, {each.id: "dead" for each in late}))
        abandoned = and_(DeliveryRow.state == "claimed", DeliveryRow.lease < now)
        ready = or_(and_(DeliveryRow.state == "due", DeliveryRow.due <= now), abandoned)
        query = select(DeliveryRow).where(ready).order_by(DeliveryRow.due, DeliveryRow.id).limit(most)
        return await self._take(query.with_for_update(skip_locked=True), "claimed", now)

    async def begin(self, sends: Sequence[tuple[Delivery, str]], now: datetime) -> frozenset[str]:
        lanes = LaneRow.key.in_({lane for _, lane in sends})
        held = select(LaneRow.key, LaneRow.hold_until).where(lanes, LaneRow.hold_until > now)
        holds = {row.key: row.hold_until for row in await self._session.execute(held)}
        for delivery, lane in sends:
            if lane in holds:
                await self.put_off(delivery, holds[lane], now)
        free = [delivery for delivery, lane in sends if lane not in holds]
        begin = _own(*free).values(state="sending", since=now, lease=now + LEASE)
        return frozenset(await self._session.scalars(begin.returning(DeliveryRow.id)) if free else ())

    async def put_off(self, delivery: Delivery, until: datetime, now: datetime) -> None:
        due = _next_hour(now) if _hidden(delivery) else until
        await self._session.execute(_own(delivery).values(state="due", due=due, lease=None, since=None))

    async def record_outcomes(self, ended: Sequence[Ended], now: datetime) -> None:
        """Lanes first, in one order, and counts last: nobody waits for one while holding what another waits for."""
        await self._hold(ended, now)
        over: list[tuple[Delivery, Verdict]] = []
        for each in ended:
            match each.outcome:
                case Later(seconds, True):
                    await self.put_off(each.delivery, _after(now, seconds), now)
                case Later(seconds) if (tries := await self._try_again(each.delivery)) < TRIES:
                    await self.put_off(each.delivery, _after(now, seconds + _chance(tries)), now)
                case outcome:
                    verdict = DONE if each.idle else _verdict(outcome)
                    if each.again is None:
                        over.append((each.delivery, verdict))
                    elif found := await self._end([(each.delivery, verdict)], now):
                        await self._put_again(each.delivery, each.again, found[0].key)
        await self._count(_lost(await self._end(over, now), {each.id: state for each, (state, _) in over}))

    async def claim_doubtful(self, now: datetime) -> tuple[Delivery, ...]:
        query = select(DeliveryRow).where(DeliveryRow.state == "sending", DeliveryRow.lease < now)
        return await self._take(query.with_for_update(skip_locked=True), "sending", now)

    async def count_waiting(self, now: datetime) -> int:
        ready = or_(
            and_(DeliveryRow.state == "due", DeliveryRow.due <= now), DeliveryRow.state.in_(("claimed", "sending"))
        )
        return await self._session.scalar(select(func.count()).select_from(DeliveryRow).where(ready)) or 0

    async def count_by_state(self, now: datetime) -> Mapping[str, int]:
        told = select(DeliveryRow.state, func.count()).where(not_(_unheard_of(now))).group_by(DeliveryRow.state)
        going_on = select(DeliveryRow.id).where(DeliveryRow.pulse_id == DeliveryCountRow.pulse_id).exists()
        lost = select(DeliveryCountRow.state, func.sum(DeliveryCountRow.n)).where(going_on)
        found: Counter[str] = Counter()
        for query in (told, lost.group_by(DeliveryCountRow.state)):
            found.update({state: int(n) for state, n in await self._session.execute(query)})
        return {state: n for state, n in found.items() if n}

    async def _fan_out_in(self, zone: str, pulse: Pulse, notice: Notice, when: When) -> int:
        fresh = _fresh(notice, when, waking(when.due, _known(zone)))
        key = literal(f"{notice.name()}:{pulse.id}:") + RosterRow.person_id
        constants = [literal(value, DeliveryRow.__table__.c[name].type) for name, value in fresh.items()]
        rows = (
            select(random_id(self._session), key, RosterRow.organisation_id, RosterRow.person_id, *constants)
            .add_columns(literal(pulse.id))
            .join(PersonRow, PersonRow.id == RosterRow.person_id)
            .where(RosterRow.pulse_id == pulse.id, PersonRow.zone == zone)
        )
        columns = ["id", "key", "organisation_id", "person_id", *fresh, "pulse_id"]
        done = await self._session.execute(
            insert(self._session, DeliveryRow).from_select(columns, rows).on_conflict_do_nothing()
        )
        return int(done.rowcount)  # type: ignore[attr-defined]

    async def _take(self, query: Select[DeliveryRow], state: str, now: datetime) -> tuple[Delivery, ...]:
        rows = list(await self._session.scalars(query))
        for row in rows:
            row.state, row.lease, row.attempt = state, now + LEASE, row.attempt + 1
        await self._session.flush()
        return tuple(map(_delivery, rows))

    async def _hold(self, ended: Sequence[Ended], now: datetime) -> None:
        """Have the lanes wait that asked for it, each as long as it asked at the most."""
        asked: dict[str, float] = {}
        for each in ended:
            if isinstance(each.outcome, Later) and each.outcome.lane and not each.idle:
                asked[each.lane] = max(each.outcome.seconds, asked.get(each.lane, 0.0))
        for lane, seconds in sorted(asked.items()):
            until = _after(now, seconds)
            statement = insert(self._session, LaneRow).values(key=lane, hold_until=until)
            await self._session.execute(
                statement.on_conflict_do_update(index_elements=[LaneRow.key], set_={"hold_until": until})
            )

    async def _try_again(self, delivery: Delivery) -> int:
        """Count one more try; returns how many there were."""
        more = _own(delivery).values(tries=DeliveryRow.tries + 1).returning(DeliveryRow.tries)
        return await self._session.scalar(more) or 0

    async def _put_again(self, delivery: Delivery, again: Again, key: str) -> None:
        to = Destination(delivery.person, delivery.channel)
        await self.queue(delivery.organisation, again.notice, to, again.when, key + AGAIN)

    async def _end(self, over: Sequence[tuple[Delivery, Verdict]], now: datetime) -> list[Gone]:
        """End these, all in one statement: rows that were changed apart would lie apart, and tell how they ended."""
        if not over:
            return []
        alike: defaultdict[Verdict, list[str]] = defaultdict(list)
        for delivery, verdict in over:
            alike[verdict].append(delivery.id)
        ended = [(DeliveryRow.id.in_(ids), verdict) for verdict, ids in alike.items()]
        state = case(*((these, verdict.state) for these, verdict in ended))
        reason = case(*((these, verdict.reason) for these, verdict in ended))
        return await self._put_away(_own(*(delivery for delivery, _ in over)), state, reason, now)

    async def _put_away(self, change: Update, state: Written, reason: Written, now: datetime) -> list[Gone]:
        """End these, without traces.

        The platform keeps the id with the message. One of a conversation gets another here, so nothing joins them.
        """
        fresh = case((DeliveryRow.notice.in_(OF_BATCHES), _another_id(self._session)), else_=DeliveryRow.id)
        ended = change.values(**_ended(state, reason, now), id=fresh).execution_options(synchronize_session=False)
        row = DeliveryRow
        told = (row.id, row.key, row.pulse_id, row.notice, row.organisation_id)
        found = await self._session.execute(ended.returning(*told))
        return [Gone(*columns) for columns in found]

    async def _count(self, lost: Iterable[DeliveryEnd]) -> None:
        """Count these as what they are; and as less than nothing that is done, where the close will count them all."""
        ends = Counter(lost)
        for end, n in list(ends.items()):
            ends[end._replace(state="done")] -= n
        await count(self._session, ends)


class SqlInbox:
    """Envelopes under a secret that is not in the database.

    A platform's log knows which envelope was whose. By its bare name here, the transaction that took an answer could be
    found, and with it the ballot.
    """

    def __init__(self, session: AsyncSession, secrets: Secrets) -> None:
        self._session = session
        self._secrets = secrets

    async def record_if_new(self, envelope: str, today: date) -> bool:
        name = hmac.digest(await self._secrets.get(ENVELOPES), envelope.encode(), hashlib.sha256).hex()
        statement = insert(self._session, EnvelopeRow).values(hash=name, day=today).on_conflict_do_nothing()
        new = await self._session.execute(statement.returning(EnvelopeRow.hash))
        return new.first() is not None


def _lost(ended: Iterable[Gone], states: Mapping[str, str]) -> list[DeliveryEnd]:
    """Those of pulses that were lost, by what became of each id. A pulse's delivery keeps its id to the end."""
    pulses = [DeliveryEnd(gone.pulse, gone.notice, states[gone.id], gone.organisation) for gone in ended if gone.pulse]
    return [end for end in pulses if end.state != "done"]


def _ended(state: Written, reason: Written, now: datetime) -> dict[str, object]:
    """How a delivery looks when it is over.

    One of a pulse looks like every other: that it failed, or how often it was tried, would tell that there was
    something to send. One of a conversation or a story keeps its state and its day: why it failed would tell whose
    account it went to.
    """
    of_a_pulse, of_a_batch = DeliveryRow.pulse_id.is_not(None), DeliveryRow.notice.in_(OF_BATCHES)
    quiet = or_(of_a_pulse, of_a_batch)
    times = [(of_a_pulse, LONG_AGO), (of_a_batch, datetime.combine(now.astimezone(UTC).date(), time(), UTC))]
    return {
        "state": case((of_a_pulse, "done"), else_=state),
        "reason": case((quiet, ""), else_=reason),
        "due": case(*((kind, literal(at, DeliveryRow.due.type)) for kind, at in times), else_=DeliveryRow.due),
        "attempt": case((quiet, 0), else_=DeliveryRow.attempt),
        "tries": case((quiet, 0), else_=DeliveryRow.tries),
        "lease": None,
        "since": None,
    }


def _another_id(session: AsyncSession) -> ColumnElement[str]:
    return random_id(session)


def _verdict(outcome: Outcome) -> Verdict:
    match outcome:
        case Sent():
            return DONE
        case Rejected(reason):
            return Verdict("dead", reason)
        case InDoubt(reason):
            return Verdict("unknown", reason)
        case Later():
            return Verdict("dead", "eight tries")


def _fresh(notice: Notice, when: When, due: datetime) -> dict[str, object]:
    return {
        "notice": notice.name(),
        "values": notice.write(),
        "state": "due",
        "due": due,
        "not_after": when.not_after,
        "attempt": 0,
        "tries": 0,
        "reason": "",
    }


def _own(*deliveries: Delivery) -> Update:
    """These, as far as they are still this worker's. They are locked in one order by all: nobody waits in a circle."""
    attempts = tuple_(DeliveryRow.id, DeliveryRow.attempt).in_([(each.id, each.attempt) for each in deliveries])
    held = DeliveryRow.state.in_(("claimed", "sending"))
    mine = select(DeliveryRow.id).where(attempts, held).order_by(DeliveryRow.id).with_for_update()
    change = update(DeliveryRow).where(DeliveryRow.id.in_(mine))
    return change.execution_options(synchronize_session=False)


def _too_late(now: datetime) -> Update:
    stale = (DeliveryRow.state == "due", DeliveryRow.due <= now, DeliveryRow.not_after < now)
    free = select(DeliveryRow.id).where(*stale).with_for_update(skip_locked=True)
    return update(DeliveryRow).where(DeliveryRow.id.in_(free)).execution_options(synchronize_session=False)


def _unheard_of(now: datetime) -> ColumnElement[bool]:
    """What must not be counted yet: the number would rise at the moment somebody writes.

    Nor is a reply to a hidden author counted, unless it failed: it is sent in their morning, wherever they are.
    """
    before_its_batch = and_(DeliveryRow.notice.in_(OF_BATCHES), DeliveryRow.due > now)
    to_nobody_named = and_(DeliveryRow.person_id.is_(None), DeliveryRow.channel_id.is_(None))
    return or_(before_its_batch, and_(to_nobody_named, DeliveryRow.state.not_in(("dead", "unknown"))))


def _chance(tries: int) -> float:
    """Wait longer each time, with chance in it so that not all come back at once."""
    return secrets.randbelow(1000) / 1000 * min(LONGEST_PAUSE, 2.0 ** (tries - 1))


def _known(zone: str) -> ZoneInfo:
    """A person's zone. One that is not known, however it came there, must not keep all others from being asked."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.warning("zone.unknown")
        return ZoneInfo("UTC")


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
