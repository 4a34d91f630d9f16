"""What must reach whom: claims what is due, sends it once, records how it ended.

A delivery holds ids. It is composed at the moment of sending (`bot.parcels`): a withdrawn story, an answered pulse or a
person who has left is simply not sent, and ends like one that was: all of a batch begin in one transaction and end in
one, whether there was anything to say or not.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import new_id
from bot.domain.people import Address, Platform
from bot.parcels import Composer, EditPost, Parcel, Wait
from bot.ports import (
    Delivery,
    InDoubt,
    Later,
    Messenger,
    Outcome,
    Post,
    Recipient,
    Rejected,
    Sent,
    Transaction,
    Unfindable,
    When,
)

log = logging.getLogger(__name__)
AT_ONCE = 8
SEND_SECONDS = 20.0
EDIT_AGAIN_SECONDS = 30.0
COMPOSE_AGAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Packed:
    """A delivery with what is to be done about it: a parcel to send, or an end without one."""

    delivery: Delivery
    parcel: Parcel | None
    ended: Outcome | Wait | None = None

    @property
    def lane(self) -> str:
        """The workspace it goes to, which may have asked for patience."""
        return f"{self.parcel.to.platform}:{self.parcel.to.workspace}" if self.parcel else ""


@dataclass(frozen=True, slots=True)
class Deliverer:
    """The sender. Any number may run at once, in one process or several."""

    composer: Composer
    messengers: Mapping[Platform, Messenger]

    async def once(self) -> int:
        """Deliver what is due now, up to a handful. Gives how many were taken on."""
        async with self.composer.store.begin() as tx:
            doubtful = await tx.outbox.doubtful(self._now())
            claimed = await tx.outbox.claim(self._now(), AT_ONCE)
        await asyncio.gather(self._deliver(claimed), *map(self._clear_up, doubtful))
        return len(doubtful) + len(claimed)

    async def _deliver(self, deliveries: Sequence[Delivery]) -> None:
        packed = await asyncio.gather(*map(self._pack, deliveries))
        begun = await self._begin(sorted(packed, key=lambda p: p.delivery.id))
        outcomes = await asyncio.gather(*map(self._send, begun))
        await self._settle([(p, outcome) for p, outcome in zip(begun, outcomes, strict=True) if outcome is not None])

    async def _pack(self, delivery: Delivery) -> Packed:
        try:
            parcel = await self.composer.parcel(delivery)
        except Exception:  # an edge: one delivery that can not be composed must not hold up the others
            log.exception("delivery.uncomposed", extra={"notice": delivery.notice})
            return Packed(delivery, None, Later(COMPOSE_AGAIN_SECONDS))
        match parcel:
            case Wait():
                return Packed(delivery, None, parcel)
            case None:
                return Packed(delivery, None, Sent(""))
            case Parcel(to=to) if to.platform not in self.messengers:
                return Packed(delivery, None, Rejected("platform not configured"))
        return Packed(delivery, parcel)

    async def _begin(self, packed: Sequence[Packed]) -> list[Packed]:
        """Mark in one transaction that these sends begin now; put the others away."""
        begun = []
        async with self.composer.store.begin() as tx:
            for p in packed:
                match p.ended:
                    case None if await tx.outbox.sending(p.delivery, p.lane, self._now()):
                        begun.append(p)
                    case Wait(until):
                        await tx.outbox.put_off(p.delivery, until)
                    case Sent() | Later() | Rejected() | InDoubt() as outcome:
                        await tx.outbox.settle(p.delivery, outcome, self._now())
        return begun

    async def _send(self, p: Packed) -> Outcome | None:
        """Send it, once. None where it is in doubt and the platform can be asked, which is done after its lease."""
        if p.parcel is None or p.parcel.view is None:
            return Sent("")
        messenger = self.messengers[p.parcel.to.platform]
        try:
            async with asyncio.timeout(SEND_SECONDS):
                if p.parcel.replaces:
                    return _certain(await messenger.update(p.parcel.to, p.parcel.replaces, p.parcel.view))
                outcome = await messenger.send(p.parcel.to, p.parcel.view, p.delivery.id)
        except TimeoutError:
            outcome = Later(EDIT_AGAIN_SECONDS) if p.parcel.replaces else InDoubt("timed out")
        except Exception as error:  # an edge: a defect in one message must not hold up the others, nor be repeated
            log.exception("delivery.failed", extra={"notice": p.delivery.notice})
            outcome = InDoubt(type(error).__name__)
        return None if isinstance(outcome, InDoubt) and messenger.looks and not p.parcel.replaces else outcome

    async def _settle(self, ended: Sequence[tuple[Packed, Outcome]]) -> None:
        """Record in one transaction how these ended, and what now stands in which channel."""
        async with self.composer.store.begin() as tx:
            for p, outcome in ended:
                if not isinstance(outcome, Sent):
                    log.info("delivery.%s", type(outcome).__name__.lower(), extra={"notice": p.delivery.notice})
                await tx.outbox.settle(p.delivery, outcome, self._now(), p.lane)
                if isinstance(outcome, Sent) and p.parcel is not None and p.parcel.view is not None:
                    await self._record(p.delivery, p.parcel, p.parcel.view.about, outcome.ref, tx)

    async def _record(self, delivery: Delivery, parcel: Parcel, about: str, ref: str, tx: Transaction) -> None:
        """Remember a message in a channel. If the story in it was withdrawn meanwhile, it is edited at once."""
        if not delivery.channel:
            return
        if parcel.replaces:
            post = await tx.channels.now_about(delivery.values["post"], about)
        else:
            post = _post(delivery, ref, about)
            await tx.channels.posted(post)
        if post is not None and about and not await tx.stories.stands(about):
            await edit(tx, post, self._now())

    async def _clear_up(self, delivery: Delivery) -> None:
        """Settle a delivery whose worker died in the middle of a send: look whether it arrived, where one can look."""
        to = await self.composer.address(delivery)
        if delivery.notice == EditPost.name() or to is None:
            await self._deliver([delivery])
            return
        match await self._look(to, delivery):
            case Sent(ref):
                await self._arrived(delivery, ref)
            case Unfindable():
                await self._settle([(Packed(delivery, None), InDoubt("the sender stopped in the middle of a send"))])
            case None:
                await self._deliver([delivery])
            case Later():
                log.info("delivery.not_looked", extra={"notice": delivery.notice})

    async def _look(self, to: Address, delivery: Delivery) -> Sent | Later | Unfindable | None:
        messenger = self.messengers.get(to.platform)
        if messenger is None or delivery.since is None or not messenger.looks:
            return Unfindable()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await messenger.find(to, delivery.id, delivery.since)
        except TimeoutError:
            return Later(0)

    async def _arrived(self, delivery: Delivery, ref: str) -> None:
        """It was there. What stands in a channel is composed once more: its reason may be gone by now."""
        async with self.composer.store.begin() as tx:
            await tx.outbox.settle(delivery, Sent(ref), self._now())
            if delivery.channel:
                post = _post(delivery, ref, "")
                await tx.channels.posted(post)
                await edit(tx, post, self._now())

    def _now(self) -> datetime:
        return self.composer.clock()


async def edit(tx: Transaction, post: Post, now: datetime) -> None:
    """Have a message composed again and put in place of itself."""
    key = f"{EditPost.name()}:{post.id}:{new_id()}"
    await tx.outbox.put(post.organisation, EditPost(post.id), Recipient(channel=post.channel), When(now), key)


def _certain(edited: Outcome) -> Outcome:
    """An edit may be made twice, so one in doubt is simply made again."""
    return Later(EDIT_AGAIN_SECONDS) if isinstance(edited, InDoubt) else edited


def _post(delivery: Delivery, ref: str, about: str) -> Post:
    return Post(new_id(), delivery.organisation, delivery.channel, delivery.notice, delivery.values, ref, about)
