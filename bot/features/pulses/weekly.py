"""What happens to a pulse in its week."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import pulses as rules
from bot.domain.ids import new_id
from bot.domain.pulses import Pulse
from bot.domain.questions import next_questions
from bot.features.pulses.notices import PulseAsked, PulseReminder
from bot.plan import Due, WeeklyMoment, Work
from bot.ports.outbox import When

log = logging.getLogger(__name__)


REMINDER_DISTANCE = timedelta(hours=24)


async def open_pulse(due: Due, work: Work) -> None:
    """Open the week's pulse: its keys, its roster, and a message to everybody on it, in one transaction."""
    async with work.store.begin() as tx:
        if not await tx.programmes.claim(due.programme.id, due.week.monday, WeeklyMoment.OPEN):
            return
        asked_before = await tx.pulses.items_asked(due.organisation.id)
        items = next_questions(asked_before, measure=_is_measure(due), week=due.week.monday)
        trustee = await tx.trustees.for_organisation(due.organisation.id)
        pulse = replace(_planned(due, items, work.now), trustee=trustee.id if trustee else "")
        await tx.seasons.recognise(pulse.organisation, work.now.date())
        asked = await tx.pulses.open(pulse)
        await tx.outbox.fan_out(pulse, PulseAsked(pulse.id), When(pulse.opens, not_after=pulse.closes))
    log.info("pulse.opened", extra={"pulse": pulse.id, "asked": asked})


async def remind(due: Due, work: Work) -> None:
    """Queue one reminder for everybody on the roster; whether it is needed is seen when it is sent.

    Where the pulse opened late, it waits for a day: nobody is asked and reminded in one breath.
    """
    async with work.store.begin() as tx:
        pulse = await tx.pulses.of_week(due.programme.id, due.week.monday)
        if (
            pulse is None
            or work.now < pulse.opens + REMINDER_DISTANCE
            or not await tx.programmes.claim(due.programme.id, due.week.monday, WeeklyMoment.REMIND)
        ):
            return
        await tx.outbox.fan_out(pulse, PulseReminder(pulse.id), When(work.now, not_after=pulse.closes))


def _is_measure(due: Due) -> bool:
    return rules.is_measure(due.programme.starts, due.week.monday)


def _planned(due: Due, items: tuple[str, ...], now: datetime) -> Pulse:
    return Pulse(
        id=new_id(),
        organisation=due.organisation.id,
        programme=due.programme.id,
        week=due.week.monday,
        items=items,
        opens=max(due.week.opens, now),
        closes=due.week.closes,
        measure=_is_measure(due),
        k=due.programme.k,
        k_comment=due.programme.k_comment,
        segments=due.programme.segments,
    )
