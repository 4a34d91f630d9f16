"""The store, and one unit of work in it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from bot.domain.ballots import Respondent, Seat
from bot.ports.channels import Channels
from bot.ports.ideas import Ideas
from bot.ports.limits import Limits
from bot.ports.organisations import Organisations, Programmes
from bot.ports.outbox import Inbox, Outbox
from bot.ports.people import Codes, People, Trustees
from bot.ports.pulses import Ballots, PublishedResults, Pulses, Quotes
from bot.ports.seasons import Seasons
from bot.ports.stories import Stories
from bot.ports.threads import Threads
from bot.ports.traces import Traces


class Transaction(Protocol):
    """One unit of work: committed when its block ends well, undone when it does not."""

    @property
    def organisations(self) -> Organisations: ...
    @property
    def people(self) -> People: ...
    @property
    def programmes(self) -> Programmes: ...
    @property
    def pulses(self) -> Pulses: ...
    @property
    def ballots(self) -> Ballots: ...
    @property
    def results(self) -> PublishedResults: ...
    @property
    def seasons(self) -> Seasons: ...
    @property
    def quotes(self) -> Quotes: ...
    @property
    def stories(self) -> Stories: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def channels(self) -> Channels: ...
    @property
    def traces(self) -> Traces: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def trustees(self) -> Trustees: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def ideas(self) -> Ideas: ...
    @property
    def codes(self) -> Codes: ...


class Store(Protocol):
    """Where everything is kept."""

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that may write."""

    def view(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that only reads, and holds nobody up."""

    async def appoint(self, organisation: str, passphrase: SecretStr) -> None:
        """Give an organisation a trustee with this passphrase, from the next pulse on. It takes about a second."""

    async def open_ballots(
        self, pulse: str, seats: Mapping[str, Seat], passphrase: SecretStr | None = None
    ) -> list[Respondent]:
        """Open every ballot of a closing pulse, outside any write lock. Raises `KeysLost` where the keys are gone.

        `seats` go by the ids of people, and are all that is left of these.

        Where a trustee holds the key: `PassphraseNeeded` without a passphrase, `WrongPassphrase` with another's.
        """

    async def forget_keys(self, pulse: str) -> None:
        """Destroy a pulse's keys; its ballots are noise from then on. Doing it twice is harmless."""

    async def forget_ballots(self, pulse: str) -> None:
        """Delete a closed pulse's ballots and personal deliveries, a few at a time; keep counts of the deliveries."""

    async def tidy(self, now: datetime) -> tuple[str, ...]:
        """Mend what a crash left: keys without a pulse, pulses without keys. Returns the ids of pulses found lost."""
