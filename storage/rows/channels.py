"""Channels and what was posted in them."""

from __future__ import annotations

from sqlalchemy import (
    ForeignKey,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Flat, Row, organisation


class ChannelRow(Row):
    __tablename__ = "channels"
    __table_args__ = (UniqueConstraint("platform", "workspace", "ref"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    unit_id: Mapped[str]
    platform: Mapped[str]
    workspace: Mapped[str]
    ref: Mapped[str]
    details: Mapped[Flat]
    languages: Mapped[list[str]]


class PostRow(Row):
    __tablename__ = "posts"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    notice: Mapped[str]
    values: Mapped[Flat]
    ref: Mapped[str]
    about: Mapped[str] = mapped_column(index=True)
