"""When things happen: the programme's week, bank holidays, batches and quiet hours.

Everything is planned on the local clock and kept as an instant in UTC, so that a pulse at ten is at ten on both sides
of a clock change.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

BATCHES = (time(9, 0), time(15, 0))
DAY_BEGINS, DAY_ENDS = time(8, 0), time(18, 0)
ALL_MORNINGS = time(8, 0)
"""What is handed over on a day has been sent by then on the next one, wherever its reader sleeps."""
ANY_WORKING_DAY = frozenset(range(5))
LONGEST_CLOSED = 15
"""Days: no run of weekends and bank holidays is as long."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in the week: day 0 is Monday."""

    day: int
    at: time


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The week of a programme. The default is the one staff are told about: Monday, Wednesday, Thursday, Friday."""

    opens: Slot = Slot(0, time(10, 0))
    reminds: Slot = Slot(2, time(10, 0))
    closes: Slot = Slot(3, time(17, 0))
    digest: Slot = Slot(4, time(9, 30))


@dataclass(frozen=True, slots=True)
class Week:
    """The instants of one week, in UTC. `monday` names it."""

    monday: date
    opens: datetime
    reminds: datetime
    closes: datetime
    digest: datetime


def local(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time.

    A time the clocks skip is taken an hour later; one they repeat, the first time.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def monday_of(when: datetime, zone: ZoneInfo) -> date:
    """The Monday of the week that an instant falls in."""
    day = when.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def bank_holidays(nation: str) -> Container[date]:
    """The bank holidays of a nation of the United Kingdom: ENG, WLS, SCT or NIR."""
    return holidays.country_holidays("GB", subdiv=nation)


def week(monday: date, rhythm: Rhythm, zone: ZoneInfo, closed: Container[date] = ()) -> Week:
    """Plan one week.

    An opening on a bank holiday moves to the next working day; the reminder then keeps its distance.
    """
    opening = working_day(monday + timedelta(days=rhythm.opens.day), closed)
    reminding = working_day(max(monday + timedelta(days=rhythm.reminds.day), opening + timedelta(days=1)), closed)
    return Week(
        monday,
        local(opening, rhythm.opens.at, zone),
        local(reminding, rhythm.reminds.at, zone),
        local(monday + timedelta(days=rhythm.closes.day), rhythm.closes.at, zone),
        local(monday + timedelta(days=rhythm.digest.day), rhythm.digest.at, zone),
    )


def next_batch(now: datetime, zone: ZoneInfo, closed: Container[date] = ()) -> datetime:
    """When what is waiting is handed over next: at nine or three on a working day, so the moment of writing is lost."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=n) for n in range(LONGEST_CLOSED))
    moments = (local(day, at, zone) for day in days if working_day(day, closed) == day for at in BATCHES)
    return next(moment for moment in moments if moment > now)


def batch_of_another_day(sent: datetime, now: datetime, zone: ZoneInfo, closed: Container[date] = ()) -> datetime:
    """When what was to be sent then, to somebody who must not be known by it, is sent once more.

    Not at the next batch, which would tell in which part of the day the reader's morning lies: at the first one of a
    day on which it is morning for everybody to whom it could have been sent.
    """
    day = max(sent.astimezone(UTC).date() + timedelta(days=1), now.astimezone(zone).date())
    begins = local(day, ALL_MORNINGS, zone)
    return next_batch(begins if begins > now else local(day + timedelta(days=1), ALL_MORNINGS, zone), zone, closed)


def waking(when: datetime, zone: ZoneInfo) -> datetime:
    """The same instant, or the next one inside the person's day: nobody is written to at night."""
    there = when.astimezone(zone)
    if there.time() < DAY_BEGINS:
        return local(there.date(), DAY_BEGINS, zone)
    if there.time() >= DAY_ENDS:
        return local(there.date() + timedelta(days=1), DAY_BEGINS, zone)
    return when


def working_day(day: date, closed: Container[date]) -> date:
    """The day itself, or the next one on which people work."""
    while day.weekday() not in ANY_WORKING_DAY or day in closed:
        day += timedelta(days=1)
    return day


def working_days_after(day: date, n: int, closed: Container[date]) -> date:
    """The nth working day after a day."""
    for _ in range(n):
        day = working_day(day + timedelta(days=1), closed)
    return day
