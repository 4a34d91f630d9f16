"""The key store as a check sees it: it is looked into, and neither made nor mended."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.host.settings import Settings
from storage.keys import KeyDirectory, KeyStore
from storage.vault_address import VaultAddress

VERSIONS = list(range(1, 11))


def key_folder(settings: Settings) -> Path | None:
    """The folder of the key store; None where it is a service."""
    return settings.keys if isinstance(settings.keys, Path) else None


async def key_store(settings: Settings) -> KeyStore:
    """The key store as it is."""
    if isinstance(settings.keys, VaultAddress):
        from storage.vault import VaultKeys

        return await VaultKeys.open(settings.keys, settings.vault_token.get_secret_value())
    return KeyDirectory(settings.keys or Path())


async def brought_back(settings: Settings, names: Collection[str]) -> Mapping[str, bytes]:
    """Those of the names that come back although they were destroyed: Vault can undelete what was only deleted."""
    keys = await key_store(settings)
    if isinstance(settings.keys, VaultAddress):
        await asyncio.gather(*(asyncio.to_thread(_undelete, settings, name) for name in names))
    return await keys.get_all(names)


def _undelete(settings: Settings, name: str) -> None:
    import hvac
    from hvac.exceptions import VaultError

    from storage.vault import SECONDS

    place = settings.keys
    if isinstance(place, VaultAddress):
        # As in the store itself: a redirect would carry the token to wherever it points, and nobody waits for ever.
        plain = {"allow_redirects": False, "timeout": SECONDS}
        token = settings.vault_token.get_secret_value()
        client: Any = hvac.Client(place.url, token=token, **plain)  # type: ignore[no-untyped-call]
        with suppress(VaultError):
            client.secrets.kv.v2.undelete_secret_versions(f"{place.path}/{name}", VERSIONS, mount_point=place.mount)


def part_of(keys: Path | VaultAddress | None, name: str) -> Path | VaultAddress | None:
    """A place of its own inside a key store."""
    if isinstance(keys, VaultAddress):
        return replace(keys, path=f"{keys.path}/{name}")
    return keys / name if keys else None
