"""An invented council for tests: the whole product on a real database, with a clock that tests set."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.administration import create, import_people
from bot.core import Request
from bot.domain.ids import new_id
from bot.domain.people import Address, Identity, Organisation, Platform
from bot.domain.programmes import Programme
from bot.domain.pulses import Pulse
from bot.host.app import Product, open_product
from bot.host.settings import Settings
from bot.ports.channels import Channel
from bot.ports.sending import Messenger, Outcome, Sent
from bot.views import Button, Buttons, Reply, View
from storage.engine import open_engines
from storage.rows.base import Row

MONDAY = date(2026, 11, 16)
OPENS = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
BATCH = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
REMINDS = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
CLOSES = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
DIGEST = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BEFORE = OPENS - timedelta(hours=1)
WORKSPACE = "w"
HEADER = "key,name,email,unit,parent_unit,place,grade,role,language,timezone,slack_id,teams_id,web_id"


def staff_list(housing: int = 14, roads: int = 13, platform: Platform = Platform.WEB) -> bytes:
    """Two units with a leader each, a steward, and one who reads Welsh. Accounts are u0, u1, ... and `steward`."""
    rows = []
    for number in range(housing + roads):
        unit = "Housing" if number < housing else "Roads"
        role = "leader" if number in {0, housing} else "staff"
        language = "cy" if number == 3 else "en"
        rows.append(_row(f"k{number}", f"Person {number}", unit, role, language, f"u{number}", platform))
    rows.append(_row("ks", "Stella Steward", "", "steward", "en", "steward", platform))
    return "\n".join([HEADER, *rows]).encode()


def _row(key: str, name: str, unit: str, role: str, language: str, account: str, platform: Platform) -> str:
    there = slack_name(account) if platform is Platform.SLACK else account
    accounts = [there if platform is p else "" for p in (Platform.SLACK, Platform.TEAMS, Platform.WEB)]
    parent = "Council" if unit else ""
    mail = f"{account}@council.example"
    return ",".join((key, name, mail, unit, parent, "Town Hall", "", role, language, "Europe/London", *accounts))


def slack_name(account: str) -> str:
    """An account as Slack would call it: U and capital letters."""
    return f"U{account.removeprefix('u').upper()}"


@dataclass(slots=True)
class Mailbox:
    """A messenger that keeps what it was given."""

    sent: list[tuple[str, View]] = field(default_factory=list)
    edits: list[tuple[str, View]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    looks: bool = True

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        self.sent.append((to.ref, view))
        self.keys.append(key)
        return Sent(str(len(self.sent)))

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        del to
        self.edits.append((ref, view))
        return Sent(ref)

    async def find(self, to: Address, key: str, since: datetime) -> Sent | None:
        del to, since
        return Sent("found") if key in self.keys else None

    def to(self, ref: str) -> list[View]:
        return [view for to, view in self.sent if to == ref]


@dataclass(slots=True)
class World:
    """The product, its clock, and what was sent."""

    product: Product
    mailbox: Mailbox
    organisation: Organisation
    programme: Programme
    time: list[datetime]
    database: str
    folder: Path

    def person(self, account: str) -> Identity:
        return Identity(Platform.WEB, WORKSPACE, account)

    async def ask(self, account: str, action: str, /, **values: object) -> Reply:
        """Send a command as this account."""
        given = {name: str(value) for name, value in values.items()}
        return await self.product.core.handle(Request(self.person(account), action, given))

    async def at(self, when: datetime) -> None:
        """Set the clock, and let everything happen that is due."""
        self.time[0] = when
        await self.product.worker.step()

    async def pulse(self) -> Pulse:
        async with self.product.store.view() as tx:
            found = await tx.pulses.current(self.programme.id)
        assert found is not None
        return found

    async def answer(self, account: str, score: int, comment: str = "") -> None:
        """Answer every question of the open pulse."""
        pulse = await self.pulse()
        for item in pulse.items:
            await self.ask(account, "AnswerPulse", pulse=pulse.id, item=item, score=score)
        if comment:
            await self.ask(account, "SaveComment", pulse=pulse.id, comment=comment, quotable="yes")

    @property
    def keys(self) -> Path:
        return self.folder / "keys"


@asynccontextmanager
async def open_world(
    database: str,
    folder: Path,
    people: bytes | None = None,
    others: Mapping[Platform, Messenger] | None = None,
    **also: object,
) -> AsyncIterator[World]:
    """A council whose programme starts on the Monday; nothing has happened yet. `also` are settings by their fields."""
    time = [BEFORE]
    mailbox = Mailbox()
    settings = Settings.model_validate({"database": SecretStr(database), "keys": folder / "keys", **also})
    async with open_product(settings, lambda: time[0], {Platform.WEB: mailbox, **(others or {})}) as product:
        organisation = await create(product.store, "Council", "Europe/London", "ENG")
        async with product.store.begin() as tx:
            await tx.organisations.connect(organisation.id, Platform.WEB, WORKSPACE)
        await import_people(product.store, organisation, people or staff_list())
        programme = Programme(new_id(), organisation.id, "Change", "Answer people the first time", MONDAY)
        await furnish(product, organisation, programme)
        yield World(product, mailbox, organisation, programme, time, database, folder)


async def furnish(
    product: Product, organisation: Organisation, programme: Programme, platform: Platform = Platform.WEB
) -> None:
    """Give the council its programme, and the channels `general` and `housing`."""
    async with product.store.begin() as tx:
        tree = await tx.people.tree(organisation.id)
        units = {unit.name: unit.id for unit in tree.units.values()}
        for ref, unit in (("general", tree.root.id), ("housing", units["Housing"])):
            address = Address(platform, WORKSPACE, ref, personal=False)
            await tx.channels.connect(Channel(new_id(), organisation.id, unit, address))
        await tx.programmes.add(programme)


def buttons(view: View) -> list[Button]:
    """Every button of a view."""
    return [button for element in view.body if isinstance(element, Buttons) for button in element.items]


async def every_row(database: str, but: Collection[str] = ()) -> dict[str, Counter[str]]:
    """Every row there is, by table, without these tables."""
    engines = open_engines(database)
    try:
        async with engines.read.connect() as connection:
            return {
                name: Counter(str(tuple(row)) for row in await connection.execute(table.select()))
                for name, table in Row.metadata.tables.items()
                if name not in but
            }
    finally:
        await engines.dispose()
