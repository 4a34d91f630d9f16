"""Putting a delivery into words: who is to read it, in which language, and whether it is still to be said at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from bot.domain.calendar import waking
from bot.domain.people import Address, Organisation, Person
from bot.ports import Channel, Clock, Delivery, Store, Themes, Transaction
from bot.views import View, joined
from bot.wire import Notice
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


Compose = Callable[[Any, Reader], Awaitable[View | None]]
FindReader = Callable[[Any, Transaction], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Script:
    """How a notice is put into words; and, for one that does not name its reader, who that is."""

    compose: Compose
    reader: FindReader | None = None


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
    """It is night where the reader is."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns deliveries into parcels."""

    store: Store
    scripts: Mapping[type[Notice], Script]
    languages: Languages
    themes: Themes
    clock: Clock

    async def parcel(self, delivery: Delivery) -> Parcel | Wait | None:
        """The message as it is to be said now. None where nobody is there to read it."""
        async with self.store.view() as tx:
            if delivery.notice == EditPost.name():
                post = await tx.channels.post(delivery.values["post"])
                return await self._to_channel(post.channel, post.notice, post.values, tx, post.ref) if post else None
            if delivery.channel:
                return await self._to_channel(delivery.channel, delivery.notice, delivery.values, tx)
            return await self._to_person(delivery, tx)

    async def address(self, delivery: Delivery) -> Address | None:
        """Where a delivery goes, without composing it."""
        async with self.store.view() as tx:
            if delivery.channel:
                channel = await tx.channels.get(delivery.channel)
                return channel.address if channel else None
            person = await self._person(delivery, tx)
            return await tx.people.address(person.id) if person else None

    async def _person(self, delivery: Delivery, tx: Transaction) -> Person | None:
        notice, script = self._script(delivery.notice, delivery.values)
        person_id = await script.reader(notice, tx) if script.reader else delivery.person
        return await tx.people.get(person_id) if person_id else None

    async def _to_person(self, delivery: Delivery, tx: Transaction) -> Parcel | Wait | None:
        person = await self._person(delivery, tx)
        address = await tx.people.address(person.id) if person else None
        if person is None or address is None:
            return None
        if (morning := waking(self.clock(), person.tz)) > self.clock():
            return Wait(morning)
        notice, script = self._script(delivery.notice, delivery.values)
        organisation = await tx.organisations.get(person.organisation)
        words = self.languages.words(person.language, person.tz)
        reader = Reader(organisation, words, self.clock(), tx, self.themes, person=person)
        return Parcel(address, await script.compose(notice, reader))

    async def _to_channel(
        self, channel_id: str, name: str, values: Mapping[str, str], tx: Transaction, replaces: str = ""
    ) -> Parcel | None:
        channel = await tx.channels.get(channel_id)
        if channel is None:
            return None
        notice, script = self._script(name, values)
        organisation = await tx.organisations.get(channel.organisation)
        views = []
        for language in channel.languages:
            words = self.languages.words(language, organisation.tz)
            reader = Reader(organisation, words, self.clock(), tx, self.themes, channel=channel, editing=bool(replaces))
            views.append(await script.compose(notice, reader))
        return Parcel(channel.address, _in_all(views), replaces)

    def _script(self, name: str, values: Mapping[str, str]) -> tuple[Notice, Script]:
        kind = next(kind for kind in self.scripts if kind.name() == name)
        return kind.read(values), self.scripts[kind]


def _in_all(views: list[View | None]) -> View | None:
    said = [view for view in views if view]
    return reduce(joined, said) if said else None
