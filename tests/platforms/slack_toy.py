"""A small product behind the real Slack adapter: the real core and server, with toy features and no database."""

from __future__ import annotations

import asyncio
import gettext
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from aiohttp import web

from adapters.slack.client import SlackMessenger, connected
from adapters.slack.server import SlackConfig, mount
from bot.core import Call, Core, Route
from bot.domain.people import Address, Identity, Organisation, Person, Platform
from bot.errors import Refusal
from bot.host.app import listening
from bot.ports.people import Member
from bot.ports.store import Store
from bot.ports.themes import Themes
from bot.routes import TYPED
from bot.views import (
    Ask,
    Button,
    Buttons,
    Choice,
    Form,
    Line,
    Option,
    Paragraph,
    Replace,
    Reply,
    Show,
    Tick,
    View,
    text,
)
from bot.wire import Command
from bot.words import Languages
from tests.platforms.slack import LocalSlack

STRANGER = "U0STRANGER"


@dataclass(frozen=True, slots=True)
class Vote(Command):
    """A button's command."""

    choice: str


@dataclass(frozen=True, slots=True)
class Write(Command):
    """Opens a form."""

    about: str


@dataclass(frozen=True, slots=True)
class Save(Command):
    """What the form sends."""

    about: str
    words: str
    kind: str = ""
    named: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Break(Command):
    """Fails inside."""

    text: str = ""


@dataclass(frozen=True)
class Asked:
    """What reached a handler."""

    person: str
    command: Command
    place: Address | None


@dataclass
class ToyStore:
    """A transaction that knows everybody but a stranger, and remembers envelopes. It is its own repositories."""

    envelopes: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[ToyStore]:
        before = set(self.envelopes)
        try:
            yield self
        except BaseException:
            self.envelopes = before
            raise

    view = begin

    @property
    def people(self) -> ToyStore:
        return self

    organisations = inbox = people

    async def member_by_account(self, identity: Identity) -> Member | None:
        person = Person(identity.user, "o1", identity.user, "Anna", "root")
        return None if identity.user == STRANGER else Member(person, await self.get("o1"))

    async def get(self, organisation: str) -> Organisation:
        return Organisation(organisation, "Toy Council")

    async def by_workspace(self, *_: object) -> Organisation | None:
        return None

    async def record_if_new(self, envelope: str, _: date) -> bool:
        new = envelope not in self.envelopes
        self.envelopes.add(envelope)
        return new


@dataclass(frozen=True)
class Toy:
    """What a test holds in its hands."""

    slack: LocalSlack
    store: ToyStore
    messenger: SlackMessenger
    url: str


@asynccontextmanager
async def toy(clock: Callable[[], datetime], slack: LocalSlack) -> AsyncIterator[Toy]:
    """The product on loopback, connected to a local Slack that is running."""
    environment = slack.environment()
    config = SlackConfig(
        environment["SLACK_BOT_TOKEN"], environment["SLACK_SIGNING_SECRET"], environment["SLACK_API_URL"]
    )
    store = ToyStore()
    async with AsyncExitStack() as stack:
        messenger = await stack.enter_async_context(connected(config))
        app = web.Application()
        mount(app, config, toy_core(store, messenger, clock), messenger, clock)
        address = await stack.enter_async_context(listening(app, "127.0.0.1", 0))
        slack.point_at(address)
        yield Toy(slack, store, messenger, f"{address}/slack/events")


def toy_core(store: ToyStore, messenger: SlackMessenger, clock: Callable[[], datetime]) -> Core:
    async def remember(command: Command, call: Call) -> None:
        store.asked.append(Asked(call.person.id, command, call.place))
        store.was_asked.set()

    async def show(command: Any, call: Call) -> Reply:
        await remember(command, call)
        return Show(question(command.text))

    async def vote(command: Vote, call: Call) -> Reply:
        await remember(command, call)
        if command.choice == "never":
            raise Refusal("That is not for you.")
        return Show(View("Noted")) if command.choice == "show" else Replace(View("Thank you"))

    async def write(command: Write, _: Call) -> Reply:
        return Ask(form(command.about))

    async def save(command: Save, call: Call) -> Reply:
        await remember(command, call)
        if command.words == "bad":
            raise Refusal("Please say more.", field="words")
        if command.words == "again":
            return Ask(form(command.about))
        return Replace(View("Saved", (text("Kept for Friday."),)))

    async def fail(command: Break, _: Call) -> Reply:
        raise RuntimeError(f"secret words: {command.text}")

    routes = {kind: Route(show) for kind in TYPED.values()}
    routes |= {TYPED["speakup"]: Route(fail), Vote: Route(vote), Write: Route(write, reads=True), Save: Route(save)}
    languages = Languages({"en": gettext.NullTranslations()})
    return Core(
        routes=routes,
        store=cast("Store", store),
        languages=languages,
        themes=cast("Themes", None),
        clock=clock,
        directories={Platform.SLACK: messenger},
    )


def question(words: str) -> View:
    """A message with every kind of button."""
    buttons = [Button(choice, Vote(choice)) for choice in ("1", "2", "never", "show")]
    return View("How was it?", (text("You said: ", words), Buttons((*buttons, Button("Write", Write("p1"))))))


def form(about: str) -> Form:
    """A form with every kind of input."""
    inputs = (
        Paragraph("words", "Your words"),
        Choice("kind", "Kind", (Option("a", "Big"), Option("b", "Small")), value="a"),
        Tick("named", "Show my name"),
        Line("title", "A title", required=False),
    )
    buttons = Buttons((Button("In a modal", Vote("modal")), Button("Refuse me", Vote("never"))))
    return Form("Tell us", Save, inputs, "Send", "Cancel", (buttons,), {"about": about})
