"""One organisation on one platform: the whole product behind real HTTP, the platform in front of it, and a clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.web import server
from adapters.web.chat import Chat
from adapters.web.client import WebMessenger
from adapters.web.practice.clock import PracticeClock
from adapters.web.practice.colleagues import Colleagues
from adapters.web.practice.workspace import Workspace
from adapters.web.reply import Desk
from bot.administration import create, import_people, only
from bot.cli.practice import travelling
from bot.domain.ids import new_id
from bot.domain.people import Address, Organisation, Platform
from bot.domain.programmes import Programme
from bot.host.app import Product, listening, open_product
from bot.host.settings import Settings
from bot.ports.channels import Channel
from bot.ports.sending import Messenger
from tests.platforms import LocalPlatform, Visitor
from tests.platforms.slack import LocalSlack
from tests.platforms.teams import LocalTeams
from tests.platforms.web import LocalWeb
from tests.world import BEFORE, MONDAY, slack_name, staff_list

CHANNELS = {
    Platform.WEB: ("#everyone", "#housing"),
    Platform.SLACK: ("C0GENERAL", "C0HOUSING"),
    Platform.TEAMS: ("19:general@thread.tacv2", "19:housing@thread.tacv2"),
}


class StageClock(PracticeClock):
    """A clock that stands still between the times a test sets."""

    def __call__(self) -> datetime:
        return self._base


@dataclass(slots=True)
class Stage:
    """What a scenario plays on."""

    kind: Platform
    platform: LocalPlatform
    product: Product
    clock: StageClock
    programme: Programme

    def person(self, number: int | str) -> Visitor:
        """Person 0 leads Housing, 1 to 13 work there; `steward` is the steward."""
        return self.platform.visitor(account(self.kind, number))

    async def at(self, when: datetime) -> None:
        """Set the clock and let everything happen that is due."""
        self.clock.set(when)
        await self.product.worker.step()

    async def general(self) -> str:
        return await self.platform.in_channel(CHANNELS[self.kind][0])

    async def housing(self) -> str:
        return await self.platform.in_channel(CHANNELS[self.kind][1])


def account(kind: Platform, number: int | str) -> str:
    """How a person's account is called on a platform."""
    name = number if isinstance(number, str) else f"u{number}"
    return slack_name(name) if kind is Platform.SLACK else name


@asynccontextmanager
async def open_stage(kind: Platform, database: str, folder: Path, public_url: str = "") -> AsyncIterator[Stage]:
    """Open everything, with the council of `tests.world` on this platform."""
    clock = _clock(folder)
    chat = Chat(folder / "chat.sqlite")
    others: dict[Platform, Messenger] = {Platform.WEB: WebMessenger(chat, clock)} if kind is Platform.WEB else {}
    async with AsyncExitStack() as stack:
        local = await stack.enter_async_context(_local(kind, clock))
        environment = {"HUNDRED_DAYS_DATABASE_URL": database, "HUNDRED_DAYS_KEYS": str(folder / "keys")}
        settings = Settings.read({**environment, **local.environment(), "HUNDRED_DAYS_PUBLIC_URL": public_url})
        product = await stack.enter_async_context(open_product(settings, clock, others))
        organisation = await _organisation(kind, local, product)
        programme = await _furnish(kind, local, product, organisation)
        if kind is Platform.WEB:
            await _mount(product, chat, clock, organisation)
        local.point_at(await stack.enter_async_context(listening(product.site, "127.0.0.1", 0)))
        yield Stage(kind, local, product, clock, programme)


def _clock(folder: Path) -> StageClock:
    folder.mkdir(parents=True, exist_ok=True)
    clock = StageClock(folder / "clock")
    clock.set(BEFORE)
    return clock


def _local(kind: Platform, clock: StageClock) -> LocalPlatform:
    match kind:
        case Platform.SLACK:
            return LocalSlack(clock)
        case Platform.TEAMS:
            return LocalTeams()
        case Platform.WEB:
            return LocalWeb()


async def _organisation(kind: Platform, local: LocalPlatform, product: Product) -> Organisation:
    if kind is Platform.WEB:
        made = await create(product.store, "Council", "Europe/London", "ENG")
        async with product.store.begin() as tx:
            await tx.organisations.connect(made.id, kind, local.workspace)
    organisation = await only(product.store)
    people = staff_list(platform=kind).decode().replace("Council", organisation.name)
    await import_people(product.store, organisation, people.encode())
    return organisation


async def _furnish(kind: Platform, local: LocalPlatform, product: Product, organisation: Organisation) -> Programme:
    programme = Programme(new_id(), organisation.id, "Change", "Answer people the first time", MONDAY)
    async with product.store.begin() as tx:
        tree = await tx.people.tree(organisation.id)
        units = {unit.name: unit.id for unit in tree.units.values()}
        for ref, unit in zip(CHANNELS[kind], (tree.root.id, units["Housing"]), strict=True):
            address = Address(kind, local.workspace, ref, personal=False)
            await tx.channels.connect(Channel(new_id(), organisation.id, unit, address))
        await tx.programmes.add(programme)
    return programme


async def _mount(product: Product, chat: Chat, clock: StageClock, organisation: Organisation) -> None:
    async with product.store.view() as tx:
        people, tree = await tx.people.list_all(organisation.id), await tx.people.tree(organisation.id)
    nobody = Colleagues.of(product.core, ())
    workspace = Workspace(product.core, product.worker, chat, clock, organisation, people, tree, nobody)
    server.mount(product.site, workspace, Desk(chat, clock, await travelling(product)))
