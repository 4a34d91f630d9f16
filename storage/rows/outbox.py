"""What must reach whom, and which envelopes came in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Flat, Row, organisation


class DeliveryRow(Row):
    """One message to one person or channel: ids, never content. `since` is kept only while a send is under way."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_state_due", "state", "due"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[str] = organisation()
    notice: Mapped[str]
    values: Mapped[Flat]
    person_id: Mapped[str | None]
    channel_id: Mapped[str | None]
    pulse_id: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[str]
    due: Mapped[datetime]
    not_after: Mapped[datetime | None]
    attempt: Mapped[int]
    tries: Mapped[int]
    lease: Mapped[datetime | None]
    since: Mapped[datetime | None]
    reason: Mapped[str]


class DeliveryCountRow(Row):
    """How the deliveries of a pulse ended, without the persons. Before its close `done` is less than nothing."""

    __tablename__ = "delivery_counts"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    notice: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    n: Mapped[int]


class LaneRow(Row):
    """A workspace that has asked us to wait."""

    __tablename__ = "lanes"
    __table_args__ = BY_KEY
    key: Mapped[str] = mapped_column(primary_key=True)
    hold_until: Mapped[datetime]


class EnvelopeRow(Row):
    """A signed envelope that was handled, and the day, so that it can be forgotten."""

    __tablename__ = "envelopes"
    __table_args__ = BY_KEY
    hash: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
