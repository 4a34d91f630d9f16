"""When things happen, on the local clock, through bank holidays and clock changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.calendar import BATCHES, Rhythm, Slot, Week, bank_holidays, local, monday_of, next_batch, waking, week

LONDON = ZoneInfo("Europe/London")
MADRID = ZoneInfo("Europe/Madrid")
DEFAULT = Rhythm()


def in_london(when: datetime) -> tuple[date, time]:
    there = when.astimezone(LONDON)
    return there.date(), there.time()


def planned(monday: date, nation: str = "ENG") -> Week:
    return week(monday, DEFAULT, LONDON, bank_holidays(nation))


def mondays(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=7)


def test_an_ordinary_week_is_the_one_staff_are_told_about() -> None:
    """It opens on Monday at ten, reminds on Wednesday at ten, closes on Thursday at five, reports on Friday at 9:30."""
    assert planned(date(2026, 11, 16)) == Week(
        date(2026, 11, 16),
        datetime(2026, 11, 16, 10, 0, tzinfo=UTC),
        datetime(2026, 11, 18, 10, 0, tzinfo=UTC),
        datetime(2026, 11, 19, 17, 0, tzinfo=UTC),
        datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    )


def test_until_2037_every_pulse_opens_at_ten_on_a_working_day() -> None:
    """In every week the opening is at 10:00 on the wall, on the first working day, and before everything else."""
    closed = bank_holidays("ENG")
    for monday in mondays(date(2026, 1, 5), date(2037, 12, 28)):
        planned_week = week(monday, DEFAULT, LONDON, closed)
        day, at = in_london(planned_week.opens)
        assert at == time(10, 0)
        assert day.weekday() < 5
        assert day not in closed
        skipped = [monday + timedelta(days=n) for n in range((day - monday).days)]
        assert all(before in closed for before in skipped)
        assert planned_week.opens < planned_week.reminds
        assert planned_week.opens < planned_week.closes < planned_week.digest
        assert in_london(planned_week.closes) == (monday + timedelta(days=3), time(17, 0))
        assert in_london(planned_week.digest) == (monday + timedelta(days=4), time(9, 30))


def test_the_clock_change_moves_the_instant_and_not_the_hour() -> None:
    """Ten in the week before a clock change and ten in the week after are an hour apart in UTC."""
    assert [planned(day).opens.hour for day in (date(2027, 3, 22), date(2027, 4, 5))] == [10, 9]
    assert [planned(day).opens.hour for day in (date(2026, 10, 19), date(2026, 10, 26))] == [9, 10]


def test_a_skipped_time_is_taken_an_hour_later_and_a_repeated_one_first() -> None:
    """Half past one does not exist on 28 March 2027, and exists twice on 25 October 2026."""
    assert in_london(local(date(2027, 3, 28), time(1, 30), LONDON)) == (date(2027, 3, 28), time(2, 30))
    assert local(date(2026, 10, 25), time(1, 30), LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("nation", "monday", "opens"),
    [
        ("ENG", date(2027, 3, 29), date(2027, 3, 30)),  # Easter Monday
        ("WLS", date(2027, 3, 29), date(2027, 3, 30)),
        ("SCT", date(2027, 3, 29), date(2027, 3, 29)),
        ("ENG", date(2027, 8, 2), date(2027, 8, 2)),  # Summer bank holiday
        ("WLS", date(2027, 8, 30), date(2027, 8, 31)),
        ("SCT", date(2027, 8, 2), date(2027, 8, 3)),
        ("SCT", date(2027, 8, 30), date(2027, 8, 30)),
        ("ENG", date(2026, 11, 30), date(2026, 11, 30)),  # Saint Andrew's Day
        ("SCT", date(2026, 11, 30), date(2026, 12, 1)),
        ("ENG", date(2028, 1, 3), date(2028, 1, 4)),  # New Year's Day on a Saturday
        ("SCT", date(2028, 1, 3), date(2028, 1, 5)),
        ("ENG", date(2027, 5, 3), date(2027, 5, 4)),  # Early May
    ],
)
def test_each_nation_keeps_its_own_bank_holidays(nation: str, monday: date, opens: date) -> None:
    """An opening on a bank holiday of the nation moves to the next working day, and elsewhere stays."""
    assert in_london(planned(monday, nation).opens) == (opens, time(10, 0))


def test_the_reminder_keeps_its_distance_from_a_late_opening() -> None:
    """After Christmas Day on a Monday and Boxing Day the pulse opens on Wednesday and reminds on Thursday."""
    christmas = planned(date(2028, 12, 25))
    assert in_london(christmas.opens) == (date(2028, 12, 27), time(10, 0))
    assert in_london(christmas.reminds) == (date(2028, 12, 28), time(10, 0))
    assert christmas.reminds < christmas.closes


def test_nobody_is_reminded_on_christmas_day() -> None:
    """Where Christmas Day is the Wednesday, the reminder moves past the close, and so falls away."""
    christmas = planned(date(2030, 12, 23))
    assert in_london(christmas.opens)[0] == date(2030, 12, 23)
    assert in_london(christmas.reminds)[0] == date(2030, 12, 27)
    assert christmas.reminds > christmas.closes


def test_after_easter_monday_the_reminder_is_still_on_wednesday() -> None:
    """A day's delay leaves the reminder where staff expect it."""
    assert in_london(planned(date(2027, 3, 29)).reminds) == (date(2027, 3, 31), time(10, 0))


