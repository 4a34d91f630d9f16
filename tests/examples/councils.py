"""Two councils in one installation, for asking whether what is one's can be reached from the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.administration import create, import_people
from bot.core import Request
from bot.domain.ids import new_id
from bot.domain.people import Identity, Platform, Role
from bot.domain.programmes import Programme
from bot.features.pulses.commands import SaveComment
from bot.plan import Work, tick
from bot.views import Reply, View
from bot.wire import Command, Message
from tests.world import CLOSES, MONDAY, OPENS, WORKSPACE, World, buttons, furnish, staff_list

WEEK = timedelta(days=7)
ELSEWHERE = "w2"
ACCOUNTS = {Role.STAFF: "u5", Role.LEADER: "u0", Role.STEWARD: "steward"}
SECOND_STEWARD = b"key,name,role,web_id\nks2,Sam Steward,steward,steward2"
"""What a steward writes to the stewards needs another steward to read it."""


@dataclass(frozen=True, slots=True)
class Councils:
    """Two councils in one installation, in their second week: one pulse is sealed and one is open in each."""

    world: World
    pulses: dict[str, str]

    async def ask(self, workspace: str, account: str, kind: type[Message], values: dict[str, str]) -> Reply:
        """Use a command, as an account of one of the councils."""
        identity = Identity(Platform.WEB, workspace, account)
        return await self.world.product.core.handle(Request(identity, kind.name(), values))


def sent(view: View, kind: type[Command]) -> dict[str, str]:
    """What the first button of this kind sends."""
    return next(button.sends.write() for button in buttons(view) if isinstance(button.sends, kind))


async def open_councils(world: World) -> Councils:
    """The council of every test and a second one beside it, which has the same accounts in its own workspace."""
    store = world.product.store
    other = await create(store, "Other council", "Europe/London", "ENG")
    async with store.begin() as tx:
        await tx.organisations.connect(other.id, Platform.WEB, ELSEWHERE)
    imported = await import_people(store, other, staff_list().replace(b",Council,", b",Other council,"))
    assert imported.problems == ()
    for organisation in (world.organisation, other):
        await import_people(store, organisation, SECOND_STEWARD)
    programme = Programme(new_id(), other.id, "Change", "Answer people the first time", MONDAY)
    await furnish(world.product, other, programme)
    worker = world.product.worker
    for now in (OPENS, CLOSES, OPENS + WEEK):
        world.time[0] = now
        await tick(Work(store, worker.deliverer.composer.languages, worker.deliverer.composer.themes, now), worker.jobs)
        if now == OPENS:
            await comment_in_both(world, other.id)
    found = {}
    async with store.view() as tx:
        for workspace, each in ((WORKSPACE, world.programme), (ELSEWHERE, programme)):
            pulse = await tx.pulses.current(each.id)
            assert pulse is not None
            assert pulse.week == date(2026, 11, 23)
            found[workspace] = pulse.id
    return Councils(world, found)


async def comment_in_both(world: World, other: str) -> None:
    """Ten people of each council let a comment be quoted."""
    for workspace, organisation in ((WORKSPACE, world.organisation.id), (ELSEWHERE, other)):
        async with world.product.store.view() as tx:
            [pulse] = await tx.pulses.unfinished(organisation)
        given = {"pulse": pulse.id, "comment": "The workload is far too heavy here", "quotable": "yes"}
        for number in range(10):
            identity = Identity(Platform.WEB, workspace, f"u{number}")
            await world.product.core.handle(Request(identity, SaveComment.name(), given))
