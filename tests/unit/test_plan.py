"""What falls due when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.people import Organisation
from bot.domain.programmes import Programme
from bot.plan import DIGEST_GRACE, WeeklyMoment, due, moment, next_moment, plan_week

COUNCIL = Organisation("o", "Council", "Europe/London", "ENG")
MONDAY = date(2026, 11, 16)
PROGRAMME = Programme("p", "o", "Change", "Answer people", MONDAY)
HOUR = timedelta(hours=1)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment in the programme's first weeks, counted in days from its first Monday."""
    return datetime(2026, 11, 16, hour, minute, tzinfo=UTC) + timedelta(days=day)


def due_at(when: datetime, programme: Programme = PROGRAMME) -> set[tuple[WeeklyMoment, date]]:
    return {(item.event, item.week.monday) for item in due(COUNCIL, programme, when)}


@pytest.mark.parametrize(
    ("when", "events"),
    [
        (at(0, 9, 59), set()),
        (at(0, 10), {WeeklyMoment.OPEN}),
        (at(2, 9, 59), {WeeklyMoment.OPEN}),
        (at(2, 10), {WeeklyMoment.OPEN, WeeklyMoment.REMIND}),
        (at(3, 16, 59), {WeeklyMoment.OPEN, WeeklyMoment.REMIND}),
        (at(3, 17), {WeeklyMoment.CLOSE, WeeklyMoment.REVIEW}),
        (at(4, 9, 29), {WeeklyMoment.CLOSE, WeeklyMoment.REVIEW}),
        (at(4, 9, 30), {WeeklyMoment.CLOSE, WeeklyMoment.DIGEST}),
        (at(6, 23), {WeeklyMoment.CLOSE, WeeklyMoment.DIGEST}),
    ],
)
def test_each_event_begins_at_its_moment(when: datetime, events: set[WeeklyMoment]) -> None:
    """Nothing is due a minute early, and opening and reminding end exactly where the close begins."""
    assert due_at(when) == {(event, MONDAY) for event in events}


def test_a_late_start_still_opens_the_pulse() -> None:
    """A service that starts on Wednesday opens Monday's pulse, with the moments that were announced."""
    [opening] = [item for item in due(COUNCIL, PROGRAMME, at(1, 23)) if item.event is WeeklyMoment.OPEN]
    assert opening.week == plan_week(COUNCIL, PROGRAMME, MONDAY)
    assert (opening.organisation, opening.programme) == (COUNCIL, PROGRAMME)


def test_an_opening_that_was_missed_is_not_made_up_for() -> None:
    """From the close on, the week's pulse is neither opened nor reminded of, in this week or the next."""
    for hour in range(11 * 24):
        events = {event for event, monday in due_at(at(3, 17) + hour * HOUR) if monday == MONDAY}
        assert not events & {WeeklyMoment.OPEN, WeeklyMoment.REMIND}


def test_the_close_comes_however_late() -> None:
    """From its moment to the end of the next week the close is due in every hour."""
    hours = int((at(14) - at(3, 17)) / HOUR)
    assert all((WeeklyMoment.CLOSE, MONDAY) in due_at(at(3, 17) + n * HOUR) for n in range(hours))
    assert (WeeklyMoment.CLOSE, MONDAY) not in due_at(at(3, 16, 59))


def test_the_last_pulse_of_a_programme_is_closed_too() -> None:
    """Every pulse that may open has its close due at the moment it was announced for."""
    for n in range(-3, 25):
        monday = MONDAY + timedelta(days=7 * n)
        week = plan_week(COUNCIL, PROGRAMME, monday)
        if (WeeklyMoment.OPEN, monday) in due_at(week.opens):
            assert {(WeeklyMoment.CLOSE, monday)} <= due_at(week.closes)
            assert {(WeeklyMoment.CLOSE, monday)} <= due_at(week.closes + timedelta(days=7))


def test_a_digest_waits_for_a_weekend_and_no_longer() -> None:
    """A digest that could not be posted on Friday may be for three days, and then it is left out."""
    digest = plan_week(COUNCIL, PROGRAMME, MONDAY).digest
    last = digest + DIGEST_GRACE
    assert (WeeklyMoment.DIGEST, MONDAY) in due_at(last - timedelta(minutes=1))
    assert (WeeklyMoment.DIGEST, MONDAY) not in due_at(last)


@pytest.mark.parametrize("weekday", range(7))
def test_the_first_pulse_is_in_the_week_of_the_first_day(weekday: int) -> None:
    """Nothing is due before the week that the programme starts in, on whatever day it starts."""
    programme = Programme("p", "o", "Change", "Answer people", MONDAY + timedelta(days=weekday))
    assert due_at(at(-7, 10), programme) == due_at(at(-1, 23), programme) == set()
    assert due_at(at(0, 10), programme) == {(WeeklyMoment.OPEN, MONDAY)}


def test_nothing_is_due_long_after_the_programme() -> None:
    """A fortnight after the week of the last day nothing is due at any hour."""
    after = datetime(2027, 2, 24, tzinfo=UTC) + timedelta(days=21)
    assert PROGRAMME.ends == date(2027, 2, 24)
    assert all(not due_at(after + n * HOUR) for n in range(21 * 24))


def test_the_week_of_day_100_has_a_pulse() -> None:
    """Day 100 can be measured: a pulse opens in its week."""
    assert (WeeklyMoment.OPEN, date(2027, 2, 22)) in due_at(datetime(2027, 2, 22, 10, 0, tzinfo=UTC))


def test_a_bank_holiday_moves_what_is_due() -> None:
    """On a bank holiday Monday nothing opens; on the Tuesday it does."""
    spring = Programme("p", "o", "Change", "Answer people", date(2027, 4, 26))
    assert due_at(datetime(2027, 5, 3, 12, 0, tzinfo=UTC), spring) == {(WeeklyMoment.CLOSE, date(2027, 4, 26))}
    assert (WeeklyMoment.OPEN, date(2027, 5, 3)) in due_at(datetime(2027, 5, 4, 9, 0, tzinfo=UTC), spring)


@pytest.mark.parametrize("event", WeeklyMoment)
def test_the_next_moment_is_the_first_one_after_now(event: WeeklyMoment) -> None:
    """From any hour, the next moment is later, within 7 days and a few, and no earlier week's comes between."""
    weeks = [plan_week(COUNCIL, PROGRAMME, MONDAY + timedelta(days=7 * n)) for n in range(-1, 5)]
    moments = [moment(week, event) for week in weeks]
    for hours in range(0, 21 * 24, 3):
        now = at(0) + hours * HOUR
        assert next_moment(COUNCIL, PROGRAMME, event, now) == min(m for m in moments if m > now)


def test_at_its_own_moment_the_next_one_is_a_week_away() -> None:
    """At ten on Monday the next opening is that of the following Monday."""
    assert next_moment(COUNCIL, PROGRAMME, WeeklyMoment.OPEN, at(0, 10)) == at(7, 10)
