"""The key store: what makes sealed answers and anonymous conversations readable, kept apart from the database.

It lives outside the database and outside its backups, because deleting a key is what makes deletion real. The part that
seals answers and the part that opens them are different files: answering never loads the second.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Protocol

from bot.errors import KeysLost, KeyTaken, Misconfigured, Unavailable

KEY_BYTES = 32
SLOTS = "slots-"
"""How the names of the keys begin that place answers. They open nothing."""
REMEMBERED_SECONDS = 60.0


class KeyStore(Protocol):
    """Named secrets that can be destroyed."""

    async def put(self, name: str, secret: bytes) -> None:
        """Keep a secret for good. Raises `KeyTaken` where the name is in use: a key is never overwritten."""

    async def get(self, name: str) -> bytes:
        """Raises `KeysLost` where there is none."""

    async def get_all(self, names: Collection[str]) -> Mapping[str, bytes]:
        """Those of the names that there are, in one go."""

    async def destroy(self, name: str) -> None:
        """Destroy it for good. Doing it twice is harmless."""

    async def names(self) -> Mapping[str, float]:
        """Every key with the time it was made, in seconds since 1970."""

    def within(self, part: str) -> KeyStore:
        """A key store of its own inside this one, whose keys this one does not name."""


@contextmanager
def _answering() -> Iterator[None]:
    """A disk that is full or gone: nothing can be done now, and asking again later is right."""
    try:
        yield
    except OSError as error:
        raise Unavailable("the key store does not answer") from error


@dataclass(frozen=True, slots=True)
class KeyDirectory:
    """A key store in a folder that only the service can read."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> KeyDirectory:
        """Use `folder`, made if need be. Raises `Misconfigured` where it cannot be used."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError as error:
            raise Misconfigured(
                f"The key store {folder} cannot be used: {error.strerror}. Set HUNDRED_DAYS_KEYS to a folder that "
                "only this service can read and write, outside the database's folder and outside its backups."
            ) from error
        return cls(folder)

    async def put(self, name: str, secret: bytes) -> None:
        with _answering():
            await asyncio.to_thread(self._put, name, secret)

    async def get(self, name: str) -> bytes:
        found = await self.get_all([name])
        if name not in found:
            raise KeysLost(f"the key {name.partition('-')[0]} is not in the key store")
        return found[name]

    async def get_all(self, names: Collection[str]) -> Mapping[str, bytes]:
        with _answering():
            return await asyncio.to_thread(self._read, names)

    async def destroy(self, name: str) -> None:
        with _answering():
            await asyncio.to_thread(self._destroy, name)

    async def names(self) -> Mapping[str, float]:
        with _answering():
            return await asyncio.to_thread(self._names)

    def within(self, part: str) -> KeyDirectory:
        return KeyDirectory.open(self.folder / part)

    def _put(self, name: str, secret: bytes) -> None:
        """Write it beside its place and link it there: whole or not at all, and never over another."""
        draft = self.folder / f".{name}.{secrets.token_hex(4)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(handle, secret)
            os.fsync(handle)
            os.link(draft, self.folder / name)
        except FileExistsError as error:
            raise KeyTaken(f"there is a key {name.partition('-')[0]} of that name already") from error
        finally:
            os.close(handle)
            draft.unlink()
        self._sync()

    def _read(self, names: Collection[str]) -> Mapping[str, bytes]:
        found = {}
        for name in names:
            with suppress(FileNotFoundError):
                found[name] = (self.folder / name).read_bytes()
        return found

    def _destroy(self, name: str) -> None:
        try:
            with (self.folder / name).open("r+b") as file:
                file.write(os.urandom(KEY_BYTES))
                os.fsync(file.fileno())
            (self.folder / name).unlink()
        except FileNotFoundError:
            return
        self._sync()

    def _names(self) -> Mapping[str, float]:
        return {path.name: path.stat().st_mtime for path in sorted(self.folder.iterdir()) if path.is_file()}

    def _sync(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@dataclass(frozen=True, slots=True)
class Remembering:
    """A key store that is far away, with a short memory for the keys that place answers, and for no others.

    It saves a journey with every answer. It cannot spoil a close in another process: there the pulse's state in the
    database decides whether an answer is taken. A process that did not close the pulse forgets its key within a minute.
    """

    far: KeyStore
    clock: Callable[[], float] = monotonic
    known: dict[str, tuple[float, bytes]] = field(default_factory=dict, repr=False)
    asking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def put(self, name: str, secret: bytes) -> None:
        await self.far.put(name, secret)

    async def get(self, name: str) -> bytes:
        self._fade()
        if not name.startswith(SLOTS):
            return await self.far.get(name)
        # One asks, and whoever wants the same key meanwhile waits for the answer.
        async with self.asking:
            if name not in self.known:
                self.known[name] = self.clock() + REMEMBERED_SECONDS, await self.far.get(name)
            return self.known[name][1]

    async def get_all(self, names: Collection[str]) -> Mapping[str, bytes]:
        return await self.far.get_all(names)

    async def destroy(self, name: str) -> None:
        self.known.pop(name, None)
        await self.far.destroy(name)
        self.known.pop(name, None)

    async def names(self) -> Mapping[str, float]:
        return await self.far.names()

    def within(self, part: str) -> Remembering:
        return Remembering(self.far.within(part), self.clock)

    def _fade(self) -> None:
        for name in [name for name, (until, _) in self.known.items() if until < self.clock()]:
            del self.known[name]
