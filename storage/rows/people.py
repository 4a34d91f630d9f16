"""Persons, units, accounts, and how somebody is let in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Flat, Row, organisation


class UnitRow(Row):
    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("organisation_id", "name"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    name: Mapped[str]
    parent_id: Mapped[str | None]


class PersonRow(Row):
    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("organisation_id", "key"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    key: Mapped[str]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    place: Mapped[str]
    grade: Mapped[str]
    role: Mapped[str]
    language: Mapped[str]
    zone: Mapped[str]
    paused: Mapped[bool]
    left_on: Mapped[date | None] = mapped_column(index=True)


class AccountRow(Row):
    """`email_mark` is a keyed hash of the address that the platform's own directory gives, where it was asked."""

    __tablename__ = "accounts"
    __table_args__ = BY_KEY
    platform: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    details: Mapped[Flat]
    email_mark: Mapped[bytes | None]


class TrusteeRow(Row):
    """Somebody whose passphrase is needed to close a pulse. The passphrase itself is kept nowhere."""

    __tablename__ = "trustees"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = organisation()
    salt: Mapped[bytes]
    public: Mapped[bytes]
    appointed: Mapped[bool]


class CodeRow(Row):
    """A one-time code that lets one person in. A hash, never the code; it goes when it is used."""

    __tablename__ = "codes"
    __table_args__ = BY_KEY
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = organisation()
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    until: Mapped[datetime]
