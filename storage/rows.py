"""The tables. Every one carries its organisation, but for envelopes and lanes, which belong to nobody.

No table has a row number or a time of writing: in SQLite they are stored by their key, which is random where order
could tell something. A time here is always a plan (when something is due), never a record of when somebody did
something.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
BY_KEY: dict[str, Any] = {"sqlite_with_rowid": False}
Flat = dict[str, str]


class Instant(TypeDecorator[datetime]):
    """An aware time, kept in UTC by every database: SQLite would forget the zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value and value.replace(tzinfo=UTC)


class Row(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        bytes: LargeBinary,
        Flat: JSON,
        list[str]: JSON,
        list[int]: JSON,
    }


def _organisation() -> Mapped[str]:
    return mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)


class OrganisationRow(Row):
    """`unmixed` says that somebody has just erased what they wrote, and that rows still tell which were theirs."""

    __tablename__ = "organisations"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]
    nation: Mapped[str]
    unmixed: Mapped[bool] = mapped_column(default=False, server_default=false())


class WorkspaceRow(Row):
    """`gone_since` is the day on which the app was removed from it; a month later what came from it is erased."""

    __tablename__ = "workspaces"
    __table_args__ = BY_KEY
    platform: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = _organisation()
    gone_since: Mapped[date | None]


class InvitationRow(Row):
    """A hash, never the code: who reads this table can not use it."""

    __tablename__ = "invitations"
    __table_args__ = BY_KEY
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = _organisation()
    until: Mapped[datetime]


class UnitRow(Row):
    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("organisation_id", "name"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = _organisation()
    name: Mapped[str]
    parent_id: Mapped[str | None]


class PersonRow(Row):
    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("organisation_id", "key"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = _organisation()
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
    __tablename__ = "accounts"
    __table_args__ = BY_KEY
    platform: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = _organisation()
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    details: Mapped[Flat]


class ProgrammeRow(Row):
    __tablename__ = "programmes"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = _organisation()
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
    organisation_id: Mapped[str] = _organisation()


class PulseRow(Row):
    """`seal` is the public key that answers are sealed with, vouched for by the slot key; it goes with the close.

    Triggers of the database refuse a lower `k` or `k_comment`, an earlier close, and any change of `items`, `segments`
    and `mode`.
    """

    __tablename__ = "pulses"
    __table_args__ = (UniqueConstraint("programme_id", "week"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = _organisation()
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
    organisation_id: Mapped[str] = _organisation()
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
    organisation_id: Mapped[str] = _organisation()
    counts: Mapped[list[int]]


class SegmentTallyRow(Row):
    """As a tally, for a place or a grade in the whole organisation."""

    __tablename__ = "segment_tallies"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    segment: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = _organisation()
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
    organisation_id: Mapped[str] = _organisation()
    groups: Mapped[Flat]


class TrusteeRow(Row):
    """Somebody whose passphrase is needed to close a pulse. The passphrase itself is kept nowhere."""

    __tablename__ = "trustees"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = _organisation()
    salt: Mapped[bytes]
    public: Mapped[bytes]
    appointed: Mapped[bool]


class CodeRow(Row):
    """A one-time code that lets one person in. A hash, never the code; it goes when it is used."""

    __tablename__ = "codes"
    __table_args__ = BY_KEY
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = _organisation()
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    until: Mapped[datetime]


class TurnoutRow(Row):
    __tablename__ = "turnouts"
    __table_args__ = BY_KEY
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = _organisation()
    eligible: Mapped[int]
    answered: Mapped[int]


class CommentRow(Row):
    """Written once, in the order of random ids, when a pulse is sealed."""

    __tablename__ = "comments"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = _organisation()
    pulse_id: Mapped[str] = mapped_column(ForeignKey("pulses.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str]
    body: Mapped[str]
    band: Mapped[str | None]
    quotable: Mapped[bool]
    review: Mapped[str] = mapped_column(server_default="waiting")


class StoryRow(Row):
    """`teller` is set for named stories only. `route` is the locked way back to an unnamed teller, of one length."""

    __tablename__ = "stories"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = _organisation()
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


class ThreadRow(Row):
    """`author` is set for named conversations only. `route` is the locked way back to an anonymous author.

    `receipt` is set instead where the author wanted nothing but a code: the code's hash, under a key of its own.
    """

    __tablename__ = "threads"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = _organisation()
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
    organisation_id: Mapped[str] = _organisation()
    side: Mapped[str]
    day: Mapped[date]
    shown_from: Mapped[datetime]
    body: Mapped[str]


class ChannelRow(Row):
    __tablename__ = "channels"
    __table_args__ = (UniqueConstraint("platform", "workspace", "ref"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    organisation_id: Mapped[str] = _organisation()
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
    organisation_id: Mapped[str] = _organisation()
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    notice: Mapped[str]
    values: Mapped[Flat]
    ref: Mapped[str]
    about: Mapped[str] = mapped_column(index=True)


class DeliveryRow(Row):
    """One message to one person or channel: ids, never content. `since` is kept only while a send is under way."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_state_due", "state", "due"), BY_KEY)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[str] = _organisation()
    notice: Mapped[str]
    values: Mapped[Flat]
    person_id: Mapped[str | None]
    channel_id: Mapped[str | None]
    pulse_id: Mapped[str | None] = mapped_column(index=True)
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
    organisation_id: Mapped[str] = _organisation()
    n: Mapped[int]


class InstallationRow(Row):
    """Which key store this database was made with."""

    __tablename__ = "installation"
    __table_args__ = BY_KEY
    key_store: Mapped[str] = mapped_column(primary_key=True)


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
