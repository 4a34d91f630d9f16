"""What falls due when. Pure except `tick`, which hands what is due to whoever does it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain import calendar
from bot.domain.people import Organisation
from bot.domain.programmes import Programme
from bot.ports.store import Store
from bot.ports.themes import Themes
from bot.words import Languages

log = logging.getLogger(__name__)
DIGEST_GRACE = timedelta(days=3)
WEEKS_AHEAD = 16


class WeeklyMoment(StrEnum):
    """What happens in a programme's week."""

    OPEN = "open"
    REMIND = "remind"
    CLOSE = "close"
    REVIEW = "review"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Due:
    """An event that is due now."""

    event: WeeklyMoment
    organisation: Organisation
    programme: Programme
    week: calendar.Week


@dataclass(frozen=True, slots=True)
class Work:
    """What it takes to do what is due."""

    store: Store
    languages: Languages
    themes: Themes
    now: datetime


Job = Callable[[Due, Work], Awaitable[None]]
Jobs = Mapping[WeeklyMoment, Sequence[Job]]
"""What is done at each moment, in this order. Each claims its own mark: see `Programmes.claim`."""


def due(organisation: Organisation, programme: Programme, now: datetime) -> Iterator[Due]:
    """Everything of this programme that is due now. Doing it again is harmless: each event is done once a week.

    An event whose moment has passed while nobody was running is left out, except the close, which always comes.
    """
    monday = calendar.monday_of(now, organisation.tz)
    for week in (plan_week(organisation, programme, day) for day in (monday - timedelta(days=7), monday)):
        if programme.asks_in(week.monday):
            yield from (Due(event, organisation, programme, week) for event in _events(week, now))


def plan_week(organisation: Organisation, programme: Programme, monday: date) -> calendar.Week:
    """The instants of one week of a programme."""
    closed = calendar.bank_holidays(organisation.nation)
    return calendar.week(monday, programme.rhythm, organisation.tz, closed)


def next_moment(
    organisation: Organisation, programme: Programme, event: WeeklyMoment, now: datetime
) -> datetime | None:
    """When this event happens next, after now; None where the programme is over by then."""
    monday = calendar.monday_of(now, organisation.tz)
    weeks = (plan_week(organisation, programme, monday + timedelta(days=7 * n)) for n in range(WEEKS_AHEAD))
    asked = (week for week in weeks if programme.asks_in(week.monday) and week.opens < week.closes)
    return next((at for week in asked if (at := moment(week, event)) > now), None)


async def tick(work: Work, jobs: Jobs) -> None:
    """Do everything that is due, in every organisation. What fails is logged, comes again, and holds nothing up."""
    async with work.store.view() as tx:
        organisations = await tx.organisations.list_all()
    for organisation in organisations:
        try:
            items = await _everything_due(organisation, work)
        except Exception:  # an edge: what is wrong with one organisation must not stop the others
            log.exception("plan.failed")
            continue
        for item in items:
            for job in jobs.get(item.event, ()):
                await _do(item, work, job)


async def _do(item: Due, work: Work, job: Job) -> None:
    try:
        await job(item, work)
    except Exception:  # an edge, as above
        log.exception("event.failed", extra={"planned": item.event})


async def _everything_due(organisation: Organisation, work: Work) -> list[Due]:
    """What the plan has, and pulses that should have closed while nobody was running, however long ago."""
    items: list[Due] = []
    async with work.store.view() as tx:
        overdue = await tx.pulses.overdue(organisation.id, work.now)
        for programme_id in await tx.programmes.list_ids(organisation.id):
            try:
                programme = await tx.programmes.get(programme_id)
                weeks = [plan_week(organisation, programme, week) for p, week in overdue if p == programme_id]
                items += [Due(WeeklyMoment.CLOSE, organisation, programme, week) for week in weeks]
                items += due(organisation, programme, work.now)
            except Exception:  # an edge: what is wrong with one programme must not stop the others
                log.exception("plan.failed")
    return items


def _events(week: calendar.Week, now: datetime) -> Iterator[WeeklyMoment]:
    if week.opens <= now < week.closes:
        yield WeeklyMoment.OPEN
    if week.reminds <= now < week.closes:
        yield WeeklyMoment.REMIND
    if week.closes <= now:
        yield WeeklyMoment.CLOSE
    if week.closes <= now < week.digest:
        yield WeeklyMoment.REVIEW
    if week.digest <= now < week.digest + DIGEST_GRACE:
        yield WeeklyMoment.DIGEST


def moment(week: calendar.Week, event: WeeklyMoment) -> datetime:
    """When this event happens in a week."""
    moments = {
        WeeklyMoment.OPEN: week.opens,
        WeeklyMoment.REMIND: week.reminds,
        WeeklyMoment.CLOSE: week.closes,
        WeeklyMoment.REVIEW: week.closes,
        WeeklyMoment.DIGEST: week.digest,
    }
    return moments[event]
