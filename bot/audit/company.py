"""The throw-away organisation: the whole product on a place of its own, with its own clock and letterbox."""

from __future__ import annotations

import io
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from bot.administration import create, import_people
from bot.audit.crowd import ROOT, Crowd, Plan
from bot.audit.place import Place
from bot.audit.thief import Searched, Tables, flush, now_on, search, search_server, sqlite_files, steal
from bot.core import Request
from bot.domain.ids import new_id
from bot.domain.people import Address, Identity, Organisation, Platform, Segment
from bot.domain.programmes import Programme
from bot.domain.pulses import Pulse
from bot.errors import HundredDaysError
from bot.faults import OURS
from bot.host import logs
from bot.host.app import Product, open_product
from bot.ports.channels import Channel
from bot.ports.sending import Outcome, Sent
from bot.views import Reply, View
from storage.engine import Engines, open_engines

MONDAY = date(2026, 11, 16)
BEGINS = datetime(2026, 11, 16, 9, 45, tzinfo=UTC)
WORKSPACE = "rehearsal"
FAILING = 3


@dataclass(slots=True)
class Postbag:
    """A messenger that keeps what it is given. Its first sends fail, with an error that names the reader."""

    sent: list[str] = field(default_factory=list)
    failing: int = FAILING
    looks: bool = True

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        del key
        if self.failing:
            self.failing -= 1
            raise ConnectionError(f"{to.ref} could not be told {view.title}")
        self.sent.append(repr(view))
        return Sent(str(len(self.sent)))

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        del to
        self.sent.append(repr(view))
        return Sent(ref)

    async def find(self, to: Address, key: str, since: datetime) -> None:
        """Nothing that was in doubt has arrived."""
        del to, key, since


@dataclass(slots=True)
class Company:
    """An organisation of invented people, and everything that happens to it."""

    place: Place
    crowd: Crowd
    product: Product
    engines: Engines
    postbag: Postbag
    log: io.StringIO
    time: list[datetime]
    organisation: Organisation
    programme: Programme
    since: str = ""
    replies: dict[str, str] = field(default_factory=dict)

    async def at(self, when: datetime) -> None:
        """Set the clock, and let everything happen that is due."""
        self.time[0] = when
        await self.product.worker.step()

    def later(self, minutes: float = 1) -> None:
        """Let a little time pass."""
        self.time[0] += timedelta(minutes=minutes)

    async def ask(self, account: str, action: str, /, envelope: str = "", **values: object) -> Reply:
        """Have somebody press a button or send a form."""
        given = {name: str(value) for name, value in values.items()}
        identity = Identity(Platform.WEB, WORKSPACE, account)
        return await self.product.core.handle(Request(identity, action, given, envelope=envelope))

    async def pulse(self) -> Pulse:
        """The pulse of the week."""
        async with self.product.store.view() as tx:
            found = await tx.pulses.current(self.programme.id)
        if found is None:
            raise HundredDaysError("the rehearsal's pulse did not open")
        return found

    async def steal(self) -> Tables:
        """Everything in the database as it is now."""
        return await steal(self.engines.read)

    async def sealed(self) -> frozenset[tuple[object, ...]]:
        """The ballots as they lie in the box: one that is cast again is another."""
        async with self.engines.read.connect() as connection:
            return frozenset(tuple(row) for row in await connection.execute(text("SELECT slot, sealed FROM ballots")))

    async def search(self, *needles: bytes) -> list[Searched]:
        """Look for each of these in every file of the database."""
        await flush(self.engines.write)
        if self.place.file is not None:
            return search(sqlite_files(self.place.file), needles)
        return await search_server(self.engines.read, needles, self.since)

    def keep(self, kind: str, reply: Reply) -> None:
        """Remember what somebody was shown."""
        self.replies[f"{kind} {len(self.replies)}"] = repr(reply)


@asynccontextmanager
async def founded(place: Place, plan: Plan) -> AsyncIterator[Company]:
    """The company on its first morning: its people are known, its programme is planned, nothing has happened yet."""
    time, postbag, crowd = [BEGINS], Postbag(), Crowd.of(plan)
    engines = open_engines(place.database)
    try:
        since = "" if place.file else await now_on(engines.read)
        with everything_logged() as log:
            async with open_product(place.settings, lambda: time[0], {Platform.WEB: postbag}) as product:
                organisation = await create(product.store, ROOT, "Europe/London", "ENG")
                async with product.store.begin() as tx:
                    await tx.organisations.connect(organisation.id, Platform.WEB, WORKSPACE)
                await import_people(product.store, organisation, crowd.csv)
                programme = await _furnish(product, organisation)
                yield Company(
                    place, crowd, product, engines, postbag, log, time, organisation, programme, since
                )  # fmt: skip
    finally:
        await engines.dispose()


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """The logs, set to tell as much as they can, libraries' too. Given back as they were."""
    root, log = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    others = {name: logging.getLogger(name).level for name in (*OURS, *logs.QUIET)}
    logs.configure(logging.DEBUG, log)
    root.setLevel(logging.DEBUG)
    try:
        yield log
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, was in others.items():
            logging.getLogger(name).setLevel(was)


def envelope() -> str:
    """A name for a signed envelope, as a platform would give it."""
    return secrets.token_hex(16)


async def _furnish(product: Product, organisation: Organisation) -> Programme:
    """A channel, and a programme in its second week: the first one's measure pulse asks more questions."""
    async with product.store.begin() as tx:
        root = (await tx.people.tree(organisation.id)).root.id
        address = Address(Platform.WEB, WORKSPACE, "#everyone", personal=False)
        await tx.channels.connect(Channel(new_id(), organisation.id, root, address))
        programme = Programme(
            new_id(), organisation.id, "Rehearsal", "See whether it is safe", MONDAY - timedelta(days=7),
            segments=(Segment.PLACE,),
        )  # fmt: skip
        await tx.programmes.add(programme)
    return programme
