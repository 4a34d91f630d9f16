"""Conversations.

Each anonymous one has a random key of its own; closing it destroys the key, and with it the way back. What its author
calls it by is made of that key too, so that nothing they were ever sent leads to it afterwards. One whose author wanted
a code only has no way back: there is the hash of the code, and closing it destroys that.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from functools import partial

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ID_BYTES
from bot.domain.threads import THREADS, Entry, Recipient, Side, Thread
from storage.keys import KEY_BYTES, KeyStore
from storage.rows.outbox import DeliveryRow
from storage.rows.threads import EntryRow, ThreadRow
from storage.seal import lock_route, unlock_route
from storage.sql import has_a_time
from storage.subject import Batched, Ends, ErasureEffect, Keys, Personal, Purge, Subject, Way
from storage.thread_codes import ThreadCodes

NO_WAY_BACK = {"closed": True, "route": None, "receipt": None}


class SqlThreads:
    def __init__(
        self, session: AsyncSession, codes: ThreadCodes, afterwards: list[Callable[[], Awaitable[None]]]
    ) -> None:
        self._session = session
        self._keys: KeyStore = codes.keys
        self._codes = codes
        self._afterwards = afterwards

    async def open(self, thread: Thread, author: str, code: str = "") -> None:
        t = thread
        row = ThreadRow(
            id=t.id,
            organisation_id=t.organisation,
            unit_id=t.unit,
            recipient=t.recipient,
            opened=t.opened,
            closed=False,
            author=t.author or None,
            route=None if t.author or code else await self._route(t.id, author),
            receipt=await self._codes.hashed(t.organisation, code) if code else None,
        )
        self._session.add(row)
        await self._session.flush()
        for entry in t.entries:
            await self.add_entry(t.id, entry)

    async def get(self, thread: str) -> Thread | None:
        row = await self._session.get(ThreadRow, thread)
        return (await self._threads([row]))[0] if row else None

    async def handle_of(self, thread: Thread) -> str:
        return thread.id if thread.author else _handle(await self._keys.get(key_name(thread.id)))

    async def by_handle(self, organisation: str, handle: str, person: str) -> str | None:
        names = {key_name(row.id): row.id for row in await self._own(organisation, person)}
        keys = await self._keys.get_all(names)
        return next((names[name] for name, key in keys.items() if _handle(key) == handle), None)

    async def opened_by(self, thread: str, person: str) -> bool:
        return await self.find_author(thread) == person

    async def enter(self, organisation: str, code: str, person: str, now: datetime) -> str | None:
        self._codes.spend(person, now)
        receipt = await self._codes.hashed(organisation, code)
        found = (ThreadRow.organisation_id == organisation, ThreadRow.receipt == receipt, ThreadRow.closed.is_(False))
        thread = await self._session.scalar(select(ThreadRow.id).where(*found))
        if thread is None:
            return None
        self._codes.forgive(person, now)
        return await self._codes.ticket(organisation, thread, person, now)

    async def by_ticket(self, organisation: str, ticket: str, person: str, now: datetime) -> str | None:
        return await self._codes.admitted(organisation, ticket, person, now)

    async def draft_name(self, thread: Thread) -> str:
        return await self._codes.draft(thread.organisation, thread.id)

    async def find_author(self, thread: str) -> str | None:
        row = await self._session.get(ThreadRow, thread)
        return (await self._authors([row]))[row.id] if row else None

    async def by_author(self, organisation: str, person: str) -> tuple[Thread, ...]:
        return await self._threads(await self._own(organisation, person))

    async def of_units(self, organisation: str, units: Collection[str]) -> tuple[Thread, ...]:
        query = select(ThreadRow).where(ThreadRow.organisation_id == organisation, ThreadRow.unit_id.in_(units))
        return await self._threads(await self._rows(query))

    async def add_entry(self, thread: str, entry: Entry) -> None:
        row = await self._session.get_one(ThreadRow, thread, with_for_update=True)
        said = select(func.count()).where(EntryRow.thread_id == thread)
        number = await self._session.scalar(said) or 0
        self._session.add(
            EntryRow(
                thread_id=thread,
                number=number,
                id=entry.id,
                organisation_id=row.organisation_id,
                side=entry.side,
                day=entry.day,
                shown_from=entry.shown_from,
                body=entry.body,
            )
        )
        await self._session.flush()

    async def close(self, thread: str) -> None:
        change = update(ThreadRow).where(ThreadRow.id == thread).values(**NO_WAY_BACK)
        await self._session.execute(change)
        await _forget_told(self._session, thread)
        # After the commit: were the key destroyed first and the commit lost, an open thread would have no way back.
        self._afterwards.append(partial(self._keys.destroy, key_name(thread)))

    async def _route(self, thread: str, author: str) -> bytes:
        key = os.urandom(KEY_BYTES)
        await self._keys.put(key_name(thread), key)
        return lock_route(key, author)

    async def _own(self, organisation: str, person: str) -> Collection[ThreadRow]:
        """The open ones that lead to this person."""
        query = select(ThreadRow).where(ThreadRow.organisation_id == organisation, ThreadRow.closed.is_(False))
        rows = await self._rows(query)
        authors = await self._authors(rows)
        return [row for row in rows if authors[row.id] == person]

    async def _authors(self, rows: Collection[ThreadRow]) -> Mapping[str, str | None]:
        """Who opened each of these, where that can be found."""
        keys = await self._keys.get_all({key_name(row.id) for row in rows if row.route})
        return {row.id: _author(row, keys.get(key_name(row.id))) for row in rows}

    async def _rows(self, query: Select[ThreadRow]) -> list[ThreadRow]:
        return list(await self._session.scalars(query.order_by(ThreadRow.opened, ThreadRow.id)))

    async def _threads(self, rows: Collection[ThreadRow]) -> tuple[Thread, ...]:
        wanted = [row.id for row in rows]
        query = select(EntryRow).where(EntryRow.thread_id.in_(wanted)).order_by(EntryRow.thread_id, EntryRow.number)
        entries = list(await self._session.scalars(query))
        return tuple(_thread(row, (e for e in entries if e.thread_id == row.id)) for row in rows)


async def _forget_told(session: AsyncSession, thread: str) -> None:
    """Forget what its author was told: the platform keeps a delivery's id with the message."""
    await session.execute(delete(DeliveryRow).where(DeliveryRow.thread_id == thread))


