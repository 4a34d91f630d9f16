"""What is forgotten by the clock, and which keys have nothing left to open.

Sealed answers are forgotten elsewhere, by the close of their pulse and not by their age (`storage.forgetting`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from storage.keys import KeyStore
from storage.repositories import SUBJECTS
from storage.subject import Keys

ORPHANED = timedelta(hours=1)


async def purge(session: AsyncSession, now: datetime) -> None:
    """Forget everything whose time has passed."""
    for subject in SUBJECTS:
        for each in subject.purges:
            await each.forget(session, now)


async def keys_by_use(session: AsyncSession, today: date) -> Keys:
    """The names of the keys that any subject needs, and of those that must be gone."""
    found = [await subject.keys(session, today) for subject in SUBJECTS if subject.keys]
    needed = frozenset[str]().union(*(keys.needed for keys in found))
    return Keys(needed, frozenset[str]().union(*(keys.done for keys in found)))


async def destroy_unneeded(keys: KeyStore, use: Keys, spared: str, now: datetime) -> None:
    """Destroy the keys that must be gone, and those that an hour after they were made still belong to nothing.

    A key is made before the row that needs it is committed. `spared` is the key that belongs to the store itself.
    """
    for name, made in (await keys.names()).items():
        orphaned = name not in use.needed and made < (now - ORPHANED).timestamp()
        if name != spared and (name in use.done or orphaned):
            await keys.destroy(name)
