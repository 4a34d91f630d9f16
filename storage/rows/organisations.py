"""Public bodies, their workspaces and programmes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    String,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Row, organisation


class OrganisationRow(Row):
    """`unmixed` says that somebody has just erased what they wrote, and that rows still tell which were theirs.

    `pages_hide` says that people whom no platform vouches for count towards k.
    """

    __tablename__ = "organisations"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]
    nation: Mapped[str]
    unmixed: Mapped[bool] = mapped_column(default=False, server_default=false())
    pages_hide: Mapped[bool] = mapped_column(default=True, server_default=true())


class WorkspaceRow(Row):
    """`gone_since` is the day on which the app was removed from it; a month later what came from it is erased."""

    __tablename__ = "workspaces"
    __table_args__ = BY_KEY
    platform: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    gone_since: Mapped[date | None]


class InvitationRow(Row):
    """A hash, never the code: who reads this table cannot use it."""

    __tablename__ = "invitations"
    __table_args__ = BY_KEY
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    until: Mapped[datetime]


class ProgrammeRow(Row):
    __tablename__ = "programmes"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    name: Mapped[str]
    goal: Mapped[str]
    starts: Mapped[date]
    days: Mapped[int]
    measures: Mapped[list[str]]
    rhythm: Mapped[list[str]]
    k: Mapped[int] = mapped_column(server_default="5")
    k_comment: Mapped[int] = mapped_column(server_default="10")
    segments: Mapped[list[str]] = mapped_column(server_default="[]")


class MarkRow(Row):
    """An event of a week that has been taken on. The key makes it happen once, in whatever process."""

    __tablename__ = "marks"
    __table_args__ = BY_KEY
    programme_id: Mapped[str] = mapped_column(ForeignKey("programmes.id", ondelete="CASCADE"), primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
