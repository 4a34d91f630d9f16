"""One process of several over the same database and key store, which can be made to die at any seam."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sqlalchemy import text

from adapters.language.engine import ThemeEngine
from adapters.language.remembered import RememberedThemes
from bot.administration import create, import_people
from bot.composing import Composer
from bot.core import Core, Request
from bot.delivery import Deliverer
from bot.domain.ids import new_id
from bot.domain.people import Identity, Organisation, Platform
from bot.domain.programmes import Programme
from bot.plan import Work, tick
from bot.ports.clock import Clock
from bot.ports.sending import Messenger
from bot.routes import COMMANDS, JOBS, NOTICES
from bot.views import Reply
from bot.words import load_languages
from bot.worker import Worker
from storage.engine import Engines, open_engines
from storage.keys import KeyDirectory
from storage.store import SqlStore
from tests.fault.seams import FragileKeys, Fuse
from tests.world import HEADER, MONDAY, WORKSPACE, Mailbox


@cache
def themes() -> RememberedThemes:
    """One engine for all replicas of a process: reading its word lists takes longer than a close."""
    return RememberedThemes(ThemeEngine.stock())


@dataclass(slots=True)
class Replica:
    """The product without its site: what answers, what works, and the fuse that ends it."""

    engines: Engines
    keys: FragileKeys
    store: SqlStore
    clock: Clock
    messenger: Messenger = field(default_factory=Mailbox)

    @classmethod
    def open(cls, database: str, keys: Path, clock: Clock, messenger: Messenger, fuse: Fuse | None = None) -> Replica:
        """A replica over this database and these keys. Nothing is connected before it is needed."""
        engines, fragile = open_engines(database), FragileKeys(KeyDirectory.open(keys), fuse or Fuse())
        fragile.fuse.watch(engines)
        return cls(engines, fragile, SqlStore(engines, fragile), clock, messenger)

    @property
    def fuse(self) -> Fuse:
        return self.keys.fuse

    @property
    def worker(self) -> Worker:
        composer = Composer(self.store, NOTICES, load_languages(), themes(), self.clock)
        return Worker(self.store, Deliverer(composer, {Platform.WEB: self.messenger}), JOBS, self.clock)

    @property
    def work(self) -> Work:
        return Work(self.store, load_languages(), themes(), self.clock())

    async def ask(self, account: str, action: str, /, **values: object) -> Reply:
        """Handle a command of this account, as its own process would."""
        core = Core(COMMANDS, self.store, load_languages(), themes(), self.clock)
        given = {name: str(value) for name, value in values.items()}
        return await core.handle(Request(Identity(Platform.WEB, WORKSPACE, account), action, given))

    async def ballots(self) -> int:
        """How many ballots there are, of whatever pulse."""
        async with self.engines.read.connect() as connection:
            return int(await connection.scalar(text("SELECT count(*) FROM ballots")) or 0)

    async def deliver(self) -> None:
        """Deliver what is due."""
        while await self.worker.deliverer.once():
            pass

    async def due(self) -> None:
        """Do what is due, and deliver nothing."""
        await tick(self.work, JOBS)


async def found(replica: Replica, people: int) -> tuple[Organisation, Programme]:
    """An organisation of one unit with this many people, `u0` and so on, and a programme that starts on the Monday."""
    organisation = await create(replica.store, "Council", "Europe/London", "ENG")
    async with replica.store.begin() as tx:
        await tx.organisations.connect(organisation.id, Platform.WEB, WORKSPACE)
    rows = [f"k{n},Person {n},,,,,,staff,en,Europe/London,,,u{n}" for n in range(people)]
    await import_people(replica.store, organisation, "\n".join([HEADER, *rows]).encode())
    programme = Programme(new_id(), organisation.id, "Change", "Answer people the first time", MONDAY)
    async with replica.store.begin() as tx:
        await tx.programmes.add(programme)
    return organisation, programme
