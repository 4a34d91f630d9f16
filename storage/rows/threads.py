"""Conversations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Row, organisation


class ThreadRow(Row):
    """`author` is set for named conversations only. `route` is the locked way back to an anonymous author.

    `receipt` is set instead where the author wanted nothing but a code: the code's hash, under a key of its own.
    """

    __tablename__ = "threads"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    unit_id: Mapped[str] = mapped_column(index=True)
    recipient: Mapped[str]
    opened: Mapped[date]
    closed: Mapped[bool]
    author: Mapped[str | None]
    route: Mapped[bytes | None]
    receipt: Mapped[bytes | None] = mapped_column(index=True)


class EntryRow(Row):
    """One message of a thread: its place in the conversation and its day, no time."""

    __tablename__ = "entries"
    __table_args__ = BY_KEY
    thread_id: Mapped[str] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    organisation_id: Mapped[str] = organisation()
    side: Mapped[str]
    day: Mapped[date]
    shown_from: Mapped[datetime]
    body: Mapped[str]
