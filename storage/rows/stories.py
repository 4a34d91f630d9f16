"""Stories."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Row, organisation


class StoryRow(Row):
    """`teller` is set for named stories only. `route` is the locked way back to an unnamed teller, of one length."""

    __tablename__ = "stories"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    programme_id: Mapped[str] = mapped_column(ForeignKey("programmes.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    changed: Mapped[str]
    audience: Mapped[str]
    day: Mapped[date]
    state: Mapped[str]
    shown_from: Mapped[datetime | None]
    teller: Mapped[str | None]
    route: Mapped[bytes | None]