def test_an_opening_on_a_weekend_moves_to_the_monday_after() -> None:
    """A rhythm that opens on a Saturday opens on the next working day."""
    saturday = Rhythm(Slot(5, time(10, 0)), Slot(7, time(10, 0)), Slot(10, time(17, 0)), Slot(11, time(9, 30)))
    assert in_london(week(date(2026, 11, 16), saturday, LONDON).opens) == (date(2026, 11, 23), time(10, 0))


@pytest.mark.parametrize(
    ("when", "monday"),
    [
        (datetime(2026, 11, 16, 0, 0, tzinfo=UTC), date(2026, 11, 16)),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), date(2026, 11, 16)),
        (datetime(2027, 6, 6, 23, 30, tzinfo=UTC), date(2027, 6, 7)),  # half past midnight on Monday in summer
    ],
)
def test_a_week_begins_at_local_midnight(when: datetime, monday: date) -> None:
    """The week an instant belongs to is that of the wall clock, not of UTC."""
    assert monday_of(when, LONDON) == monday


@pytest.mark.parametrize(
    ("now", "handed_over"),
    [
        (datetime(2026, 11, 16, 8, 59, tzinfo=UTC), datetime(2026, 11, 16, 9, 0, tzinfo=UTC)),
        (datetime(2026, 11, 16, 9, 0, tzinfo=UTC), datetime(2026, 11, 16, 15, 0, tzinfo=UTC)),
        (datetime(2026, 11, 16, 15, 0, tzinfo=UTC), datetime(2026, 11, 17, 9, 0, tzinfo=UTC)),
        (datetime(2026, 11, 20, 15, 1, tzinfo=UTC), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
        (datetime(2027, 3, 26, 16, 0, tzinfo=UTC), datetime(2027, 3, 29, 8, 0, tzinfo=UTC)),  # the clocks change
    ],
)
def test_what_waits_is_handed_over_at_nine_or_three_on_a_working_day(now: datetime, handed_over: datetime) -> None:
    """The next batch is the first nine or three o'clock after now, and never at a weekend."""
    assert next_batch(now, LONDON) == handed_over


def test_a_batch_is_always_ahead_and_never_far() -> None:
    """From every hour of a year the next batch is later, at one of the two times, and within three days."""
    for hour in range(0, 366 * 24, 5):
        now = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        batch = next_batch(now, LONDON)
        assert now < batch <= now + timedelta(days=3)
        assert in_london(batch)[1] in BATCHES


@pytest.mark.parametrize(
    ("when", "zone", "woken"),
    [
        (datetime(2026, 11, 16, 7, 59, tzinfo=UTC), LONDON, datetime(2026, 11, 16, 8, 0, tzinfo=UTC)),
        (datetime(2026, 11, 16, 8, 0, tzinfo=UTC), LONDON, datetime(2026, 11, 16, 8, 0, tzinfo=UTC)),
        (datetime(2026, 11, 16, 17, 59, tzinfo=UTC), LONDON, datetime(2026, 11, 16, 17, 59, tzinfo=UTC)),
        (datetime(2026, 11, 16, 18, 0, tzinfo=UTC), LONDON, datetime(2026, 11, 17, 8, 0, tzinfo=UTC)),
        (datetime(2026, 11, 16, 17, 0, tzinfo=UTC), MADRID, datetime(2026, 11, 17, 7, 0, tzinfo=UTC)),
        (datetime(2027, 3, 27, 18, 30, tzinfo=UTC), LONDON, datetime(2027, 3, 28, 7, 0, tzinfo=UTC)),
    ],
    ids=["early", "at eight", "just before six", "at six", "their own zone", "over a clock change"],
)
def test_nobody_is_written_to_at_night(when: datetime, zone: ZoneInfo, woken: datetime) -> None:
    """What falls before eight or from six on waits for eight o'clock on the person's own clock."""
    assert waking(when, zone) == woken
