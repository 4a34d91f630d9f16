"""Pulses, sealed answers, and what is left of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Flat, Row, organisation


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
    """Who was asked, and under which labels. It does not say who answered; nothing does."""

    __tablename__ = "pulse_roster"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    organisation_id: Mapped[str] = organisation()
    unit_id: Mapped[str]
    place: Mapped[str]
    grade: Mapped[str]


class BallotRow(Row):
    """No time, no sequence, no person: nothing here tells who, or in what order. All of one length."""

    __tablename__ = "ballots"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[bytes] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    sealed: Mapped[bytes]


class TallyRow(Row):
    __tablename__ = "tallies"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    counts: Mapped[list[int]]


class SegmentTallyRow(Row):
    """As a tally, for a place or a grade in the whole organisation."""

    __tablename__ = "segment_tallies"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    segment: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    counts: Mapped[list[int]]


class PartitionRow(Row):
    """Into which groups a question's numbers were cut when they were published: for each label, the name of its group.

    It holds no number and no person. The roster guard needs it to compare two weeks, and it goes with the roster.
    """

    __tablename__ = "partitions"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    groups: Mapped[Flat]


class TurnoutRow(Row):
    __tablename__ = "turnouts"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    eligible: Mapped[int]
    answered: Mapped[int]


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
