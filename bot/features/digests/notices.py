"""The digest as it is posted in channels, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.composing import Reader
from bot.domain.pulses import State
from bot.feature import DigestSection
from bot.features.digests.screens import MOVED
from bot.features.digests.week import digest_of, read_week
from bot.plan import DIGEST_GRACE, Due, WeeklyMoment, Work
from bot.ports.outbox import Destination, When
from bot.ports.store import Transaction
from bot.views import View
from bot.wire import Notice


@dataclass(frozen=True, slots=True)
class WeeklyDigest(Notice):
    """The digest of a week is due in a channel."""

    programme: str
    week: date
    unit: str


async def post(due: Due, work: Work) -> None:
    """Queue the week's digest for every channel, once its pulse is sealed."""
    async with work.store.begin() as tx:
        pulse = await tx.pulses.of_week(due.programme.id, due.week.monday)
        if pulse is not None and pulse.state in {State.OPEN, State.CLOSING}:
            return
        if not await tx.programmes.claim(due.programme.id, due.week.monday, WeeklyMoment.DIGEST):
            return
        for channel in await tx.channels.list_all(due.organisation.id):
            notice = WeeklyDigest(due.programme.id, due.week.monday, channel.unit)
            when = When(due.week.digest, not_after=due.week.digest + DIGEST_GRACE)
            key = f"{notice.name()}:{due.programme.id}:{due.week.monday}:{channel.id}"
            await tx.outbox.queue(due.organisation.id, notice, Destination(channel=channel.id), when, key)


async def stands(sections: Sequence[DigestSection], about: str, edition: int, tx: Transaction) -> bool:
    """Whether what a digest tells of may still be shown: one of its sections knows it."""
    return any([await section.stands(about, edition, tx) for section in sections if section.stands])


async def compose(sections: Sequence[DigestSection], notice: WeeklyDigest, reader: Reader) -> View | None:
    """The digest for a channel. None when there is nothing at all to say."""
    if reader.channel is None or reader.channel.unit != notice.unit:
        # The channel was given to another unit meanwhile.
        return View(reader.words(MOVED)) if reader.editing else None
    return await digest_of(sections, await read_week(notice.programme, notice.week, notice.unit, reader), reader)
