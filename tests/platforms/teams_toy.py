"""A product with a handful of toy commands, mounted for the local Teams: for tests of the adapter alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Self, cast

import aiohttp
from aiohttp import web

from adapters.teams.client import TeamsMessenger
from adapters.teams.config import TeamsConfig
from adapters.teams.patience import Sleep, Waiting
from adapters.teams.server import mount
from bot.core import Call, Core, Route
from bot.domain.people import Identity, Organisation, Person, Platform
from bot.errors import Refusal
from bot.ports.clock import Clock
from bot.ports.people import Member
from bot.ports.store import Store
from bot.ports.themes import Themes
from bot.views import (
    Ask,
    Button,
    Buttons,
    Choice,
    Form,
    Line,
    Option,
    Paragraph,
    Quote,
    Replace,
    Reply,
    Show,
    Tick,
    View,
    text,
)
from bot.wire import Command, Flag
from bot.words import load_languages
from tests.platforms.teams import LocalTeams


@dataclass(frozen=True, slots=True)
class Home(Command):
    text: str = ""


@dataclass(frozen=True, slots=True)
class Echo(Command):
    text: str = ""


@dataclass(frozen=True, slots=True)
class Vote(Command):
    score: int


@dataclass(frozen=True, slots=True)
class Tell(Command):
    text: str = ""


@dataclass(frozen=True, slots=True)
class Keep(Command):
    draft: str
    words: str
    unit: str
    title: str = ""
    named: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class Read(Command):
    pass


TYPED: Mapping[str, type[Command]] = {"100days": Home, "story": Tell, "pulse": Echo, "speakup": Read}


async def home(command: Home, call: Call) -> Reply:
    scores = tuple(Button(str(n), Vote(n)) for n in range(1, 6))
    more = (Button("Tell a story", Tell("from a button"), asks=True), Button("Ask too late", Tell("late")))
    body = (text(f"{call.person.name} said {command.text!r}."), Buttons(scores, "How was it?"), Buttons(more))
    return Show(View("What I can do", (*body, Buttons((Button("Echo", Echo("pressed")),)))))


async def echo(command: Echo, call: Call) -> Reply:
    where = call.place.ref if call.place else "private"
    return Show(View("Echo", (Quote(command.text), text(where))))


async def vote(command: Vote, call: Call) -> Reply:  # noqa: ARG001
    if command.score == 5:
        raise Refusal("That is too much.")
    return Replace(View("Recorded. You can change it."))


async def tell(command: Tell, call: Call) -> Reply:  # noqa: ARG001
    inputs = (
        Paragraph("words", "Your story", value=command.text),
        Line("title", "A title", required=False, hint="If you like."),
        Choice("unit", "Where", (Option("n", "North"), Option("s", "South"))),
        Tick("named", "Show my name"),
    )
    return Ask(Form("Tell a story", Keep, inputs, "Share it", "Cancel", (text("It is read by all."),), {"draft": "d1"}))


async def keep(command: Keep, call: Call) -> Reply:  # noqa: ARG001
    if "badword" in command.words:
        raise Refusal("Please say it kindly.", field="words")
    if "late" in command.words:
        raise Refusal("That is closed.")
    if "read" in command.words:
        return Show(View("Kept", (Buttons((Button("Read it", Read()), Button("Again", Tell()))),)))
    return Replace(View("Shared", (Quote(f"{command.draft}/{command.unit}/{command.title}/{command.named}"),)))


async def read(command: Read, call: Call) -> Reply:  # noqa: ARG001
    return Show(View("A conversation", (Quote("Only here.", "a leader"),)))


ROUTES: Mapping[type[Command], Route] = {
    Home: Route(home, reads=True),
    Echo: Route(echo),
    Vote: Route(vote),
    Tell: Route(tell, reads=True),
    Keep: Route(keep),
    Read: Route(read, reads=True),
}


@dataclass
class ToyStore:
    """Everybody is known unless they are strangers; envelopes are remembered, except those of what was refused."""

    strangers: set[str] = field(default_factory=set)
    linked: dict[Identity, tuple[Person, Mapping[str, str]]] = field(default_factory=dict)
    envelopes: set[str] = field(default_factory=set)
    emails: dict[str, str] = field(default_factory=dict)
    vouched: dict[Identity, str] = field(default_factory=dict)
    organisation: Organisation = field(default_factory=lambda: Organisation("o", "Toy"))

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Self]:
        before = set(self.envelopes)
        try:
            yield self
        except Refusal:
            self.envelopes &= before
            raise

    view = begin

    @property
    def people(self) -> Self:
        return self

    organisations = inbox = seasons = people

    async def member_by_account(self, identity: Identity) -> Member | None:
        if identity in self.linked:
            person, details = self.linked[identity]
            return Member(person, self.organisation, details)
        return None if identity.user in self.strangers else Member(_person(identity.user), self.organisation)

    async def link(self, identity: Identity, person: Person, details: Mapping[str, str]) -> None:
        self.linked[identity] = (person, details)

    async def vouch(self, account: Identity, email: str) -> None:
        self.vouched[account] = email

    async def by_email(self, organisation: str, email: str) -> Person | None:
        key = self.emails.get(email, "")
        return replace(_person(key), organisation=organisation) if key else None

    async def get(self, organisation: str) -> Organisation:  # noqa: ARG002
        return self.organisation

    async def by_workspace(self, platform: Platform, workspace: str) -> Organisation:  # noqa: ARG002
        return self.organisation

    async def record_if_new(self, envelope: str, today: date) -> bool:  # noqa: ARG002
        new = envelope not in self.envelopes
        self.envelopes.add(envelope)
        return new


@dataclass
class Running:
    """The toy product while it runs."""

    store: ToyStore
    config: TeamsConfig
    messenger: TeamsMessenger
    url: str
    naps: Naps


@dataclass
class Naps:
    """Sleep that takes no time, and what happens meanwhile."""

    taken: list[float] = field(default_factory=list)
    meanwhile: Sleep | None = None

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        if self.meanwhile is not None:
            await self.meanwhile(seconds)


def now() -> datetime:
    return datetime.now(UTC)


def config_of(teams: LocalTeams) -> TeamsConfig:
    given = teams.environment()
    return TeamsConfig(
        given["TEAMS_APP_ID"],
        given["TEAMS_APP_PASSWORD"],
        given["TEAMS_TENANT_ID"],
        given["TEAMS_OPENID_URL"],
        given["TEAMS_TOKEN_URL"],
        (given["TEAMS_SERVICE_HOSTS"],),
    )


@asynccontextmanager
async def running(
    teams: LocalTeams, clock: Clock = now, routes: Mapping[type[Command], Route] = ROUTES
) -> AsyncIterator[Running]:
    """The toy product on loopback, with the local Teams pointed at it."""
    store, config, naps = ToyStore(), config_of(teams), Naps()
    async with aiohttp.ClientSession() as session:
        messenger = TeamsMessenger(config, session, clock, waiting=Waiting(naps.sleep, lambda: 1.0))
        core = Core(
            routes,
            cast("Store", store),
            load_languages(),
            clock=clock,
            themes=cast("Themes", None),
            directories={Platform.TEAMS: messenger},
        )
        app = web.Application()
        mount(app, config, core, messenger, clock, TYPED)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        teams.point_at(f"http://{host}:{port}")
        try:
            yield Running(store, config, messenger, teams.product, naps)
        finally:
            await runner.cleanup()


def _person(user: str) -> Person:
    return Person(user, "o", user, user.title(), "root", language="cy" if user == "cadi" else "en")
