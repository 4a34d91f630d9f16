"""The one door into the core: a request goes in, a reply comes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.domain.people import Address, Identity, Organisation, Person, Platform, Role
from bot.errors import KeysLost, NotFound, Refusal, Unavailable
from bot.ports.clock import Clock
from bot.ports.people import Member
from bot.ports.sending import Directory
from bot.ports.store import Store, Transaction
from bot.ports.themes import Themes
from bot.recall import Recall
from bot.views import Refused, Reply, Show, View
from bot.views import text as paragraph
from bot.wire import Command, by_name
from bot.words import ENGLISH, N_, Languages, Words

UNKNOWN_ACTION = N_("That is not something I can do.")
STRANGER = N_(
    "I do not know you yet, so I cannot take part in this with you. The people who run Hundred Days here can add you "
    "to their list."
)
TRY_AGAIN = N_("That did not work just now, and nothing was changed. Please try again in a minute.")
ALREADY_DONE = N_("This has reached us already. It was not done a second time.")
EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Request:
    """What an adapter makes of a press, a form, a slash command or a card action.

    `identity` comes from the verified envelope and from nowhere else; `values` come from a button or a form and are
    not to be trusted. `place` is the channel it was said in, if any. `language` is what the platform believes the
    person reads. `envelope` names the signed envelope it came in, without naming the person, so that the same one is
    handled once. `details` is what the platform needs to reach this account later.
    """

    identity: Identity
    action: str
    values: Mapping[str, str]
    place: Address | None = None
    language: str = ENGLISH
    envelope: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler is given besides its command."""

    person: Person
    organisation: Organisation
    words: Words
    now: datetime
    tx: Transaction
    themes: Themes
    place: Address | None = None
    pages: str = ""

    @property
    def today(self) -> date:
        """The day it is where the organisation is."""
        return self.now.astimezone(self.organisation.tz).date()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, by whom, and the words to answer it in."""

    request: Request
    member: Member
    words: Words


Handler = Callable[[Any, Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers a command, and whose command it is. One that only reads holds no lock.

    `again` answers an envelope that comes a second time, and only reads: it shows how things stand by then. Where there
    is none, the first answer is given again.
    """

    handler: Handler
    roles: Collection[Role] = EVERYBODY
    reads: bool = False
    again: Handler | None = None


@dataclass(frozen=True, slots=True)
class Core:
    """The product without its platforms. `pages` is where its own pages are, for somebody who is not there yet."""

    routes: Mapping[type[Command], Route]
    store: Store
    languages: Languages
    themes: Themes
    clock: Clock
    directories: Mapping[Platform, Directory] = field(default_factory=dict)
    pages: str = ""
    kinds: Mapping[str, type[Command]] = field(init=False, repr=False)
    recall: Recall = field(init=False)

    def __post_init__(self) -> None:
        """Make the one table of the names that buttons hold, and begin with nothing to recall."""
        object.__setattr__(self, "kinds", by_name(self.routes))
        object.__setattr__(self, "recall", Recall(self.clock))

    async def handle(self, request: Request) -> Reply:
        """Do what was asked, in one transaction, and say how it went. Whatever is refused changes nothing."""
        try:
            return await self._handle(request)
        except (Unavailable, KeysLost):
            return Refused(self._words(request)(TRY_AGAIN))

    async def _handle(self, request: Request) -> Reply:
        member = await self._member(request)
        if member is None:
            return Refused(self._words(request)(STRANGER))
        words = self.languages.words(member.person.language, member.person.tz)
        try:
            return await self._answer(request, member, words)
        except Refusal as refusal:
            return Refused(words(refusal.message, **refusal.values), refusal.field)

    async def _answer(self, request: Request, member: Member, words: Words) -> Reply:
        kind = self._kind(request.action)
        route = self.routes[kind]
        if member.person.role not in route.roles:
            raise NotFound(UNKNOWN_ACTION)
        command = kind.read(request.values)
        asked = Asked(request, member, words)
        if request.envelope and not route.reads:
            return await self._answer_once(asked, route, command)
        async with self.store.view() if route.reads else self.store.begin() as tx:
            return await route.handler(command, self._call(asked, tx))

    async def _answer_once(self, asked: Asked, route: Route, command: Command) -> Reply:
        """Do what an envelope asks for, unless it was done already. What is refused is not done, and may come again."""
        identity, envelope, first = asked.request.identity, asked.request.envelope, False
        try:
            async with self.store.begin() as tx:
                call = self._call(asked, tx)
                first = await tx.inbox.record_if_new(envelope, call.today)
                if not first and route.again is not None:
                    return await route.again(command, call)
                if not first:
                    return self.recall.find(identity, envelope) or _already_done(call.words)
                reply = await route.handler(command, call)
                if route.again is None:
                    # Before the commit: a copy that waits for it must find the reply.
                    self.recall.keep(identity, envelope, reply)
                return reply
        except BaseException:
            if first:
                self.recall.drop(identity, envelope)
            raise

    def _call(self, asked: Asked, tx: Transaction) -> Call:
        member, place = asked.member, asked.request.place
        return Call(member.person, member.organisation, asked.words, self.clock(), tx, self.themes, place, self.pages)

    def _kind(self, action: str) -> type[Command]:
        kind = self.kinds.get(action)
        if kind is None:
            raise NotFound(UNKNOWN_ACTION)
        return kind

    async def _member(self, request: Request) -> Member | None:
        """Who is speaking. Meets an account for the first time by its verified e-mail address, if there is one."""
        async with self.store.view() as tx:
            member = await tx.people.member_by_account(request.identity)
        if member is not None and (not request.details or member.details == request.details):
            return member
        email = "" if member else await self._email(request.identity)
        person = member.person if member else await self._by_email(request.identity, email)
        if person is None:
            return None
        async with self.store.begin() as tx:
            await tx.people.link(request.identity, person, request.details)
            if email:
                await tx.seasons.vouch(request.identity, email)
            return await tx.people.member_by_account(request.identity)

    async def _email(self, identity: Identity) -> str:
        """The address that the platform's own directory gives for an account, if it gives one."""
        directory = self.directories.get(identity.platform)
        return await directory.email(identity) if directory else ""

    async def _by_email(self, identity: Identity, email: str) -> Person | None:
        if not email:
            return None
        async with self.store.view() as tx:
            organisation = await tx.organisations.by_workspace(identity.platform, identity.workspace)
            return await tx.people.by_email(organisation.id, email) if organisation else None

    def _words(self, request: Request) -> Words:
        return self.languages.words(request.language, Organisation("", "").tz)


def _already_done(words: Words) -> Show:
    said = words(ALREADY_DONE)
    return Show(View("", (paragraph(said),), summary=said))
