"""The core's store, kept in a relational database and a key store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ballots import Ballot, Respondent, Seat, gather
from bot.domain.pulses import TAKING, State
from bot.domain.trustees import accept_passphrase, usual
from bot.errors import KeysLost, Misconfigured, PassphraseNeeded, Unavailable
from storage.ballots import Box, SqlBallots, open_all, opening_key, slots_key
from storage.batches import coarsen_times, rewrite_erased
from storage.engine import Engines, empty_log, sessions
from storage.erase import Act
from storage.forgetting import forget_ballots, forget_deliveries, half_forgotten
from storage.keys import KeyStore
from storage.matching import STORE_ID, WRONG_KEYS, match_keys, store_id
from storage.repositories import Shared
from storage.retention import destroy_unneeded, keys_by_use, purge
from storage.rows.installation import InstallationRow
from storage.rows.pulses import PulseRow
from storage.seal import OpeningKeys, numbered
from storage.sql import Rows
from storage.transaction import SqlTransaction
from storage.trustees import open_with, trustee_with

__all__ = ["SqlStore", "match_keys", "reachable"]

log = logging.getLogger(__name__)
BREATH = 0.02


class SqlStore:
    """Rows and keys. The only place that commits."""

    def __init__(self, engines: Engines, keys: KeyStore) -> None:
        self._engines = engines
        self._writing = sessions(engines.write)
        self._reading = sessions(engines.read)
        self._keys = keys
        self._shared = Shared.over(keys)
        self._deriving = asyncio.Lock()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlTransaction]:
        afterwards: list[Act] = []
        with _our_errors():
            async with self._writing.begin() as session:
                yield self._transaction(session, afterwards, reading=False)
        for act in afterwards:
            await act()

    @asynccontextmanager
    async def view(self) -> AsyncIterator[SqlTransaction]:
        with _our_errors():
            async with self._reading() as session:
                yield self._transaction(session, [], reading=True)

    async def appoint(self, organisation: str, passphrase: SecretStr) -> None:
        words = accept_passphrase(passphrase.get_secret_value())
        async with self._deriving:
            trustee = await asyncio.to_thread(trustee_with, words, organisation)
        async with self.begin() as tx:
            await tx.trustees.appoint(trustee)

    async def open_ballots(
        self, pulse: str, seats: Mapping[str, Seat], passphrase: SecretStr | None = None
    ) -> list[Respondent]:
        private = await self._opening_key(pulse, passphrase)
        keys = OpeningKeys.of(private, await self._keys.get(slots_key(pulse)))
        opened: list[Ballot] = []
        async for boxes in self._boxes(pulse):
            opened += await asyncio.to_thread(open_all, keys, pulse, boxes)
        return await asyncio.to_thread(gather, opened, numbered(keys, seats))

    async def secret(self, name: str) -> bytes:
        """A random secret that all replicas of this installation share."""
        return await self._shared.secrets.get(name)

    async def forget_keys(self, pulse: str) -> None:
        await self._keys.destroy(opening_key(pulse))
        await self._keys.destroy(slots_key(pulse))

    async def forget_ballots(self, pulse: str) -> None:
        for forget in (forget_ballots, forget_deliveries):
            gone = 1
            while gone:
                async with self._writing.begin() as session:
                    gone = await forget(session, pulse)
                await asyncio.sleep(BREATH)
        await self._scrub()

    async def tidy(self, now: datetime) -> tuple[str, ...]:
        lost = await self._mark_lost()
        async with self._writing.begin() as session:
            await purge(session, now)
            await coarsen_times(session, now)
            await rewrite_erased(session)
        async with self._reading() as session:
            use = await keys_by_use(session, now.date())
            begun = await half_forgotten(session)
        await destroy_unneeded(self._keys, use, STORE_ID, now)
        for pulse in begun:
            await self.forget_ballots(pulse)
        await self._scrub()
        return lost

    def _transaction(self, session: AsyncSession, afterwards: list[Act], *, reading: bool) -> SqlTransaction:
        rows = Rows(session, reading=reading)
        return SqlTransaction(session, self._shared, afterwards, self._mix, rows)

    async def _scrub(self) -> None:
        await empty_log(self._engines.read)

    async def _mix(self) -> None:
        async with self._writing.begin() as session:
            await rewrite_erased(session)

    async def _opening_key(self, pulse: str, passphrase: SecretStr | None) -> bytes:
        """The key that opens a pulse's ballots; where a trustee holds it, with their passphrase."""
        async with self.view() as tx:
            found = await tx.pulses.get(pulse)
            trustee = await tx.trustees.get(found.trustee) if found else None
        kept = await self._keys.get(opening_key(pulse))
        if found is None or not found.trustee:
            return kept
        if passphrase is None:
            raise PassphraseNeeded("a trustee's passphrase is needed to open this pulse")
        words = usual(passphrase.get_secret_value())
        try:
            async with self._deriving:
                return await asyncio.to_thread(open_with, trustee, words, kept)
        except KeysLost:
            # A key that the right passphrase does not open is none: without it, `tidy` finds the pulse lost.
            await self.forget_keys(pulse)
            raise

    async def _boxes(self, pulse: str) -> AsyncIterator[Sequence[Box]]:
        """The sealed ballots, some at a time: whoever reads for long keeps the database's log from being emptied."""
        after = b""
        while True:
            async with self._reading() as session:
                boxes = await SqlBallots(session, self._keys).boxes(pulse, after)
            if not boxes:
                return
            yield boxes
            after, _ = boxes[-1]

    async def _mark_lost(self) -> tuple[str, ...]:
        """A pulse without its keys can neither take answers nor be read: say so, and keep nothing of it."""
        async with self._reading() as session:
            known = await session.scalar(select(InstallationRow.key_store))
            taking = list(await session.scalars(select(PulseRow.id).where(PulseRow.state.in_(TAKING))))
        if known is not None and known != await store_id(self._keys):
            raise Misconfigured(WRONG_KEYS)
        missing = [pulse for pulse in taking if not await self._has_keys(pulse)]
        async with self._writing.begin() as session:
            # Another process may have sealed one of them since it was read: then it was not lost.
            change = update(PulseRow).where(PulseRow.id.in_(missing), PulseRow.state.in_(TAKING))
            lost = list(await session.scalars(change.values(state=State.LOST, seal=None).returning(PulseRow.id)))
        for pulse in lost:
            await self.forget_keys(pulse)
            await self.forget_ballots(pulse)
        return tuple(lost)

    async def _has_keys(self, pulse: str) -> bool:
        needed = {opening_key(pulse), slots_key(pulse)}
        return needed <= set(await self._keys.get_all(needed))


@contextmanager
def _our_errors() -> Iterator[None]:
    """What a database says when it fails can be long and is about rows; the core hears only that it cannot go on."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        log.warning("store.failed", extra={"error": type(error.__cause__ or error).__name__})
        raise Unavailable("the store does not answer") from error


async def reachable(engines: Engines) -> bool:
    """Whether the database answers."""
    async with engines.read.connect() as connection:
        return (await connection.execute(text("SELECT 1"))).scalar() == 1
