"""The story that a weekly digest tells."""

from __future__ import annotations

from datetime import date, timedelta

from bot.composing import Reader
from bot.domain.digests import DigestWeek, Span
from bot.domain.programmes import Programme
from bot.domain.stories import Audience, Story
from bot.feature import Said
from bot.features.stories.screens import story_parts
from bot.plan import WeeklyMoment, plan_week
from bot.views import Divider, Heading
from bot.words import N_

BEFORE_THE_FIRST = timedelta(weeks=2)


async def story_of_the_week(week: DigestWeek, reader: Reader) -> Said:
    """One story of the week that this unit may see, its own first."""
    story = await _chosen(week, reader)
    if story is None:
        return Said()
    teller = await reader.tx.people.get(story.teller) if story.teller else None
    by = teller.name if teller else reader.words(N_("A colleague"))
    heading = Heading(reader.words(N_("A story of the week")))
    return Said((Divider(), heading, *story_parts(story, by, reader.words)), about=story.id)


async def _chosen(week: DigestWeek, reader: Reader) -> Story | None:
    """Its id is random, so the choice favours nobody.

    In the whole organisation all are its own: only those without a name stand under it by their unit.
    """
    span = await _span(week.programme, week.monday, reader)
    stories = await reader.tx.stories.shared(week.programme.id, span, reader.now)
    seen = [s for s in stories if s.audience is not Audience.TEAM or s.unit == week.unit]
    whole = week.unit == week.tree.root.id
    return min(seen, key=lambda story: (not whole and story.unit != week.unit, story.id)) if seen else None


async def _span(programme: Programme, monday: date, reader: Reader) -> Span:
    """From the last digest that was posted before this one; the first tells of all that was told before it."""
    organisation = reader.organisation
    first = programme.starts - timedelta(days=programme.starts.weekday()) - BEFORE_THE_FIRST
    last = await reader.tx.programmes.last_claimed(programme.id, WeeklyMoment.DIGEST, monday) or first
    since, until = (plan_week(organisation, programme, week).digest for week in (last, monday))
    return Span(since, until, organisation.tz)
