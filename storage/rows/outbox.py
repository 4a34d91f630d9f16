"""What must reach whom, and which envelopes came in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Flat, Row, organisation


class DeliveryState(StrEnum):
    """Where a delivery is. Whoever waits for it is written to; `dead` and `unknown` are lost."""

    DUE = "due"
    CLAIMED = "claimed"
    SENDING = "sending"
    DONE = "done"
    DEAD = "dead"
    UNKNOWN = "unknown"


ENDED = (DeliveryState.DONE, DeliveryState.DEAD, DeliveryState.UNKNOWN)
LOST = (DeliveryState.DEAD, DeliveryState.UNKNOWN)

TO_AN_AUTHOR = text("thread_id IS NOT NULL")
"""Few deliveries are, and an opening pulse must not write a hundred thousand entries of an index for nothing."""


class DeliveryRow(Row):
    """One message to one person or channel: ids, never content. `since` is kept only while a send is under way.

    `thread_id` stands for a reader to whom only that conversation leads. `batched` says that it goes out with others at
    a fixed hour, so that nobody learns when somebody wrote.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_state_due", "state", "due"),
        Index("ix_deliveries_thread_id", "thread_id", sqlite_where=TO_AN_AUTHOR, postgresql_where=TO_AN_AUTHOR),
        BY_KEY,
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[str] = organisation()
    notice: Mapped[str]
    values: Mapped[Flat]
    person_id: Mapped[str | None]
    channel_id: Mapped[str | None]
    pulse_id: Mapped[str | None] = mapped_column(index=True)
    thread_id: Mapped[str | None]
    batched: Mapped[bool] = mapped_column(server_default=false())
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