async def close_silent(session: AsyncSession, now: datetime) -> None:
    """Close what nobody has written in for ninety days. Their keys go after the commit, as those of all closed."""
    newest = select(func.max(EntryRow.day)).where(EntryRow.thread_id == ThreadRow.id).scalar_subquery()
    silent = (ThreadRow.closed.is_(False), newest < now.date() - THREADS.lasts())
    await session.execute(update(ThreadRow).where(*silent).values(**NO_WAY_BACK))


async def keys_of_threads(session: AsyncSession, _today: date) -> Keys:
    """The key of a conversation is needed until it is closed."""
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for thread, closed in await session.execute(select(ThreadRow.id, ThreadRow.closed)):
        names[closed].add(key_name(thread))
    return Keys(needed=frozenset(names[False]), done=frozenset(names[True]))


def key_name(thread: str) -> str:
    """The name of the key that leads to the author of a conversation."""
    return f"thread-{thread}"


def _handle(key: bytes) -> str:
    """As long as an id, so that nobody can tell by a button which it is."""
    return hmac.digest(key, b"handle", hashlib.sha256)[:ID_BYTES].hex()


def _author(row: ThreadRow, key: bytes | None) -> str | None:
    return unlock_route(key, row.route) if row.route and key else row.author


def _thread(row: ThreadRow, entries: Iterable[EntryRow]) -> Thread:
    return Thread(
        id=row.id,
        organisation=row.organisation_id,
        unit=row.unit_id,
        recipient=Recipient(row.recipient),
        opened=row.opened,
        author=row.author or "",
        closed=row.closed,
        coded=row.receipt is not None,
        entries=tuple(Entry(e.id, Side(e.side), e.day, e.body, e.shown_from) for e in entries),
    )


GOES, STAYS = ErasureEffect.GOES, ErasureEffect.STAYS
SUBJECT = Subject(
    "threads",
    personal=(
        Personal(ThreadRow.author, THREADS, erased=GOES, departed=STAYS, ends=Ends.PERSON),
        Personal(ThreadRow.route, THREADS, erased=GOES, departed=STAYS, ends=Ends.CLOCK, way=Way.LOCKED),
        Personal(ThreadRow.receipt, THREADS, erased=STAYS, departed=STAYS, ends=Ends.CLOCK, way=Way.LOCKED),
    ),
    purges=(Purge(close_silent, THREADS),),
    keys=keys_of_threads,
    batched=(
        # Before its entries, while they still have the times by which it is found.
        Batched(ThreadRow, again=select(EntryRow.thread_id).where(has_a_time(EntryRow.shown_from))),
        Batched(EntryRow, timed=True),
    ),
)
