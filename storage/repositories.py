"""Every repository, and everything that they keep of people: a new one is added here, and nowhere else.

`TABLES` are all that these repositories know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession

from storage import (
    accounts,
    ballots,
    channels,
    codes,
    ideas,
    inbox,
    organisations,
    outbox,
    people,
    pulses,
    quotes,
    recognition,
    results,
    seasons,
    stories,
    threads,
    trustees,
)
from storage.codes import Secrets
from storage.keys import KeyStore
from storage.limits import WritingLimits
from storage.rows.base import Row
from storage.sql import Rows
from storage.subject import Personal, Subject
from storage.thread_codes import ThreadCodes

SUBJECTS: tuple[Subject, ...] = (
    inbox.SUBJECT,
    outbox.SUBJECT,
    codes.SUBJECT,
    pulses.SUBJECT,
    ballots.SUBJECT,
    results.SUBJECT,
    seasons.SUBJECT,
    recognition.SUBJECT,
    quotes.SUBJECT,
    accounts.SUBJECT,
    people.SUBJECT,
    channels.SUBJECT,
    stories.SUBJECT,
    ideas.SUBJECT,
    threads.SUBJECT,
    trustees.SUBJECT,
    organisations.SUBJECT,
)
"""In the order in which they are gone through. Erasing ends with the organisation: its row is one many wait for."""

PERSONAL: Mapping[str, Personal] = {each.name: each for subject in SUBJECTS for each in subject.personal}
"""Every column that can lead to a person, by `table.column`. Any other must not lead to anybody."""

TABLES = Row.metadata

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Shared:
    """What all units of work of one process have in common."""

    keys: KeyStore
    codes: ThreadCodes
    secrets: Secrets
    limits: WritingLimits = field(default_factory=WritingLimits)

    @classmethod
    def over(cls, keys: KeyStore) -> Self:
        """Made anew, over a key store."""
        return cls(keys, ThreadCodes(keys), Secrets(keys))


class Repositories:
    """One of each, on one session. `afterwards` is done after the commit."""

    def __init__(
        self,
        session: AsyncSession,
        shared: Shared,
        afterwards: list[Act],
        rows: Rows,
    ) -> None:
        keys = shared.keys
        self.organisations = organisations.SqlOrganisations(session, rows)
        self.people = people.SqlPeople(session, SUBJECTS)
        self.programmes = pulses.SqlProgrammes(session)
        self.pulses = pulses.SqlPulses(session, keys, rows)
        self.ballots = ballots.SqlBallots(session, keys)
        self.results = results.SqlResults(session)
        self.seasons = seasons.SqlSeasons(session, shared.secrets)
        self.quotes = quotes.SqlQuotes(session)
        self.stories = stories.SqlStories(session, keys)
        self.ideas = ideas.SqlIdeas(session, keys)
        self.threads = threads.SqlThreads(session, shared.codes, afterwards)
        self.limits = shared.limits
        self.channels = channels.SqlChannels(session)
        self.outbox = outbox.SqlOutbox(session)
        self.inbox = inbox.SqlInbox(session, shared.secrets)
        self.codes = codes.SqlCodes(session)
        self.trustees = trustees.SqlTrustees(session)
