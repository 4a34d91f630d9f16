"""The key store: what makes sealed answers and anonymous conversations readable, kept apart from the database.

It lives outside the database and outside its backups, because deleting a key is what makes deletion real. The part that
seals answers and the part that opens them are different files: answering never loads the second.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.errors import KeysLost, Misconfigured

KEY_BYTES = 32


class KeyStore(Protocol):
    """Named secrets that can be destroyed."""

    def put(self, name: str, secret: bytes) -> None: ...
    def get(self, name: str) -> bytes:
        """Raises `KeysLost` where there is none."""

    def destroy(self, name: str) -> None:
        """Destroy it for good. Doing it twice is harmless."""

    def names(self) -> Iterator[tuple[str, float]]:
        """Every key with the time it was made, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class KeyDirectory:
    """A key store in a folder that only the service can read."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> KeyDirectory:
        """Use `folder`, made if need be. Raises `Misconfigured` where it can not be used."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError as error:
            raise Misconfigured(
                f"The key store {folder} can not be used: {error.strerror}. Set HUNDRED_DAYS_KEYS to a folder that "
                "only this service can read and write, outside the database's folder and outside its backups."
            ) from error
        return cls(folder)

    def put(self, name: str, secret: bytes) -> None:
        """Write it beside its place and link it there: whole or not at all, and never over another."""
        draft = self.folder / f".{name}.{secrets.token_hex(4)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(handle, secret)
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(draft, self.folder / name)
        finally:
            draft.unlink()
        self._sync()

    def get(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError as error:
            raise KeysLost(f"the key {name.partition('-')[0]} is not in the key store") from error

    def destroy(self, name: str) -> None:
        try:
            with (self.folder / name).open("r+b") as file:
                file.write(os.urandom(KEY_BYTES))
                os.fsync(file.fileno())
            (self.folder / name).unlink()
        except FileNotFoundError:
            return
        self._sync()

    def names(self) -> Iterator[tuple[str, float]]:
        for path in sorted(self.folder.iterdir()):
            yield path.name, path.stat().st_mtime

    def _sync(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
