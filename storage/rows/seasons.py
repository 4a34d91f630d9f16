"""Who is told together for a season, and by what somebody is recognised."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Row, organisation


class GroupRow(Row):
    """People whose answers to a question are told together. It says of nobody what they answered, or whether.

    `members` and `unvouched` are tokens, one behind the other. `key` names the key that they were recognised with:
    with another one nobody in it can be found again.
    """

    __tablename__ = "season_groups"
    __table_args__ = (Index("ix_season_groups_item", "item"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    item: Mapped[str]
    kind: Mapped[str]
    pool: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[str]
    place: Mapped[str]
    grade: Mapped[str]
    members: Mapped[bytes]
    unvouched: Mapped[bytes]
    told: Mapped[date] = mapped_column(index=True)
    ends: Mapped[date | None]
    key: Mapped[str]


class RecognitionRow(Row):
    """A mark by which somebody is recognised in whatever list, and the token that it leads to.

    A mark is a keyed hash of an account, a verified e-mail address, a row of a list or a name; without the key it leads
    to nobody. It belongs to the installation, for people are the same in all its organisations. `seen` is the month in
    which it was last met.
    """

    __tablename__ = "recognitions"
    __table_args__ = BY_KEY
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    token: Mapped[bytes] = mapped_column(primary_key=True, index=True)
    seen: Mapped[date] = mapped_column(index=True)
