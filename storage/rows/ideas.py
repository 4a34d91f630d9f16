"""Ideas, and who backs them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Row, organisation


class IdeaRow(Row):
    """`author` is set for named ideas only. `route` is the locked way back to an unnamed author, of one length.

    `backed` is how many backed it whose names have been forgotten since.
    """

    __tablename__ = "ideas"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    programme_id: Mapped[str] = mapped_column(ForeignKey("programmes.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    hours: Mapped[int]
    day: Mapped[date]
    due: Mapped[date]
    shown_from: Mapped[datetime | None]
    author: Mapped[str | None]
    route: Mapped[bytes | None]
    verdict: Mapped[str | None]
    reason: Mapped[str]
    answered_on: Mapped[date | None]
    planned_for: Mapped[date | None]
    into: Mapped[str | None]
    same_as: Mapped[str | None]
    apart: Mapped[bool]
    withdrawn: Mapped[bool]
    backed: Mapped[int]
    frozen: Mapped[bool]
    edition: Mapped[int]


class BackingRow(Row):
    """That somebody backs an idea, once. Who is in no column: a slot leads to them with the programme's key only."""

    __tablename__ = "backings"
    __table_args__ = BY_KEY
    idea_id: Mapped[str] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    organisation_id: Mapped[str] = organisation()
