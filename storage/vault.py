"""Keys in HashiCorp Vault: in a key/value engine of version 2, each under a name of its own.

There a deleted secret is kept for whoever wants it back, and so is each earlier version. A key is therefore written
once and never again, and destroyed together with its name and all its versions: that cannot be undone.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import hvac
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest, Unauthorized, VaultDown, VaultError
from requests.exceptions import RequestException, SSLError

from bot.errors import HundredDaysError, KeysLost, KeysRefused, KeyTaken, Unavailable
from storage.vault_address import VaultAddress

T = TypeVar("T")
SECONDS, AT_ONCE = 5, 8
FIELD = "key"
NOT_LET_IN = (
    "Vault does not let VAULT_TOKEN in at {mount}. The token needs create, read, update, delete and list on "
    "{mount}/data/{path}/* and {mount}/metadata/{path}/*, and must not have run out."
)
SEALED = "The Vault at {url} is sealed, so no key can be read or made. Unseal it; everything goes on by itself then."
NO_ENGINE = (
    "There is no key/value engine of version 2 at {mount} in the Vault at {url}. Make one (vault secrets enable "
    "-version=2 -path={mount} kv), or mend HUNDRED_DAYS_KEYS: vault+https://host:8200/MOUNT/PATH. An engine of "
    "version 1 will not do."
)
UNTRUSTED = "The certificate of the Vault at {url} is not trusted. Name the authority that made it in VAULT_CACERT."
SILENT = "The key store, the Vault at {url}, does not answer ({why}). Is it running, and HUNDRED_DAYS_KEYS right?"


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """A key store in Vault."""

    address: VaultAddress
    client: Any = field(repr=False)
    turns: asyncio.Semaphore = field(repr=False)

    @classmethod
    async def open(cls, address: VaultAddress, token: str) -> VaultKeys:
        """Use this place. Raises `KeysRefused` where the token is not let in, or a destroyed key could come back."""
        # A redirect would carry the token to wherever it points; a proxy may not know Vault's own verb LIST.
        plain = {"allow_redirects": False, "strict_http": True}
        client: Any = hvac.Client(address.url, token=token, timeout=SECONDS, **plain)  # type: ignore[no-untyped-call]
        keys = cls(address, client, asyncio.Semaphore(AT_ONCE))
        found = await keys._ask(lambda: client.adapter.get(f"/v1/sys/internal/ui/mounts/{address.mount}"))
        engine = found["data"] if isinstance(found, dict) else {}
        if engine.get("type") != "kv" or (engine.get("options") or {}).get("version") != "2":
            raise KeysRefused(keys._say(NO_ENGINE))
        return keys

    async def put(self, name: str, secret: bytes) -> None:
        inside = {FIELD: b64encode(secret).decode()}
        try:
            await self._ask(lambda: self._kv.create_or_update_secret(cas=0, secret=inside, **self._at(name)))
        except _NotFree as error:
            raise KeyTaken(f"there is a key {name.partition('-')[0]} of that name already") from error

    async def get(self, name: str) -> bytes:
        found = await self._read(name)
        if found is None:
            raise KeysLost(f"the key {name.partition('-')[0]} is not in the key store")
        return found

    async def get_all(self, names: Collection[str]) -> Mapping[str, bytes]:
        asked = list(names)
        found = await asyncio.gather(*map(self._read, asked))
        return {name: secret for name, secret in zip(asked, found, strict=True) if secret is not None}

    async def destroy(self, name: str) -> None:
        await self._ask(lambda: self._kv.delete_metadata_and_all_versions(**self._at(name)))

    async def names(self) -> Mapping[str, float]:
        listed = await self._ask(lambda: self._kv.list_secrets(**self._at("")))
        names = [name for name in (listed["data"]["keys"] if listed else ()) if not name.endswith("/")]
        made = await asyncio.gather(*map(self._made, sorted(names)))
        return {name: at for name, at in zip(sorted(names), made, strict=True) if at is not None}

    def within(self, part: str) -> VaultKeys:
        return replace(self, address=replace(self.address, path=f"{self.address.path}/{part}"))

    async def _read(self, name: str) -> bytes | None:
        at = self._at(name)
        found = await self._ask(lambda: self._kv.read_secret_version(raise_on_deleted_version=True, **at))
        return b64decode(found["data"]["data"][FIELD]) if found else None

    async def _made(self, name: str) -> float | None:
        """When a key was made; None where it has just been destroyed."""
        found = await self._ask(lambda: self._kv.read_secret_metadata(**self._at(name)))
        return datetime.fromisoformat(found["data"]["created_time"]).timestamp() if found else None

    async def _ask(self, ask: Callable[[], T]) -> T | None:
        """Ask Vault beside the event loop. None where it has nothing of that name."""
        async with self.turns:
            return await asyncio.to_thread(self._asked, ask)

    def _asked(self, ask: Callable[[], T]) -> T | None:
        """What went wrong becomes ours, without the trace it came with: that one has the token in it."""
        try:
            return ask()
        except InvalidPath as error:
            if _says_absent(error):
                return None
            wrong: HundredDaysError = KeysRefused(self._say(NO_ENGINE))
        except InvalidRequest as error:
            wrong = _NotFree() if "check-and-set" in str(error) else self._unavailable(error)
        except (VaultError, RequestException) as error:
            wrong = self._ours(error)
        raise wrong

    def _ours(self, error: Exception) -> HundredDaysError:
        match error:
            case Forbidden() | Unauthorized():
                return KeysRefused(self._say(NOT_LET_IN))
            case VaultDown():
                return KeysRefused(self._say(SEALED))
            case SSLError():
                return KeysRefused(self._say(UNTRUSTED))
        return self._unavailable(error)

    def _unavailable(self, error: Exception) -> Unavailable:
        return Unavailable(self._say(SILENT, why=type(error).__name__))

    def _say(self, words: str, **more: str) -> str:
        at = self.address
        return words.format(url=at.url, mount=at.mount, path=at.path, **more)

    def _at(self, name: str) -> dict[str, str]:
        return {"path": f"{self.address.path}/{name}", "mount_point": self.address.mount}

    @property
    def _kv(self) -> Any:
        return self.client.secrets.kv.v2


def _says_absent(error: InvalidPath) -> bool:
    """Whether it is Vault itself that has nothing of this name, or no more; a proxy in between may say 404 too."""
    return error.errors == [] or "data" in (error.json or {})


class _NotFree(HundredDaysError):
    """Vault has something under this name already."""
