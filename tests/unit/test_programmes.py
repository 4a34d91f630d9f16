"""One programme at a time in an organisation: a second one in the same weeks would ask everybody twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.administration import start
from bot.domain.ids import new_id
from bot.domain.people import Organisation, Unit
from bot.domain.programmes import Programme, in_the_way, may_start
from bot.errors import Misconfigured
from tests.attack.thief import steal
from tests.terminal import Terminal
from tests.world import CLOSES, MONDAY, OPENS, World

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
START = ("programme", "start", "Change", "--goal", "Answer people", "--starts", f"{MONDAY}")


def programme(starts: date, days: int = 100) -> Programme:
    return Programme(new_id(), "o", "Change", "Answer people", starts, days)


@given(DAYS, DAYS, st.integers(0, 120), st.integers(0, 120))
def test_two_overlap_where_a_week_has_two_pulses(one: date, other: date, days: int, others: int) -> None:
    """The rule is that of the plan: there is a Monday on which both ask."""
    a, b = programme(one, days), programme(other, others)
    both = any(a.asks_in(m) and b.asks_in(m) for m in (date(2025, 12, 1) + timedelta(weeks=n) for n in range(140)))
    assert a.overlaps(b) == b.overlaps(a) == both


@given(DAYS, st.lists(DAYS, max_size=4))
def test_the_day_that_is_advised_is_free_and_not_too_late(starts: date, others: list[date]) -> None:
    """On that day nothing is in its way, and a week before something is, unless it was the day that was asked for."""
    wanted, known = programme(starts), [programme(other) for other in others]
    first = may_start(wanted, known)
    assert first >= starts
    assert not in_the_way(replace(wanted, starts=first), known)
    assert first == starts or in_the_way(replace(wanted, starts=first - timedelta(days=1)), known)


def test_a_second_one_in_the_same_weeks_is_refused_in_words(terminal: Terminal) -> None:
    """It says what runs and until when, and from when on another can; that one is then taken, as is an earlier one."""
    terminal.does("organisation", "create", "Council")
    terminal.does(*START)
    ran = terminal.run("programme", "start", "More", "--goal", "More", "--starts", "2027-02-24")
    assert (ran.status, ran.out) == (2, "")
    assert "Change runs from 16 November 2026 until 24 February 2027" in ran.err
    assert "--starts 2027-03-01" in ran.err
    terminal.does("programme", "start", "More", "--goal", "More", "--starts", "2027-03-01")
    terminal.does("programme", "start", "Before", "--goal", "More", "--starts", "2026-08-01")
    terminal.does("organisation", "create", "Another")
    terminal.does(*START, "--organisation", "Another")


def test_two_that_run_already_go_on_and_the_doctor_says_so(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that has two from an earlier version starts as ever."""
    terminal.does("organisation", "create", "Council")
    terminal.does(*START)
    with monkeypatch.context() as earlier:
        earlier.setattr("bot.administration.in_the_way", lambda *_: ())
        terminal.does(*START)
    ran = terminal.run("doctor")
    assert "Change and Change run in the same weeks, so everybody is asked twice until 24 February 2027" in ran.out


async def test_one_follows_another_without_a_break(small_world: World) -> None:
    """In the days in which both could be meant, pulse, story and digest are those of the one whose week it is."""
    world, first = small_world, small_world.programme
    following = replace(first, id=new_id(), starts=first.next_may_start, name="Next")
    await start(world.product.store, following)
    monday = OPENS + (following.starts - first.starts)
    await world.at(monday - timedelta(weeks=1))
    await world.ask("u5", "TellStory", text="Told at the end", audience="organisation", named="yes")
    await world.at(CLOSES + (monday - OPENS) - timedelta(weeks=1))
    await world.at(monday)
    assert "Open until" in str(await world.ask("u5", "ShowPulse"))
    await world.ask("u6", "TellStory", text="Told at the beginning", audience="organisation", named="yes")
    told = {row["text"]: row["programme_id"] for row in (await steal(world))["stories"]}
    assert told == {"Told at the end": first.id, "Told at the beginning": following.id}
    await world.at(CLOSES + (monday - OPENS))
    assert "Told at the beginning" in str(await world.ask("steward", "ShowDigest"))


async def test_of_two_started_at_once_one_is_refused(world: World) -> None:
    """One process has looked and not yet written, on both databases: another that starts one waits, and is refused."""
    organisation, store = Organisation(new_id(), "Another"), world.product.store
    async with store.begin() as tx:
        await tx.organisations.add(organisation, Unit(new_id(), "Another"))
    first, second = (replace(programme(MONDAY), organisation=organisation.id) for _ in range(2))
    async with store.begin() as tx:
        assert await tx.programmes.lock_all(organisation.id) == ()
        starting = asyncio.create_task(start(store, second))
        done, _ = await asyncio.wait([starting], timeout=0.5)
        assert not done
        await tx.programmes.add(first)
    with pytest.raises(Misconfigured, match="Change runs from"):
        await starting
    async with store.view() as tx:
        assert await tx.programmes.list_all(organisation.id) == (first,)
