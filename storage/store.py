"""The core's store, kept in a relational database and a key store."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bot.domain.ballots import Respondent, gather
from bot.domain.pulses import State
from bot.domain.stories import StoryState
from bot.errors import KeysLost, Misconfigured, Unavailable
from storage.ballots import SqlBallots, open_all, opening_key, slots_key
from storage.channels import SqlChannels
from storage.engine import Engines
from storage.keys import KeyStore
from storage.organisations import SqlOrganisations
from storage.outbox import SqlInbox, SqlOutbox
from storage.people import SqlPeople
from storage.pulses import SqlProgrammes, SqlPulses
from storage.results import SqlResults
from storage.rows import (
    BallotRow,
    DeliveryRow,
    EnvelopeRow,
    InstallationRow,
    ProgrammeRow,
    PulseRow,
    RosterRow,
    StoryRow,
    ThreadRow,
)
from storage.stories import SqlStories
from storage.threads import SqlThreads

log = logging.getLogger(__name__)
STORE_ID = "store"
WRONG_KEYS = (
    "HUNDRED_DAYS_KEYS is not the key store that this database was made with; perhaps a folder is not mounted. Nothing "
    "was changed. If the right one is lost for good, run: hundred-days migrate --accept-new-keys (open pulses are then "
    "lost)."
)
ORPHANED, REMEMBERED = timedelta(hours=1), timedelta(days=2)
ROSTERS_KEPT, TELLERS_KEPT, DRAFTS_KEPT = timedelta(weeks=13), timedelta(days=90), timedelta(days=30)
TAKING = (State.OPEN, State.CLOSING)


class SqlTransaction:
    def __init__(self, session: AsyncSession, keys: KeyStore, afterwards: list[Callable[[], Awaitable[None]]]) -> None:
        self.organisations = SqlOrganisations(session)
        self.people = SqlPeople(session)
        self.programmes = SqlProgrammes(session)
        self.pulses = SqlPulses(session, keys)
        self.ballots = SqlBallots(session, keys)
        self.results = SqlResults(session)
        self.stories = SqlStories(session, keys)
        self.threads = SqlThreads(session, keys, afterwards)
        self.channels = SqlChannels(session)
        self.outbox = SqlOutbox(session)
        self.inbox = SqlInbox(session)


class SqlStore:
    """Rows and keys. The only place that commits."""

    def __init__(self, engines: Engines, keys: KeyStore) -> None:
        self._engines = engines
        self._writing = _sessions(engines.write)
        self._reading = _sessions(engines.read)
        self._keys = keys

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlTransaction]:
        afterwards: list[Callable[[], Awaitable[None]]] = []
        with _our_errors():
            async with self._writing.begin() as session:
                yield SqlTransaction(session, self._keys, afterwards)
        for act in afterwards:
            await act()

    @asynccontextmanager
    async def view(self) -> AsyncIterator[SqlTransaction]:
        with _our_errors():
            async with self._reading() as session:
                yield SqlTransaction(session, self._keys, [])

    async def open_ballots(self, pulse: str) -> list[Respondent]:
        private = await self._keys.get(opening_key(pulse))
        async with self._reading() as session:
            query = select(BallotRow.slot, BallotRow.sealed).where(BallotRow.pulse_id == pulse)
            boxes = [(slot, sealed) for slot, sealed in await session.execute(query)]
        return gather(await asyncio.to_thread(open_all, private, pulse, boxes))

    async def forget_keys(self, pulse: str) -> None:
        await self._keys.destroy(opening_key(pulse))
        await self._keys.destroy(slots_key(pulse))
        await self._scrub()

    async def tidy(self, now: datetime) -> tuple[str, ...]:
        lost = await self._mark_lost()
        async with self._writing.begin() as session:
            await _forget(session, now.date())
        async with self._reading() as session:
            needed, done = await _keys_by_use(session, now.date())
        for name, made in (await self._keys.names()).items():
            orphaned = name not in needed and made < (now - ORPHANED).timestamp()
            if name != STORE_ID and (name in done or orphaned):
                await self._keys.destroy(name)
        return lost

    async def _mark_lost(self) -> tuple[str, ...]:
        """A pulse without its keys can neither take answers nor be read: say so, and keep nothing of it."""
        async with self._writing.begin() as session:
            taking = select(PulseRow.id).where(PulseRow.state.in_(TAKING))
            lost = [pulse for pulse in await session.scalars(taking) if not await self._has_keys(pulse)]
            # Another process may have sealed one of them since it was read: then it was not lost.
            change = update(PulseRow).where(PulseRow.id.in_(lost), PulseRow.state.in_(TAKING))
            lost = list(await session.scalars(change.values(state=State.LOST, seal=None).returning(PulseRow.id)))
            await session.execute(delete(BallotRow).where(BallotRow.pulse_id.in_(lost)))
            await session.execute(delete(DeliveryRow).where(DeliveryRow.pulse_id.in_(lost)))
        for pulse in lost:
            await self.forget_keys(pulse)
        return tuple(lost)

    async def _has_keys(self, pulse: str) -> bool:
        needed = {opening_key(pulse), slots_key(pulse)}
        return needed <= set(await self._keys.get_all(needed))

    async def _scrub(self) -> None:
        """Empty SQLite's write-ahead log, which keeps deleted pages until then."""
        if self._engines.write.dialect.name == "sqlite":
            async with self._engines.write.connect() as connection:
                raw = await connection.get_raw_connection()
                sqlite: Any = raw.driver_connection
                await sqlite.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def match_keys(engines: Engines, keys: KeyStore, *, accept: bool = False) -> None:
    """Make sure that this is the key store the database was made with, and not another or an unmounted folder.

    A wrong one would make every open pulse look lost. `accept` takes a new one on purpose. Raises `Misconfigured`.
    """
    async with _sessions(engines.write).begin() as session:
        known = await session.scalar(select(InstallationRow.key_store))
        found = await _store_id(keys)
        if known == found and known is not None:
            return
        if known is not None and not accept:
            raise Misconfigured(WRONG_KEYS)
        fresh = found or secrets.token_hex(16)
        if found is None:
            await keys.put(STORE_ID, fresh.encode())
        await session.execute(delete(InstallationRow))
        session.add(InstallationRow(key_store=fresh))


