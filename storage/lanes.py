"""Workspaces that have asked us to wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ports.outbox import Ended
from bot.ports.sending import Later
from storage.rows.outbox import LaneRow
from storage.sql import insert


async def held_lanes(session: AsyncSession, lanes: Collection[str], now: datetime) -> Mapping[str, datetime]:
    """Those of the lanes that have to wait, and until when."""
    held = select(LaneRow.key, LaneRow.hold_until).where(LaneRow.key.in_(lanes), LaneRow.hold_until > now)
    return {row.key: row.hold_until for row in await session.execute(held)}


async def hold_lanes(session: AsyncSession, ended: Sequence[Ended], now: datetime) -> None:
    """Have the lanes wait that asked for it, each as long as it asked at the most."""
    asked: dict[str, float] = {}
    for each in ended:
        if isinstance(each.outcome, Later) and each.outcome.lane and not each.idle:
            asked[each.lane] = max(each.outcome.seconds, asked.get(each.lane, 0.0))
    for lane, seconds in sorted(asked.items()):
        until = now + timedelta(seconds=seconds)
        statement = insert(session, LaneRow).values(key=lane, hold_until=until)
        await session.execute(statement.on_conflict_do_update(index_elements=[LaneRow.key], set_={"hold_until": until}))
