"""Where a process can die: around every use of a key, and wherever a transaction begins or is about to be committed.

Between two seams a process does nothing that lasts, so dying at each of them is dying everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from bot.errors import Unavailable
from storage.engine import Engines
from storage.keys import KeyStore


class Killed(BaseException):
    """The process died here."""


def die() -> None:
    """Die as far as one process can: nothing catches this."""
    raise Killed


@dataclass(slots=True)
class Fuse:
    """Counts seams, and blows at the one it was set to. Nothing is set at first."""

    blow: Callable[[], None] = die
    left: int = 0
    passed: int = 0

    def tick(self) -> None:
        """A seam is passed."""
        self.passed += 1
        if self.left:
            self.left -= 1
            if not self.left:
                self.blow()

    def watch(self, engines: Engines) -> None:
        """Count every transaction that begins on these engines, and every commit just before it happens."""
        for engine in {engines.write.sync_engine, engines.read.sync_engine}:
            event.listen(engine, "begin", self._seam, insert=True)
            event.listen(engine, "commit", self._seam)

    def _seam(self, _connection: Any) -> None:
        self.tick()


@dataclass(slots=True)
class FragileKeys:
    """A key store whose user may die before and after each use of it, and which may have no room left."""

    inner: KeyStore
    fuse: Fuse = field(default_factory=Fuse)
    full: bool = False

    async def put(self, name: str, secret: bytes) -> None:
        self.fuse.tick()
        if self.full:
            raise Unavailable("the key store does not answer")
        await self.inner.put(name, secret)
        self.fuse.tick()

    async def get(self, name: str) -> bytes:
        self.fuse.tick()
        return await self.inner.get(name)

    async def get_all(self, names: Collection[str]) -> Mapping[str, bytes]:
        self.fuse.tick()
        return await self.inner.get_all(names)

    async def destroy(self, name: str) -> None:
        self.fuse.tick()
        if self.full:
            raise Unavailable("the key store does not answer")
        await self.inner.destroy(name)
        self.fuse.tick()

    async def names(self) -> Mapping[str, float]:
        self.fuse.tick()
        return await self.inner.names()

    def within(self, part: str) -> FragileKeys:
        return FragileKeys(self.inner.within(part), self.fuse, self.full)
