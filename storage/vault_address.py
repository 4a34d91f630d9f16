"""Where keys are in HashiCorp Vault. It loads nothing, so the settings can read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class VaultAddress:
    """A place for keys in HashiCorp Vault: the server, where its key/value engine is mounted, and a path in that."""

    url: str
    mount: str
    path: str

    @classmethod
    def read(cls, written: str) -> Self:
        """The place written as `vault+https://host:8200/MOUNT/PATH`. Raises `ValueError` for anything else."""
        address = urlsplit(written)
        mount, _, path = address.path.strip("/").partition("/")
        if address.scheme not in {"vault+https", "vault+http"} or not (address.hostname and mount and path):
            raise ValueError("write it like vault+https://host:8200/MOUNT/PATH, or give a folder")
        if address.username or address.query or address.fragment:
            raise ValueError("the token belongs in VAULT_TOKEN, and nothing but a mount and a path after the host")
        if address.scheme == "vault+http" and address.hostname not in LOOPBACK:
            raise ValueError("keys do not travel in the open: use vault+https")
        return cls(f"{address.scheme.removeprefix('vault+')}://{address.netloc}", mount, path)