async def _store_id(keys: KeyStore) -> str | None:
    try:
        return (await keys.get(STORE_ID)).decode()
    except KeysLost:
        return None


@contextmanager
def _our_errors() -> Iterator[None]:
    """What a database says when it fails can be long and is about rows; the core hears only that it can not go on."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        log.warning("store.failed", extra={"error": type(error.__cause__ or error).__name__})
        raise Unavailable("the store does not answer") from error


def _sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False)


async def _forget(session: AsyncSession, today: date) -> None:
    """What has been kept as long as was said: handled envelopes for two days, rosters for thirteen weeks."""
    await session.execute(delete(EnvelopeRow).where(EnvelopeRow.day < today - REMEMBERED))
    old = select(PulseRow.id).where(PulseRow.week < today - ROSTERS_KEPT)
    await session.execute(delete(RosterRow).where(RosterRow.pulse_id.in_(old)))
    drafts = (StoryRow.state == StoryState.DRAFT, StoryRow.day < today - DRAFTS_KEPT)
    await session.execute(delete(StoryRow).where(*drafts))


async def _keys_by_use(session: AsyncSession, today: date) -> tuple[set[str], set[str]]:
    """The names of the keys that are still needed, and of those that must be gone."""
    needed: set[str] = set()
    done: set[str] = set()
    for pulse, state in await session.execute(select(PulseRow.id, PulseRow.state)):
        (needed if state in TAKING else done).update((slots_key(pulse), opening_key(pulse)))
    for thread, closed in await session.execute(select(ThreadRow.id, ThreadRow.closed)):
        (done if closed else needed).add(f"thread-{thread}")
    for programme, starts, days in await session.execute(
        select(ProgrammeRow.id, ProgrammeRow.starts, ProgrammeRow.days)
    ):
        over = starts + timedelta(days=days) + TELLERS_KEPT < today
        (done if over else needed).add(f"stories-{programme}")
    return needed, done


async def reachable(engines: Engines) -> bool:
    """Whether the database answers."""
    async with engines.read.connect() as connection:
        return (await connection.execute(text("SELECT 1"))).scalar() == 1
