"""The envelopes that came in."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages import ENVELOPES
from storage.codes import Secrets
from storage.rows.outbox import EnvelopeRow
from storage.sql import insert
from storage.subject import Purge, Subject

NAMED_WITH = "envelopes"


class SqlInbox:
    """Envelopes under a secret that is not in the database.

    A platform's log knows which envelope was whose. By its bare name here, the transaction that took an answer could be
    found, and with it the ballot.
    """

    def __init__(self, session: AsyncSession, secrets: Secrets) -> None:
        self._session = session
        self._secrets = secrets

    async def record_if_new(self, envelope: str, today: date) -> bool:
        name = hmac.digest(await self._secrets.get(NAMED_WITH), envelope.encode(), hashlib.sha256).hex()
        statement = insert(self._session, EnvelopeRow).values(hash=name, day=today).on_conflict_do_nothing()
        new = await self._session.execute(statement.returning(EnvelopeRow.hash))
        return new.first() is not None


async def forget_envelopes(session: AsyncSession, now: datetime) -> None:
    """Forget which envelopes were handled, once no platform sends them again."""
    await session.execute(delete(EnvelopeRow).where(EnvelopeRow.day < now.date() - ENVELOPES.lasts()))


SUBJECT = Subject("inbox", purges=(Purge(forget_envelopes, ENVELOPES),))
