"""Pulses, sealed answers, and what is left of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    String,
    UniqueConstraint,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Row, organisation


class PulseRow(Row):
    """`seal` is the public key that answers are sealed with, vouched for by the slot key; it goes with the close.

    Triggers of the database refuse a lower `k` or `k_comment`, an earlier close, and any change of `items`, `segments`
    and `mode`.
    """

    __tablename__ = "pulses"
    __table_args__ = (UniqueConstraint("programme_id", "week"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    programme_id: Mapped[str] = mapped_column(ForeignKey("programmes.id", ondelete="CASCADE"))
    week: Mapped[date]
    items: Mapped[list[str]]
    opens: Mapped[datetime]
    closes: Mapped[datetime]
    state: Mapped[str]
    measure: Mapped[bool]
    k: Mapped[int]
    k_comment: Mapped[int]
    seal: Mapped[bytes | None]
    segments: Mapped[list[str]] = mapped_column(server_default="[]")
    mode: Mapped[str] = mapped_column(server_default="anonymous")
    trustee_id: Mapped[str | None]


class RosterRow(Row):
    """Who was in the list when a pulse opened, and under which labels; `asked`, unless they were away.

    It does not say who answered; nothing does.
    """

    __tablename__ = "pulse_roster"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    organisation_id: Mapped[str] = organisation()
    unit_id: Mapped[str]
    place: Mapped[str]
    grade: Mapped[str]
    asked: Mapped[bool] = mapped_column(server_default=true())


class BallotRow(Row):
    """No time, no sequence, no person: nothing here tells who, or in what order. All of one length."""

    __tablename__ = "ballots"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[bytes] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    sealed: Mapped[bytes]


class NumberRow(Row):
    """What is said of a question in a unit, as the sentence says it. How many chose which answer is not kept."""

    __tablename__ = "numbers"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    share: Mapped[int]
    mean: Mapped[int]
    at_least: Mapped[int]
    counted: Mapped[int]
    basis: Mapped[str]


class SegmentNumberRow(Row):
    """The same, for a place or a grade in the whole organisation."""

    __tablename__ = "segment_numbers"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    segment: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    share: Mapped[int]
    mean: Mapped[int]
    at_least: Mapped[int]
    counted: Mapped[int]
    basis: Mapped[str]


class IndexRow(Row):
    """The engagement index of a unit, after a pulse that asked for it."""

    __tablename__ = "indices"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    value: Mapped[int]
    basis: Mapped[str]


class TurnoutRow(Row):
    """How many answered in a unit: the lower edge of a band of ten per cent."""

    __tablename__ = "turnouts"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    band: Mapped[int]
    basis: Mapped[str]


class CommentRow(Row):
    """Written once, in the order of random ids, when a pulse is sealed."""

    __tablename__ = "comments"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str]
    body: Mapped[str]
    band: Mapped[str | None]
    quotable: Mapped[bool]
    review: Mapped[str] = mapped_column(server_default="waiting")
