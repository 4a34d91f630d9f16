"""Pulses, sealed answers, and what is left of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from bot.domain.ballots import Answer
from bot.domain.people import Labels
from bot.domain.pulses import Pulse, State
from bot.domain.questions import Asked
from bot.domain.quotes import Review
from bot.domain.results import PublishedComment, Results


class Pulses(Protocol):
    """Pulses and their rosters."""

    async def open(self, pulse: Pulse) -> int:
        """Store a new pulse with its keys and its roster: everybody in the list now. Returns how many can be asked."""

    async def get(self, pulse: str) -> Pulse | None:
        """The pulse; None where there is none of this id."""

    async def lock(self, pulse: str) -> Pulse | None:
        """Get it, and keep it from being closed until this transaction ends."""

    async def current(self, programme: str) -> Pulse | None:
        """The newest pulse."""

    async def of_week(self, programme: str, week: date) -> Pulse | None:
        """The pulse of a programme in the week of this Monday, if it was opened."""

    async def last_sealed(self, programme: str) -> Pulse | None:
        """The newest pulse of a programme that was published."""

    async def overdue(self, organisation: str, now: datetime) -> tuple[tuple[str, date], ...]:
        """The programmes and Mondays of pulses that should have closed by now and have not."""

    async def unfinished(self, organisation: str) -> tuple[Pulse, ...]:
        """Every pulse of an organisation that is open or closing."""

    async def transition(self, pulse: str, before: State, after: State) -> bool:
        """Change a pulse's state if it is still `before`."""

    async def set_thresholds(self, pulse: Pulse) -> bool:
        """Raise them for a pulse that is open. False if it is not, or if they would fall."""

    async def items_asked(self, organisation: str) -> Mapping[str, Asked]:
        """For each question that was asked in any programme of an organisation, how often, and in which week last."""

    async def labels_of(self, pulse: str, person: str) -> Labels | None:
        """What the roster says of a person; None for somebody who was not asked."""


class Ballots(Protocol):
    """Sealed answers."""

    async def cast(self, pulse: str, person: str, labels: Labels, answer: Answer) -> None:
        """Seal an answer in place of an earlier one on the same item. Never opens anything."""

    async def items_answered(self, pulse: Pulse, person: str) -> frozenset[str]:
        """Which items the person has answered, not what. Nothing once the pulse is closed."""

    async def withdraw(self, pulse: str, person: str) -> None:
        """Take all of a person's answers out of a pulse that has not been sealed."""


class PublishedResults(Protocol):
    """What is left of closed pulses."""

    async def seal(self, pulse: Pulse, results: Results) -> bool:
        """Publish, in one. From then on the pulse is sealed. False if it was done already."""

    async def for_pulse(self, pulse: str) -> Results:
        """What was published of a pulse; nothing where it is not sealed."""

    async def comments_before(self, pulse: Pulse, weeks: int) -> tuple[PublishedComment, ...]:
        """The comments that were published of the last so many pulses before this one."""


class Quotes(Protocol):
    """Comments whose writers let us quote them, until their digest is posted."""

    async def offered(self, organisation: str, since: date) -> tuple[PublishedComment, ...]:
        """Those of sealed pulses since this Monday whose digest is still to come, in the order of their random ids."""

    async def review(self, organisation: str, comment: str, was: Review, now: Review, since: date) -> bool:
        """Change what was said about one of them. False if it is no longer as it was, or its digest has been posted."""

    async def spent(self, pulse: Pulse) -> tuple[str, ...]:
        """The words that posted digests of the organisation's earlier weeks could quote."""
