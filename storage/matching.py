"""Which key store belongs to this database."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select

from bot.errors import KeysLost, Misconfigured
from storage.engine import Engines, sessions
from storage.keys import KeyStore
from storage.rows.installation import InstallationRow

STORE_ID = "store"
WRONG_KEYS = (
    "HUNDRED_DAYS_KEYS is not the key store that this database was made with; perhaps a folder is not mounted. Nothing "
    "was changed. If the right one is lost for good, run: hundred-days migrate --accept-new-keys (open pulses are then "
    "lost)."
)


async def match_keys(engines: Engines, keys: KeyStore, *, accept: bool = False) -> None:
    """Make sure that this is the key store the database was made with, and not another or an unmounted folder.

    A wrong one would make every open pulse look lost. `accept` takes a new one on purpose. Raises `Misconfigured`.
    """
    async with sessions(engines.write).begin() as session:
        known = await session.scalar(select(InstallationRow.key_store))
        found = await store_id(keys)
        if known == found and known is not None:
            return
        if known is not None and not accept:
            raise Misconfigured(WRONG_KEYS)
        fresh = found or secrets.token_hex(16)
        if found is None:
            await keys.put(STORE_ID, fresh.encode())
        await session.execute(delete(InstallationRow))
        session.add(InstallationRow(key_store=fresh))


async def store_id(keys: KeyStore) -> str | None:
    """What this key store calls itself, if it has been used before."""
    try:
        return (await keys.get(STORE_ID)).decode()
    except KeysLost:
        return None
