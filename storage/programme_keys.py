"""Keys of a programme: made when one is first needed, and destroyed when what it locks is not kept any more."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.keeping import Keeping
from bot.errors import KeysLost, KeyTaken
from storage.keys import KEY_BYTES, KeyStore
from storage.rows.organisations import ProgrammeRow
from storage.subject import Keys


@dataclass(frozen=True, slots=True)
class ProgrammeKeys:
    """One key for each programme, of one kind: what it is for is in its name."""

    store: KeyStore
    kind: str

    async def get(self, programme: str) -> bytes:
        """The key of a programme, made now if there is none."""
        name = key_name(self.kind, programme)
        try:
            return await self.store.get(name)
        except KeysLost:
            # Another process may be making it at this moment; whichever key is first is the programme's.
            with suppress(KeyTaken):
                await self.store.put(name, os.urandom(KEY_BYTES))
            return await self.store.get(name)

    async def known(self, programmes: Collection[str]) -> Mapping[str, bytes]:
        """The keys of these programmes, as far as there are any."""
        names = {key_name(self.kind, programme): programme for programme in programmes}
        found = await self.store.get_all(set(names))
        return {names[name]: key for name, key in found.items()}


async def by_end(session: AsyncSession, today: date, keeping: Keeping) -> Mapping[bool, list[str]]:
    """The programmes by whether they ended so long ago that this is not kept any more."""
    found: dict[bool, list[str]] = {False: [], True: []}
    query = select(ProgrammeRow.id, ProgrammeRow.starts, ProgrammeRow.days)
    for programme, starts, days in await session.execute(query):
        found[starts + timedelta(days=days) + keeping.lasts() < today].append(programme)
    return found


def needed_for(kind: str, keeping: Keeping) -> Callable[[AsyncSession, date], Awaitable[Keys]]:
    """What says which keys of this kind are needed on a day: as long as what they lock is kept, and no longer."""

    async def keys(session: AsyncSession, today: date) -> Keys:
        programmes = await by_end(session, today, keeping)
        needed, done = (frozenset(key_name(kind, each) for each in programmes[over]) for over in (False, True))
        return Keys(needed, done)

    return keys


def key_name(kind: str, programme: str) -> str:
    """What a programme's key of a kind is called in the key store."""
    return f"{kind}-{programme}"
