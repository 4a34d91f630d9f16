"""Two replicas over one database and one key store, that can be stopped, killed, backed up and restored."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text

from bot.domain.people import Address
from bot.features.pulses.commands import AnswerPulse
from bot.ports.sending import Outcome, Sent
from bot.views import View
from storage.engine import Engines, open_engines
from storage.keys import KeyDirectory
from storage.store import SqlStore
from tests.fault.copies import Copies
from tests.fault.replica import Replica, found
from tests.fault.seams import FragileKeys, Fuse
from tests.world import BEFORE, CLOSES, OPENS, REMINDS, Mailbox, buttons

WEEKS = 3
MOMENTS = [at + timedelta(weeks=week) for week in range(WEEKS) for at in (OPENS, REMINDS, CLOSES)]
REMINDER = "only reminder"
EYES = 2


@dataclass(slots=True)
class Letters(Mailbox):
    """A messenger that keeps who was asked about which pulse, and who was reminded of it."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    reminded: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        self.keys.append(key)
        for pulse in {b.sends.pulse for b in buttons(view) if isinstance(b.sends, AnswerPulse)}:
            (self.reminded if REMINDER in view.summary else self.asked).append((to.ref, pulse))
        return Sent(key)


@dataclass(frozen=True, slots=True)
class Start:
    """An organisation to begin with, and the machines that every house uses in turn: two replicas and a pair of eyes.

    The machines stay, because a new engine compiles every statement anew. What they are connected to does not.
    """

    copies: Copies
    empty: str
    name: str
    root: str
    engines: tuple[Engines, Engines, Engines]
    fuses: tuple[Fuse, Fuse, Fuse]

    @classmethod
    async def make(cls, copies: Copies, empty: str, people: int) -> Start:
        """Found an organisation in this empty database."""
        name = f"{empty}live"
        replica = Replica.open(copies.url(empty), copies.folder / "keys", lambda: BEFORE, Letters())
        organisation, _ = await found(replica, people)
        async with replica.store.view() as tx:
            root = (await tx.people.tree(organisation.id)).root.id
        await replica.engines.dispose()
        engines, fuses = [open_engines(copies.url(name)) for _ in range(3)], [Fuse() for _ in range(3)]
        for fuse, engine in zip(fuses, engines, strict=True):
            fuse.watch(engine)
        return cls(copies, empty, name, root, (engines[0], engines[1], engines[2]), (fuses[0], fuses[1], fuses[2]))


@dataclass(frozen=True, slots=True)
class Seen:
    """A pulse as its row says, and how many of its ballots lie there."""

    id: str
    state: str
    sealing: bool
    ballots: int


PULSES = text(
    "SELECT id, state, seal IS NOT NULL, (SELECT count(*) FROM ballots b WHERE b.pulse_id = p.id) "
    "FROM pulses p ORDER BY week"
)


@dataclass(slots=True)
class House:
    """One machine room: the database, the key store, up to two replicas, and the time."""

    start: Start
    moment: int = 0
    letters: Letters = field(default_factory=Letters)
    replicas: list[Replica | None] = field(default_factory=lambda: [None, None, None])
    backups: list[str] = field(default_factory=list)
    repaired: bool = True

    @classmethod
    async def build(cls, start: Start) -> House:
        """Begin again, with an empty key store."""
        shutil.rmtree(start.copies.folder / "keys")
        await start.copies.copy(start.empty, start.name)
        return cls(start)

    @property
    def now(self) -> datetime:
        return MOMENTS[self.moment]

    async def up(self, which: int, dies: int = 0) -> Replica:
        """This replica, started if need be as a worker starts: it mends what a crash left, and may die of it."""
        if (running := self.replicas[which]) is None:
            running = self._made(which)
            running.fuse.left = dies
            await running.worker.tidy()
            running.fuse.left = 0
            self.repaired = True
        return running

    def look(self) -> Replica:
        """A pair of eyes of its own, which changes nothing and dies of nothing."""
        return self.replicas[EYES] or self._made(EYES)

    async def down(self, which: int) -> None:
        """This replica is gone. What it was doing besides came to its end just before."""
        replica, self.replicas[which] = self.replicas[which], None
        if replica is not None:
            replica.fuse.left = 0
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
            await replica.engines.dispose()

    async def save(self) -> str:
        """A backup of the database, as of now. The key store is in no backup."""
        await self._alone()
        self.backups.append(f"{self.start.name}b{len(self.backups)}")
        await self.start.copies.copy(self.start.name, self.backups[-1])
        return self.backups[-1]

    async def restore(self, backup: str) -> None:
        """Put a backup in place of the database."""
        await self._alone()
        self.repaired = False
        await self.start.copies.copy(backup, self.start.name)

    async def clear(self) -> None:
        await self._alone()
        for name in (self.start.name, *self.backups):
            await self.start.copies.drop(name)

    def keys_of(self, pulse: str) -> int:
        """How many keys of a pulse there are."""
        return sum(pulse in path.name for path in (self.start.copies.folder / "keys").iterdir())

    async def pulses(self) -> list[Seen]:
        """Every pulse of the database, the oldest first."""
        async with self.look().engines.read.connect() as connection:
            return [Seen(row[0], row[1], bool(row[2]), row[3]) for row in await connection.execute(PULSES)]

    def _made(self, which: int) -> Replica:
        keys = FragileKeys(KeyDirectory.open(self.start.copies.folder / "keys"), self.start.fuses[which])
        engines = self.start.engines[which]
        made = Replica(engines, keys, SqlStore(engines, keys), lambda: self.now, self.letters)
        self.replicas[which] = made
        return made

    async def _alone(self) -> None:
        """Have nobody connected."""
        for which in range(3):
            await self.down(which)
