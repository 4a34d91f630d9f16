"""What must reach whom: claims what is due, puts it into words for its reader, sends it once, records how it ended.

A delivery holds ids. It is composed at the moment of sending, so a withdrawn story, an answered pulse or a person who
has left is simply not sent, and ends like one that was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from bot.domain.ids import new_id
from bot.domain.people import Address, Organisation, Person, Platform
from bot.ports import (
    Channel,
    Clock,
    Delivery,
    InDoubt,
    Messenger,
    Outcome,
    Post,
    Recipient,
    Rejected,
    Sent,
    Store,
    Themes,
    Transaction,
    Unfindable,
    When,
)
from bot.views import View, joined
from bot.wire import Notice
from bot.words import Languages, Words

log = logging.getLogger(__name__)
AT_ONCE = 8
SEND_SECONDS = 20.0


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
    """A composed message and where it goes. `replaces` is the message it is to be put in place of."""

    to: Address
    view: View
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Deliverer:
    """The sender. Any number may run at once, in one process or several."""

    store: Store
    messengers: Mapping[Platform, Messenger]
    scripts: Mapping[type[Notice], Script]
    languages: Languages
    themes: Themes
    clock: Clock

    async def run(self, every: float) -> None:
        """Deliver for ever, looking for work every so many seconds."""
        while True:
            if not await self.once():
                await asyncio.sleep(every)

    async def once(self) -> int:
        """Deliver what is due now, up to a handful. Gives how many were taken on."""
        async with self.store.begin() as tx:
            doubtful = await tx.outbox.doubtful(self.clock())
            claimed = await tx.outbox.claim(self.clock(), AT_ONCE)
        await asyncio.gather(*map(self._clear_up, doubtful), *map(self._deliver, claimed))
        return len(doubtful) + len(claimed)

    async def _deliver(self, delivery: Delivery) -> None:
        parcel = await self._parcel(delivery)
        if parcel is None:
            await self._settle(delivery, Sent(""))
        elif parcel.to.platform not in self.messengers:
            await self._settle(delivery, Rejected("platform not configured"))
        elif await self._begins(delivery, parcel):
            await self._settle(delivery, await self._send(parcel, delivery), parcel)

    async def _begins(self, delivery: Delivery, parcel: Parcel) -> bool:
        async with self.store.begin() as tx:
            return await tx.outbox.sending(delivery, _lane(parcel.to), self.clock())

    async def _send(self, parcel: Parcel, delivery: Delivery) -> Outcome:
        messenger = self.messengers[parcel.to.platform]
        try:
            async with asyncio.timeout(SEND_SECONDS):
                if parcel.replaces:
                    return await messenger.update(parcel.to, parcel.replaces, parcel.view)
                return await messenger.send(parcel.to, parcel.view, delivery.id)
        except TimeoutError:
            return InDoubt("timed out")

    async def _settle(self, delivery: Delivery, outcome: Outcome, parcel: Parcel | None = None) -> None:
        if not isinstance(outcome, Sent):
            log.info("delivery.%s", type(outcome).__name__.lower(), extra={"notice": delivery.notice})
        post = _post(delivery, outcome, parcel) if parcel and isinstance(outcome, Sent) else None
        async with self.store.begin() as tx:
            await tx.outbox.settle(delivery, outcome, self.clock(), _lane(parcel.to) if parcel else "")
            if post is not None:
                await tx.channels.posted(post)
        if post is not None and parcel is not None and post.about:
            await self._look_again(post, parcel)

    async def _look_again(self, post: Post, parcel: Parcel) -> None:
        """A story may have been withdrawn between composing and recording: then the new message is edited at once."""
        async with self.store.view() as tx:
            edited = await self._to_channel(post.channel, post.notice, post.values, tx, post.ref)
        if edited is not None and edited.view != parcel.view:
            async with self.store.begin() as tx:
                await edit(tx, post, self.clock())

    async def _clear_up(self, delivery: Delivery) -> None:
        """Settle a delivery whose worker died in the middle of a send: look whether it arrived, where one can look."""
        parcel = await self._parcel(delivery)
        if parcel is None:
            await self._settle(delivery, Sent(""))
            return
        match await self._find(parcel, delivery):
            case Sent() as found:
                await self._settle(delivery, found, parcel)
            case Unfindable():
                await self._settle(delivery, InDoubt("the sender stopped in the middle of a send"))
            case None:
                await self._settle(delivery, await self._send(parcel, delivery), parcel)

    async def _find(self, parcel: Parcel, delivery: Delivery) -> Sent | Unfindable | None:
        messenger = self.messengers.get(parcel.to.platform)
        if messenger is None or delivery.since is None:
            return Unfindable()
        return None if parcel.replaces else await messenger.find(parcel.to, delivery.id, delivery.since)

    async def _parcel(self, delivery: Delivery) -> Parcel | None:
        async with self.store.view() as tx:
            if delivery.notice == EditPost.name():
                post = await tx.channels.post(delivery.values["post"])
                return await self._to_channel(post.channel, post.notice, post.values, tx, post.ref) if post else None
            if delivery.channel:
                return await self._to_channel(delivery.channel, delivery.notice, delivery.values, tx)
            return await self._to_person(delivery, tx)

    async def _to_person(self, delivery: Delivery, tx: Transaction) -> Parcel | None:
        notice, script = self._script(delivery.notice, delivery.values)
        person_id = await script.reader(notice, tx) if script.reader else delivery.person
        person = await tx.people.get(person_id) if person_id else None
        address = await tx.people.address(person.id) if person else None
        if person is None or address is None:
            return None
        organisation = await tx.organisations.get(person.organisation)
        words = self.languages.words(person.language, person.tz)
        reader = Reader(organisation, words, self.clock(), tx, self.themes, person=person)
        view = await script.compose(notice, reader)
        return Parcel(address, view) if view else None

    async def _to_channel(
        self, channel_id: str, name: str, values: Mapping[str, str], tx: Transaction, replaces: str = ""
    ) -> Parcel | None:
        notice, script = self._script(name, values)
        channel = await tx.channels.get(channel_id)
        if channel is None:
            return None
        organisation = await tx.organisations.get(channel.organisation)
        readers = [
            Reader(
                organisation,
                self.languages.words(language, organisation.tz),
                self.clock(),
                tx,
                self.themes,
                channel=channel,
                editing=bool(replaces),
            )
            for language in channel.languages
        ]
        views = [view for reader in readers if (view := await script.compose(notice, reader))]
        return Parcel(channel.address, _in_all(views), replaces) if views else None

    def _script(self, name: str, values: Mapping[str, str]) -> tuple[Notice, Script]:
        kind = next(kind for kind in self.scripts if kind.name() == name)
        return kind.read(values), self.scripts[kind]


def _lane(to: Address) -> str:
    return f"{to.platform}:{to.workspace}"


def _in_all(views: Sequence[View]) -> View:
    return reduce(joined, views)


async def edit(tx: Transaction, post: Post, now: datetime) -> None:
    """Have a message composed again and put in place of itself."""
    key = f"{EditPost.name()}:{post.id}:{new_id()}"
    await tx.outbox.put(post.organisation, EditPost(post.id), Recipient(channel=post.channel), When(now), key)


def _post(delivery: Delivery, outcome: Sent, parcel: Parcel) -> Post | None:
    if not delivery.channel or parcel.replaces:
        return None
    return Post(
        new_id(),
        delivery.organisation,
        delivery.channel,
        delivery.notice,
        delivery.values,
        outcome.ref,
        parcel.view.about,
    )
