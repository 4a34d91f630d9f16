"""What must reach whom, and which envelopes came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.pulses import Pulse
from bot.ports.sending import Outcome
from bot.wire import Notice


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one person or channel. `person` is empty where only the notice itself leads to its reader.

    `attempt` rises with each try and fences off a worker that was thought dead.
    """

    id: str
    organisation: str
    notice: str
    values: Mapping[str, str]
    person: str = ""
    channel: str = ""
    attempt: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """For whom a notice is: a person, a channel, or the author of a conversation, to whom only that one leads."""

    person: str = ""
    channel: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """When a delivery may go out, and after when it had better not."""

    due: datetime
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """News that may not have arrived, to be told once more at a later batch, if it still is news by then."""

    notice: Notice
    when: When


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt at a delivery ended, and in which lane. An `idle` one had nothing to say, and loses nothing.

    `again` is queued in its place in the same transaction, if this is how it ends.
    """

    delivery: Delivery
    outcome: Outcome
    lane: str = ""
    idle: bool = False
    again: Again | None = None


class Outbox(Protocol):
    """What must reach whom. Put in the same transaction as what it tells of."""

    async def queue(self, organisation: str, notice: Notice, to: Destination, when: When, key: str) -> None:
        """Queue one delivery. A second one with the same key is ignored."""

    async def fan_out(self, pulse: Pulse, notice: Notice, when: When) -> int:
        """Queue one delivery for everybody on the roster, each inside their own day. Returns their number."""

    async def withdraw(self, kind: type[Notice], person: str) -> None:
        """Forget what of this kind is queued for a person or was sent to them."""

    async def claim(self, now: datetime, most: int) -> tuple[Delivery, ...]:
        """Take on at most so many deliveries that are due.

        They are this worker's for a minute; then anybody may claim them.
        """

    async def begin(self, sends: Sequence[tuple[Delivery, str]], now: datetime) -> frozenset[str]:
        """Mark that these sends begin now, each with its lane; returns the ids of those that do.

        The others are another worker's by now, or their lane has been asked to wait: then they are put off until then.
        """

    async def put_off(self, delivery: Delivery, until: datetime, now: datetime) -> None:
        """Have it claimed again then. One that does not name its reader comes with the next full hour instead.

        A time that is theirs, such as their morning, would tell who they are.
        """

    async def record_outcomes(self, ended: Sequence[Ended], now: datetime) -> None:
        """Write down how these attempts ended, as far as they are still this worker's."""

    async def claim_doubtful(self, now: datetime) -> tuple[Delivery, ...]:
        """Deliveries whose worker died in the middle of a send."""

    async def count_waiting(self, now: datetime) -> int:
        """How many are due or under way."""

    async def count_by_state(self, now: datetime) -> Mapping[str, int]:
        """How many there are by how they stand, except what would tell when somebody has written."""


class Inbox(Protocol):
    """Which signed envelopes have been handled."""

    async def record_if_new(self, envelope: str, today: date) -> bool:
        """Remember an envelope, and the day. True only for the first who asks."""
