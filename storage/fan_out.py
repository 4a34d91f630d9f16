"""One delivery for everybody on a roster, written by the database itself."""

from __future__ import annotations

import logging
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import and_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.calendar import waking
from bot.domain.pulses import Pulse
from bot.ports.outbox import When
from bot.wire import Notice
from storage.rows.outbox import DeliveryRow, DeliveryState
from storage.rows.people import PersonRow
from storage.rows.pulses import RosterRow
from storage.sql import insert, random_id

log = logging.getLogger(__name__)


async def fan_out(session: AsyncSession, pulse: Pulse, notice: Notice, when: When) -> int:
    """Queue one delivery for everybody on the roster, each inside their own day. Returns their number."""
    on_roster = and_(RosterRow.pulse_id == pulse.id, RosterRow.asked)
    zones = select(PersonRow.zone).join(RosterRow, RosterRow.person_id == PersonRow.id).where(on_roster).distinct()
    return sum([await _fan_out_in(session, zone, pulse, notice, when) for zone in await session.scalars(zones)])


def fresh_values(notice: Notice, when: When, due: datetime) -> dict[str, object]:
    """What a delivery of this notice has in its columns before anybody has taken it."""
    return {
        "notice": notice.name(),
        "values": notice.write(),
        "batched": notice.batched,
        "state": DeliveryState.DUE.value,
        "due": due,
        "not_after": when.not_after,
        "attempt": 0,
        "tries": 0,
        "reason": "",
    }


async def _fan_out_in(session: AsyncSession, zone: str, pulse: Pulse, notice: Notice, when: When) -> int:
    fresh = fresh_values(notice, when, waking(when.due, _known(zone)))
    key = literal(f"{notice.name()}:{pulse.id}:") + RosterRow.person_id
    constants = [literal(value, DeliveryRow.__table__.c[name].type) for name, value in fresh.items()]
    rows = (
        select(random_id(session), key, RosterRow.organisation_id, RosterRow.person_id, *constants)
        .add_columns(literal(pulse.id))
        .join(PersonRow, PersonRow.id == RosterRow.person_id)
        .where(RosterRow.pulse_id == pulse.id, RosterRow.asked, PersonRow.zone == zone)
    )
    columns = ["id", "key", "organisation_id", "person_id", *fresh, "pulse_id"]
    done = await session.execute(insert(session, DeliveryRow).from_select(columns, rows).on_conflict_do_nothing())
    return int(done.rowcount)  # type: ignore[attr-defined]


def _known(zone: str) -> ZoneInfo:
    """A person's zone. One that is not known, however it came there, must not keep all others from being asked."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.warning("zone.unknown")
        return ZoneInfo("UTC")
