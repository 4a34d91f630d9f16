"""One unit of work: every repository, on one session."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from storage.ballots import SqlBallots
from storage.channels import SqlChannels
from storage.codes import Secrets, SqlCodes
from storage.erase import Act, SqlTraces
from storage.ideas import SqlIdeas
from storage.inbox import SqlInbox
from storage.organisations import SqlOrganisations
from storage.outbox import SqlOutbox
from storage.people import SqlPeople
from storage.pulses import SqlProgrammes, SqlPulses
from storage.quotes import SqlQuotes
from storage.results import SqlResults
from storage.sql import Rows
from storage.stories import SqlStories
from storage.subjects import SUBJECTS
from storage.thread_codes import Receipts
from storage.threads import SqlThreads
from storage.trustees import SqlTrustees


class SqlTransaction:
    def __init__(
        self,
        session: AsyncSession,
        receipts: Receipts,
        secrets_known: Secrets,
        afterwards: list[Act],
        mix: Act,
        rows: Rows,
    ) -> None:
        keys = receipts.keys
        self.organisations = SqlOrganisations(session, rows)
        self.people = SqlPeople(session, SUBJECTS)
        self.programmes = SqlProgrammes(session)
        self.pulses = SqlPulses(session, keys, rows)
        self.ballots = SqlBallots(session, keys)
        self.results = SqlResults(session)
        self.quotes = SqlQuotes(session)
        self.stories = SqlStories(session, keys)
        self.ideas = SqlIdeas(session, keys)
        self.threads = SqlThreads(session, receipts, afterwards)
        self.channels = SqlChannels(session)
        self.outbox = SqlOutbox(session)
        self.inbox = SqlInbox(session, secrets_known)
        self.codes = SqlCodes(session)
        self.trustees = SqlTrustees(session)
        self.traces = SqlTraces(session, afterwards.append, mix)
