"""Digests week after week: every story and every quote is in one of them, and in no second one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.composing import Reader
from bot.domain.calendar import Rhythm, next_batch, week
from bot.domain.digests import Span, quotable_in
from bot.domain.pulses import Pulse
from bot.features.digests.week import digest_of, read_week
from bot.routes import SECTIONS
from bot.views import Quote, View
from tests.quotes.test_queue import approve_all
from tests.quotes.test_rules import comment
from tests.world import BATCH, BEFORE, CLOSES, DIGEST, OPENS, World

A_WEEK = timedelta(weeks=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize("monday", [date(2026, 3, 23), date(2026, 10, 19)])
def test_the_spans_of_digests_tile_time(zone: str, monday: date) -> None:
    """Each hour of five weeks with a clock change is in one span, told at once or handed over with its batch.

    What a span holds can be shown when its digest is composed, and a batch is in the same span by its day alone.
    """
    where = ZoneInfo(zone)
    digests = [week(monday + n * A_WEEK, Rhythm(), where).digest for n in range(6)]
    spans = [Span(last, own, where) for last, own in pairwise(digests)]
    for hours in range(24 * 33):
        told = digests[0] + timedelta(days=1, hours=hours)
        batch = next_batch(told, where)
        day = datetime(batch.year, batch.month, batch.day, tzinfo=UTC)
        named = [n for n, span in enumerate(spans) if span.days[0] <= told.astimezone(where).date() < span.days[1]]
        unnamed = [n for n, span in enumerate(spans) if span.batches[0] <= batch < span.batches[1]]
        assert len(named) == 1
        assert len(unnamed) == 1
        assert spans[named[0]].own > told
        assert spans[unnamed[0]].own > batch
        assert [n for n, span in enumerate(spans) if span.batches[0] <= day < span.batches[1]] == unnamed


async def test_a_story_leads_one_digest(small_world: World) -> None:
    """Told at any time from before the first pulse to the fourth digest, named or not: each leads the digest of its
    days, and no story a second one."""
    world = small_world
    told = [BEFORE, BATCH, DIGEST - 2 * MINUTE, DIGEST + MINUTE, DIGEST + timedelta(days=2), DIGEST + A_WEEK]
    for number, when in enumerate(told):
        await world.at(when)
        named = "yes" if number % 2 else "no"
        await world.ask(f"u{number + 3}", "TellStory", text=f"zq{number} ", audience="organisation", named=named)
    for n in range(5):
        await world.at(max(world.time[0], CLOSES + n * A_WEEK))
        await world.at(DIGEST + n * A_WEEK)
    leading = _leading(world)
    for led, could in zip(leading, ({"zq0", "zq1"}, {"zq2", "zq3", "zq4"}, {"zq5"}), strict=True):
        assert led in could


async def test_a_story_of_a_digest_that_never_came_is_in_the_next(small_world: World) -> None:
    """A service that is down from Thursday to Tuesday posts no digest; what was told before is not forgotten."""
    world = small_world
    await world.at(OPENS)
    await world.ask("u5", "TellStory", text="zq0 ", audience="organisation", named="yes")
    await world.at(DIGEST + timedelta(days=4))
    for n in (1, 2):
        await world.at(DIGEST + n * A_WEEK)
    assert _leading(world) == ["zq0"]


async def test_a_digest_that_is_late_tells_of_the_same_days(small_world: World) -> None:
    """Posted on Sunday, it does not tell of Saturday: that is the next one's."""
    world = small_world
    await world.at(CLOSES)
    await world.ask("u5", "TellStory", text="zq0 ", audience="organisation", named="yes")
    world.time[0] = DIGEST + timedelta(days=1)
    await world.ask("u6", "TellStory", text="zq1 ", audience="organisation", named="yes")
    await world.at(DIGEST + timedelta(days=2))
    await world.at(DIGEST + A_WEEK)
    assert _leading(world) == ["zq0", "zq1"]


async def test_a_posted_digest_that_is_composed_again_is_the_same(small_world: World) -> None:
    """Weeks later, with new stories and the same words approved again, an edit of it would change nothing."""
    world = small_world
    posted, pulses = [], []
    for n in range(2):
        pulses.append(await _a_week_of_comments(world, n))
        await world.ask(f"u{n + 3}", "TellStory", text=f"zq{n} ", audience="organisation", named="yes")
        await world.at(DIGEST + n * A_WEEK)
        posted.append(_digests(world)[-1])
    assert _quotes(posted[0])
    for pulse, then in zip(pulses, posted, strict=True):
        assert await _composed_again(world, pulse) == then


async def test_the_same_words_are_quoted_once(small_world: World) -> None:
    """Twelve people write the same week after week, and a steward agrees each time: one digest quotes it, once."""
    world = small_world
    for n in range(3):
        await _a_week_of_comments(world, n)
        await world.at(DIGEST + n * A_WEEK)
    quoted = Counter(words for _, view in world.mailbox.sent for words in _quotes(view))
    assert quoted == {"The workload in this office is far too heavy for us": 1}


def test_two_who_write_the_same_are_one_quote() -> None:
    """Two of one unit, or of two: one digest of the week quotes the words, whatever signs and capitals they use."""
    said = comment(1).body
    alike = [comment(1), replace(comment(2), body=f"{said}!"), replace(comment(3, "roads"), body=said.upper())]
    found = {unit: quotable_in(alike, unit, "council") for unit in ("council", "housing", "roads")}
    assert found == {"council": {alike[0].id}, "housing": frozenset(), "roads": frozenset()}
    assert quotable_in(alike, "council", "council", [f"{said}..."]) == frozenset()


async def _a_week_of_comments(world: World, n: int) -> Pulse:
    """Twelve of Housing write the same, and the steward says yes to each."""
    await world.at(OPENS + n * A_WEEK)
    pulse = await world.pulse()
    for number in range(1, 13):
        await world.answer(f"u{number}", 4, "The workload in this office is far too heavy for us")
    await world.at(CLOSES + n * A_WEEK)
    await approve_all(world)
    return pulse


async def _composed_again(world: World, pulse: Pulse) -> View | None:
    async with world.product.store.view() as tx:
        root = (await tx.people.tree(world.organisation.id)).root.id
        [channel] = [each for each in await tx.channels.list_all(world.organisation.id) if each.unit == root]
        words = world.product.core.languages.words("en", world.organisation.tz)
        themes = world.product.core.themes
        reader = Reader(world.organisation, words, world.time[0], tx, themes, channel=channel, editing=True)
        week = await read_week(world.programme.id, pulse.week, root, reader)
        return await digest_of(SECTIONS, week, reader)


def _leading(world: World) -> list[str]:
    """The stories that led the organisation's digests, in their order."""
    return [story for view in _digests(world) for story in _quotes(view)]


def _digests(world: World) -> list[View]:
    return [view for view in world.mailbox.to("general") if "what we said" in view.title]


def _quotes(view: View) -> list[str]:
    return [element.text.strip() for element in view.body if isinstance(element, Quote)]
