"""What must reach whom: claims what is due, sends it once, records how it ended.

A delivery holds ids. It is composed at the moment of sending (`bot.composing`): a withdrawn story, an answered pulse or
a person who has left is simply not sent, and ends like one that was: all of a batch begin in one transaction and end in
one, whether there was anything to say or not. Where a platform fails, those with nothing to say fare like the others.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, groupby

from bot.composing import Composer, EditPost, Parcel, Wait
from bot.domain.ids import new_id
from bot.domain.people import Address, Platform, lane_of
from bot.errors import UnknownNotice
from bot.ports.channels import Post
from bot.ports.outbox import Again, Delivery, Destination, Ended, When
from bot.ports.sending import InDoubt, Later, Messenger, Outcome, Rejected, Sent, Unfindable
from bot.ports.store import Transaction
from bot.views import View

log = logging.getLogger(__name__)
AT_ONCE = 8
SEND_SECONDS = 20.0
EDIT_AGAIN_SECONDS = 30.0
COMPOSE_AGAIN_SECONDS = 60.0
REMEMBERED = timedelta(minutes=2)
UNREADABLE = InDoubt("unknown notice")
Kind = tuple[str, str, int, bool]


@dataclass(frozen=True, slots=True)
class Packed:
    """A delivery with what is to be done about it: a parcel to send, or an end without one."""

    delivery: Delivery
    parcel: Parcel | None
    ended: Outcome | Wait | None = None

    @property
    def lane(self) -> str:
        """The workspace it goes to, which may have asked for patience."""
        return lane_of(self.parcel.to.platform, self.parcel.to.workspace) if self.parcel else ""

    @property
    def idle(self) -> bool:
        """Whether somebody is there to read it, but there is nothing to tell them any more."""
        nothing = self.ended is None and self.parcel is not None and self.parcel.view is None
        return nothing and not self.delivery.channel

    @property
    def kind(self) -> Kind:
        """What looks alike in the outbox: the same notice, going the same way, tried as often, in doubt or not."""
        return self.lane, self.delivery.notice, self.delivery.attempt, self.delivery.since is not None


Tried = tuple[Packed, Outcome | None]


@dataclass(frozen=True, slots=True)
class Lots:
    """Gives deliveries with nothing to say the outcomes of real ones, by lot.

    Were they done while a platform fails, whoever still waits would be known not to have answered. So each waits, or is
    in doubt, if one drawn by lot among the sends of their kind does. Where there was none, the last ones count.
    """

    last: dict[Kind, tuple[datetime, Sequence[Outcome | None]]] = field(default_factory=dict)

    def learn(self, tried: Iterable[Tried], now: datetime) -> None:
        """Remember how these fared, and forget what is long past."""
        for kind in [kind for kind, (then, _) in self.last.items() if now - then >= REMEMBERED]:
            del self.last[kind]
        by_kind = groupby(sorted(tried, key=_kind), key=_kind)
        self.last.update({kind: (now, [outcome for _, outcome in those]) for kind, those in by_kind})

    def draw(self, idle: Packed, now: datetime) -> Outcome | None:
        """How it went, as far as anybody can see who looks at what waits."""
        _, outcomes = self.last.get(idle.kind, (now, [Sent("")]))
        drawn = secrets.choice(outcomes)
        return drawn if drawn is None or isinstance(drawn, Later) else Sent("")


@dataclass(frozen=True, slots=True)
class Deliverer:
    """The sender. Any number may run at once, in one process or several."""

    composer: Composer
    messengers: Mapping[Platform, Messenger]
    lots: Lots = field(default_factory=Lots)

    async def once(self) -> int:
        """Deliver what is due now, up to a handful. Returns how many were taken on."""
        async with self.composer.store.begin() as tx:
            claimed = await tx.outbox.claim(self._now(), AT_ONCE)
            doubtful = await tx.outbox.claim_doubtful(self._now())
        cleared = await asyncio.gather(*map(self._clear_up, doubtful))
        again = [each for each in cleared if isinstance(each, Delivery)]
        await self._deliver([*claimed, *again], [each for each in cleared if isinstance(each, tuple)])
        return len(doubtful) + len(claimed)

    async def _deliver(self, deliveries: Sequence[Delivery], found: Sequence[Tried]) -> None:
        """Send these, and settle them together with what was found out about earlier sends."""
        packed = await self._pack(deliveries)
        begun = await self._begin(sorted(packed, key=lambda p: p.delivery.id))
        sent = [p for p in begun if not p.idle]
        tried = [*found, *zip(sent, await asyncio.gather(*map(self._send, sent)), strict=True)]
        now = self._now()
        self.lots.learn(tried, now)
        tried += [(p, self.lots.draw(p, now)) for p in begun if p.idle]
        await self._settle(sorted(tried, key=lambda each: each[0].delivery.id))

    async def _pack(self, deliveries: Sequence[Delivery]) -> list[Packed]:
        """Compose these: each channel's by itself, because a digest takes long, and then all people's at once."""
        to_channels = [await self._composed((each,)) for each in deliveries if each.channel]
        return [*chain.from_iterable(to_channels), *await self._composed([d for d in deliveries if not d.channel])]

    async def _composed(self, deliveries: Sequence[Delivery]) -> list[Packed]:
        """Compose these from one look at the database; after one that cannot be composed, from another."""
        packed: list[Packed] = []
        while rest := deliveries[len(packed) :]:
            try:
                async with self.composer.composing(rest) as compose:
                    for delivery in rest:
                        packed += [self._packed(delivery, await compose(delivery))]
            except UnknownNotice:
                packed += [_unknown(failed) for failed in deliveries[len(packed) :][:1]]
            except Exception:  # an edge: one delivery that cannot be composed must not hold up the others
                for failed in deliveries[len(packed) :][:1]:
                    log.exception("delivery.uncomposed", extra={"notice": failed.notice})
                    packed.append(Packed(failed, None, Later(COMPOSE_AGAIN_SECONDS)))
        return packed

    def _packed(self, delivery: Delivery, parcel: Parcel | Wait | None) -> Packed:
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
        over, now = [], self._now()
        async with self.composer.store.begin() as tx:
            begun = await tx.outbox.begin([(p.delivery, p.lane) for p in packed if p.ended is None], now)
            for p in packed:
                match p.ended:
                    case Wait(until):
                        await tx.outbox.put_off(p.delivery, until, now)
                    case Sent() | Later() | Rejected() | InDoubt() as outcome:
                        over.append(Ended(p.delivery, outcome))
            await tx.outbox.record_outcomes(over, now)
        return [p for p in packed if p.ended is None and p.delivery.id in begun]

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

    async def _settle(self, tried: Sequence[Tried]) -> None:
        """Record in one transaction how these ended, and what now stands in which channel."""
        ended = [(p, outcome) for p, outcome in tried if outcome is not None]
        for p, outcome in ended:
            if not isinstance(outcome, Sent) and not p.idle:
                log.info("delivery.%s", type(outcome).__name__.lower(), extra={"notice": p.delivery.notice})
        settled = [Ended(p.delivery, outcome, p.lane, p.idle, await self._again(p, outcome)) for p, outcome in ended]
        async with self.composer.store.begin() as tx:
            await tx.outbox.record_outcomes(settled, self._now())
            for p, outcome in ended:
                if isinstance(outcome, Sent) and p.delivery.channel:
                    await self._record(p, outcome.ref, tx)

    async def _again(self, p: Packed, outcome: Outcome) -> Again | None:
        """What heals a message in doubt: not the message once more, but the news, if it still is news by then."""
        if not isinstance(outcome, InDoubt) or p.parcel is None or p.idle:
            return None
        try:
            return await self.composer.again(p.delivery)
        except Exception:  # an edge: what cannot be told once more must not keep the others from being settled
            log.exception("delivery.unhealed", extra={"notice": p.delivery.notice})
            return None

    async def _record(self, p: Packed, ref: str, tx: Transaction) -> None:
        """Remember a message in a channel. If what it is about was taken back meanwhile, it is edited at once.

        One that was found by looking is composed once more: its reason may be gone by now.
        """
        if p.ended is not None:
            post = _post(p.delivery, ref, "")
            await tx.channels.record_post(post)
            await edit(tx, post, self._now())
        elif p.parcel is not None and p.parcel.view is not None:
            await self._stands(p.delivery, p.parcel, p.parcel.view, ref, tx)

    async def _stands(self, delivery: Delivery, parcel: Parcel, view: View, ref: str, tx: Transaction) -> None:
        if parcel.replaces:
            post = await tx.channels.change_subject(delivery.values["post"], view.about)
        else:
            post = _post(delivery, ref, view.about)
            await tx.channels.record_post(post)
        if post is not None and not await self.composer.stands(post, view.edition, tx):
            await edit(tx, post, self._now())

    async def _clear_up(self, delivery: Delivery) -> Tried | Delivery | None:
        """What became of a delivery whose worker died in the middle of a send, where one can look whether it arrived.

        The delivery itself, if it is to be sent again; None if that cannot be said at the moment.
        """
        try:
            return await self._what_became_of(delivery)
        except UnknownNotice:
            return _unknown(delivery), UNREADABLE
        except Exception:  # an edge: one that cannot be cleared up must not hold up what is to be sent
            log.exception("delivery.not_cleared", extra={"notice": delivery.notice})
            return None

    async def _what_became_of(self, delivery: Delivery) -> Tried | Delivery | None:
        to = await self.composer.address(delivery)
        if to is None:
            return delivery
        match await self._look(to, delivery):
            case Sent() as sent:
                return Packed(delivery, Parcel(to, None), sent), sent
            case Unfindable():
                idle = all(packed.idle for packed in await self._pack((delivery,)))
                doubt = Sent("") if idle else InDoubt("the sender stopped in the middle of a send")
                return Packed(delivery, Parcel(to, None), doubt), doubt
            case None:
                return delivery
            case Later():
                log.info("delivery.not_looked", extra={"notice": delivery.notice})
                return None

    async def _look(self, to: Address, delivery: Delivery) -> Sent | Later | Unfindable | None:
        messenger = self.messengers.get(to.platform)
        if messenger is None or delivery.since is None or not messenger.looks:
            return Unfindable()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await messenger.find(to, delivery.id, delivery.since)
        except TimeoutError:
            return Later(0)
        except Exception:  # an edge: what cannot be looked for must not hold up what is to be sent
            log.exception("delivery.not_looked", extra={"notice": delivery.notice})
            return Later(0)

    def _now(self) -> datetime:
        return self.composer.clock()


async def edit(tx: Transaction, post: Post, now: datetime) -> None:
    """Have a message composed again and put in place of itself."""
    key = f"{EditPost.name()}:{post.id}:{new_id()}"
    await tx.outbox.queue(post.organisation, EditPost(post.id), Destination(channel=post.channel), When(now), key)


def _unknown(delivery: Delivery) -> Packed:
    """One that this version cannot read: it ends here, and is counted by its kind."""
    log.error("delivery.unknown_notice", extra={"notice": delivery.notice})
    return Packed(delivery, None, UNREADABLE)


def _kind(tried: Tried) -> Kind:
    return tried[0].kind


def _certain(edited: Outcome) -> Outcome:
    """An edit may be made twice, so one in doubt is simply made again."""
    return Later(EDIT_AGAIN_SECONDS) if isinstance(edited, InDoubt) else edited


def _post(delivery: Delivery, ref: str, about: str) -> Post:
    return Post(new_id(), delivery.organisation, delivery.channel, delivery.notice, delivery.values, ref, about)
