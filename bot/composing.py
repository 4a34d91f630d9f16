"""Putting a delivery into words: who is to read it, in which language, and whether it is still to be said at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial, reduce
from typing import Any

from bot.domain.calendar import waking
from bot.domain.people import Address, Organisation, Person
from bot.errors import Refusal, UnknownNotice
from bot.ports.channels import Channel, Post
from bot.ports.clock import Clock
from bot.ports.outbox import Again, Delivery
from bot.ports.store import Store, Transaction
from bot.ports.themes import Themes
from bot.views import View, joined
from bot.wire import Notice, by_name
from bot.words import Languages, Words


@dataclass(frozen=True, slots=True)
class EditPost(Notice):
    """A message in a channel must be composed again and put in place of itself."""

    post: str


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a notice is put into words. `person` is None in a channel.

    `editing` says that the message stands there already, so that one whose reason is gone must say so.
    """

    organisation: Organisation
    words: Words
    now: datetime
    tx: Transaction
    themes: Themes
    person: Person | None = None
    channel: Channel | None = None
    editing: bool = False

    @property
    def today(self) -> date:
        """The day it is where the organisation is."""
        return self.now.astimezone(self.organisation.tz).date()


@dataclass(frozen=True, slots=True)
class Moment:
    """Where and when something is found to be in doubt."""

    organisation: Organisation
    now: datetime
    tx: Transaction


Compose = Callable[[Any, Reader], Awaitable[View | None]]
FindReader = Callable[[Any, Transaction], Awaitable[str | None]]
TellAgain = Callable[[Any, Moment], Awaitable[Again | None]]
Stands = Callable[[str, int, Transaction], Awaitable[bool]]
"""Whether what a message in a channel is about may still be shown, in this edition; keeps it so until the transaction
ends.
"""


@dataclass(frozen=True, slots=True)
class NoticeHandler:
    """How a notice is put into words; and, for one that does not name its reader, who that is.

    `again` is for one whose loss nobody would notice: what to tell later, where it is in doubt whether this arrived.
    `stands` is for one that is about something that can be taken back.
    """

    compose: Compose
    reader: FindReader | None = None
    again: TellAgain | None = None
    stands: Stands | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A composed message and where it goes. `replaces` is the message it is to be put in place of.

    Without a view there is nothing to say any more. It goes the way of all others up to the send, so that nobody can
    tell from the outbox who had answered already.
    """

    to: Address
    view: View | None
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Postponed until the recipient's morning."""

    until: datetime


ComposeParcel = Callable[[Delivery], Awaitable[Parcel | Wait | None]]


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns deliveries into parcels. What it cannot read raises `UnknownNotice`, whatever is wanted of it."""

    store: Store
    handlers: Mapping[type[Notice], NoticeHandler]
    languages: Languages
    themes: Themes
    clock: Clock
    kinds: Mapping[str, type[Notice]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the one table in which the names of what is stored are looked up."""
        object.__setattr__(self, "kinds", by_name((*self.handlers, EditPost)))

    def read(self, name: str, values: Mapping[str, str]) -> Notice:
        """A notice as it was stored, by this version or another."""
        kind = self.kinds.get(name)
        if kind is None:
            raise UnknownNotice(name)
        try:
            return kind.read(values)
        except (Refusal, TypeError) as error:
            raise UnknownNotice(name) from error

    @asynccontextmanager
    async def composing(self, deliveries: Sequence[Delivery]) -> AsyncIterator[ComposeParcel]:
        """What composes each of these, all from one look at the database.

        It gives the message as it is to be said now, or None where nobody is there to read it.
        """
        async with self.store.view() as tx:
            await tx.people.preload({delivery.person for delivery in deliveries if delivery.person})
            yield partial(self._parcel, tx)

    async def _parcel(self, tx: Transaction, delivery: Delivery) -> Parcel | Wait | None:
        notice = self.read(delivery.notice, delivery.values)
        if isinstance(notice, EditPost):
            post = await tx.channels.get_post(notice.post)
            now = self.read(post.notice, post.values) if post else None
            return await self._to_channel(post.channel, now, tx, post.ref) if post and now else None
        if delivery.channel:
            return await self._to_channel(delivery.channel, notice, tx)
        return await self._to_person(delivery, notice, tx)

    async def address(self, delivery: Delivery) -> Address | None:
        """Where a delivery goes, without composing it. None for an edit, which may simply be made again."""
        notice = self.read(delivery.notice, delivery.values)
        if isinstance(notice, EditPost):
            return None
        async with self.store.view() as tx:
            if delivery.channel:
                channel = await tx.channels.get(delivery.channel)
                return channel.address if channel else None
            person = await self._person(delivery, notice, tx)
            return await tx.people.address(person.id) if person else None

    async def again(self, delivery: Delivery) -> Again | None:
        """What is to be told later in place of one that may not have arrived, if anything."""
        notice = self.read(delivery.notice, delivery.values)
        handler = self.handlers.get(type(notice))
        if handler is None or handler.again is None:
            return None
        async with self.store.view() as tx:
            organisation = await tx.organisations.get(delivery.organisation)
            return await handler.again(notice, Moment(organisation, self.clock(), tx))

    async def stands(self, post: Post, edition: int, tx: Transaction) -> bool:
        """Whether what a post is about, if anything, still stands in this edition; keeps it so meanwhile."""
        stands = self._handler(self.read(post.notice, post.values)).stands
        return not post.about or stands is None or await stands(post.about, edition, tx)

    async def _person(self, delivery: Delivery, notice: Notice, tx: Transaction) -> Person | None:
        handler = self._handler(notice)
        person_id = await handler.reader(notice, tx) if handler.reader else delivery.person
        return await tx.people.get(person_id) if person_id else None

    async def _to_person(self, delivery: Delivery, notice: Notice, tx: Transaction) -> Parcel | Wait | None:
        person = await self._person(delivery, notice, tx)
        address = await tx.people.address(person.id) if person else None
        if person is None or address is None:
            return None
        if (morning := waking(self.clock(), person.tz)) > self.clock():
            return Wait(morning)
        organisation = await tx.organisations.get(person.organisation)
        words = self.languages.words(person.language, person.tz)
        reader = Reader(organisation, words, self.clock(), tx, self.themes, person=person)
        return Parcel(address, await self._handler(notice).compose(notice, reader))

    async def _to_channel(self, channel_id: str, notice: Notice, tx: Transaction, replaces: str = "") -> Parcel | None:
        channel = await tx.channels.get(channel_id)
        if channel is None:
            return None
        organisation = await tx.organisations.get(channel.organisation)
        views = []
        for language in channel.languages:
            words = self.languages.words(language, organisation.tz)
            reader = Reader(organisation, words, self.clock(), tx, self.themes, channel=channel, editing=bool(replaces))
            views.append(await self._handler(notice).compose(notice, reader))
        return Parcel(channel.address, _in_all(views), replaces)

    def _handler(self, notice: Notice) -> NoticeHandler:
        handler = self.handlers.get(type(notice))
        if handler is None:
            # An edit is of a post; a post that claims to be made of an edit is not one of ours.
            raise UnknownNotice(notice.name())
        return handler


def _in_all(views: list[View | None]) -> View | None:
    said = [view for view in views if view]
    return reduce(joined, said) if said else None
