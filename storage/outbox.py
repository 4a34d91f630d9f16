"""What must reach whom, and the envelopes that came in.

A delivery goes `due` -> `claimed` -> `sending` -> `done`, `dead` or `unknown`. A worker that dies while it is `claimed`
has sent nothing, so it is simply claimed again. One that dies while it is `sending` may have sent it: that is the only
doubt there is, and it is looked into or counted, never blindly repeated. Each claim raises `attempt`, and a settlement
counts only for its own attempt, so a worker that was thought dead can not undo what another has done.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, Update, and_, case, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.calendar import waking
from bot.domain.ids import new_id
from bot.domain.pulses import Pulse
from bot.ports import Delivery, InDoubt, Later, Outcome, Recipient, Rejected, Sent, When
from bot.wire import Notice
from storage.codes import Secrets
from storage.rows import DeliveryRow, EnvelopeRow, LaneRow, PersonRow, RosterRow
from storage.sql import insert, random_id

ENVELOPES = "envelopes"
LEASE = timedelta(seconds=60)
TRIES = 8
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_PAUSE = 600.0
OF_BATCHES = ("ThreadWaiting", "ThreadAnswered", "StoryShared")


class SqlOutbox:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, organisation: str, notice: Notice, to: Recipient, when: When, key: str) -> None:
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
        await self._session.execute(_too_late(now))
        abandoned = and_(DeliveryRow.state == "claimed", DeliveryRow.lease < now)
        ready = or_(and_(DeliveryRow.state == "due", DeliveryRow.due <= now), abandoned)
        query = select(DeliveryRow).where(ready).order_by(DeliveryRow.due, DeliveryRow.id).limit(most)
        return await self._take(query.with_for_update(skip_locked=True), "claimed", now)

    async def sending(self, delivery: Delivery, lane: str, now: datetime) -> bool:
        hold = await self._session.scalar(select(LaneRow.hold_until).where(LaneRow.key == lane))
        if hold is not None and hold > now:
            await self.put_off(delivery, hold)
            return False
        begin = _own(delivery).values(state="sending", since=now, lease=now + LEASE)
        begun = await self._session.execute(begin.returning(DeliveryRow.id))
        return begun.first() is not None

    async def put_off(self, delivery: Delivery, until: datetime) -> None:
        await self._session.execute(_own(delivery).values(state="due", due=until, lease=None, since=None))

    async def settle(self, delivery: Delivery, outcome: Outcome, now: datetime, lane: str = "") -> None:
        ended = {"lease": None, "since": None}
        match outcome:
            case Sent():
                await self._session.execute(_own(delivery).values(state="done", **ended, **_without_traces(now)))
            case Rejected(reason):
                await self._session.execute(_own(delivery).values(state="dead", reason=reason, **ended))
            case InDoubt(reason):
                await self._session.execute(_own(delivery).values(state="unknown", reason=reason, **ended))
            case Later(seconds, True):
                await self._hold(lane, now + timedelta(seconds=seconds))
                await self._session.execute(_own(delivery).values(state="due", due=_after(now, seconds), **ended))
            case Later(seconds, False):
                await self._try_again(delivery, now, seconds)

    async def doubtful(self, now: datetime) -> tuple[Delivery, ...]:
        query = select(DeliveryRow).where(DeliveryRow.state == "sending", DeliveryRow.lease < now)
        return await self._take(query.with_for_update(skip_locked=True), "sending", now)

    async def waiting(self, now: datetime) -> int:
        ready = or_(
            and_(DeliveryRow.state == "due", DeliveryRow.due <= now), DeliveryRow.state.in_(("claimed", "sending"))
        )
        return await self._session.scalar(select(func.count()).select_from(DeliveryRow).where(ready)) or 0

    async def counts(self) -> Mapping[str, int]:
        found = await self._session.execute(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state))
        return {row.state: row[1] for row in found}

    async def _fan_out_in(self, zone: str, pulse: Pulse, notice: Notice, when: When) -> int:
        fresh = _fresh(notice, when, waking(when.due, ZoneInfo(zone)))
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

    async def _hold(self, lane: str, until: datetime) -> None:
        statement = insert(self._session, LaneRow).values(key=lane, hold_until=until)
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=[LaneRow.key], set_={"hold_until": until})
        )

    async def _try_again(self, delivery: Delivery, now: datetime, seconds: float) -> None:
        """Wait longer each time, with chance in it so that not all come back at once; after eight tries, give up."""
        tries = await self._session.scalar(select(DeliveryRow.tries).where(DeliveryRow.id == delivery.id)) or 0
        if tries + 1 >= TRIES:
            gone = {"state": "dead", "reason": "eight tries", "lease": None, "since": None}
            await self._session.execute(_own(delivery).values(tries=tries + 1, **gone))
            return
        pause = seconds + secrets.randbelow(1000) / 1000 * min(LONGEST_PAUSE, 2.0**tries)
        again = {"state": "due", "due": _after(now, pause), "lease": None, "since": None}
        await self._session.execute(_own(delivery).values(tries=tries + 1, **again))


class SqlInbox:
    """Envelopes under a secret that is not in the database.

    A platform's log knows which envelope was whose. By its bare name here, the transaction that took an answer could be
    found, and with it the ballot.
    """

    def __init__(self, session: AsyncSession, secrets: Secrets) -> None:
        self._session = session
        self._secrets = secrets

    async def first_time(self, envelope: str, today: date) -> bool:
        name = hmac.digest(await self._secrets.get(ENVELOPES), envelope.encode(), hashlib.sha256).hex()
        statement = insert(self._session, EnvelopeRow).values(hash=name, day=today).on_conflict_do_nothing()
        new = await self._session.execute(statement.returning(EnvelopeRow.hash))
        return new.first() is not None


def _without_traces(now: datetime) -> dict[str, object]:
    """A pulse's delivery that is done looks like every other: how often it was tried would tell that it was sent.

    One of a conversation or a story keeps only its day.
    """
    of_a_pulse, of_a_batch = DeliveryRow.pulse_id.is_not(None), DeliveryRow.notice.in_(OF_BATCHES)
    quiet = or_(of_a_pulse, of_a_batch)
    times = [(of_a_pulse, LONG_AGO), (of_a_batch, datetime.combine(now.astimezone(UTC).date(), time(), UTC))]
    return {
        "due": case(*((kind, literal(at, DeliveryRow.due.type)) for kind, at in times), else_=DeliveryRow.due),
        "attempt": case((quiet, 0), else_=DeliveryRow.attempt),
        "tries": case((quiet, 0), else_=DeliveryRow.tries),
    }


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


def _own(delivery: Delivery) -> Update:
    held = DeliveryRow.state.in_(("claimed", "sending"))
    return update(DeliveryRow).where(DeliveryRow.id == delivery.id, DeliveryRow.attempt == delivery.attempt, held)


def _too_late(now: datetime) -> Update:
    stale = (DeliveryRow.state == "due", DeliveryRow.due <= now, DeliveryRow.not_after < now)
    return update(DeliveryRow).where(*stale).values(state="dead", reason="too late")


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
