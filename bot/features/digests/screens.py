"""What the digest looks like: how many answered, what they answered, what they wrote about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.domain import digests as rules
from bot.domain.digests import DigestWeek, ShownTheme
from bot.domain.people import Segment
from bot.domain.pulses import State, rate_band
from bot.domain.questions import QUESTIONS, favourable
from bot.domain.shares import rounded_share
from bot.domain.themes import Kind, Sentiment
from bot.views import Bar, Bars, Element, Fields, Heading, Note, text
from bot.words import N_, Words

BAND = 5
"""How many answered is said in steps of five: exact numbers of two units would tell who did not."""
MOST_THEMES = 5
MOST_LABELS = 12
SEGMENTS = {Segment.PLACE: N_("{question}, by place"), Segment.GRADE: N_("{question}, by grade")}
NOT_SHOWN = N_(
    "A question is not shown where too few answered it, or where only a few people have come or gone since it was last "
    "shown: two weeks must not tell what one of them said."
)
MOVED = N_("This channel belongs to another unit now.")
MOODS = {
    Sentiment.POSITIVE: N_("mostly positive"),
    Sentiment.NEGATIVE: N_("mostly critical"),
    None: N_("mixed or not clear"),
}


def title(week: DigestWeek, t: Words) -> str:
    """Whose digest it is, and of which week."""
    monday = week.monday
    day = week.programme.day(monday + timedelta(days=4))
    unit = week.tree.units[week.unit].name
    return t(N_("{unit}: what we said in the week of {monday} (day {day})"), unit=unit, monday=t.day(monday), day=day)


def participation(week: DigestWeek, t: Words) -> Iterator[Element]:
    if week.pulse is None:
        return
    if week.pulse.state is State.LOST:
        yield text(t(N_("This week's answers were lost before anybody could read them. We are sorry.")))
        return
    turnout = week.results.turnout(week.unit)
    if turnout is None:
        yield text(t(N_("Too few people answered here this week to show anything without giving somebody away.")))
        return
    yield text(rate_words(rate_band(turnout.answered, turnout.eligible), t))


def rate_words(band: int, t: Words) -> str:
    if band == 0:
        return t(N_("Fewer than 10 % of the people asked answered."))
    if band == 90:
        return t(N_("90 % or more of the people asked answered."))
    return t(N_("{low} to {high} % of the people asked answered."), low=band, high=band + 9)


def scores(week: DigestWeek, t: Words) -> Iterator[Element]:
    if week.pulse is None:
        return
    index = rules.index_of(week.results, week.unit) if week.pulse.measure else None
    if index is not None:
        yield Fields(((t(N_("Engagement index, of 100")), str(index)),))
    tallies = rules.items_of(week.results, week.unit, week.pulse.items)
    if len(tallies) < len(week.pulse.items) and week.results.turnout(week.unit):
        yield Note(t(NOT_SHOWN))
    if tallies:
        yield Bars(t(N_("How many agree")), tuple(_bar(tally.item, tally.counts, t) for tally in tallies))
        yield Note(t(N_("To the nearest 5 %. Questions: {source}"), source=t(QUESTIONS[tallies[0].item].source)))


def by_segment(week: DigestWeek, t: Words) -> Iterator[Element]:
    """The whole organisation by place and by grade, for whoever reads it in private; a channel gets less."""
    if week.unit != week.tree.root.id:
        return
    for segment, heading in SEGMENTS.items():
        for item in week.pulse.items if week.pulse else ():
            bars = [
                _labelled(own.label, own.counts, t)
                for own in week.results.segments
                if own.segment is segment and own.item == item
            ]
            if len(bars) > 1:
                yield Bars(t(heading, question=t(QUESTIONS[item].short)), tuple(bars[:MOST_LABELS]))


def _labelled(label: str, counts: tuple[int, ...], t: Words) -> Bar:
    percent = rounded_share(favourable(counts), sum(counts))
    return Bar(label, percent / 100, t(N_("{percent} % agree"), percent=percent))


def _bar(item: str, counts: tuple[int, ...], t: Words) -> Bar:
    n = sum(counts)
    percent = rounded_share(favourable(counts), n)
    low = n // BAND * BAND
    said = t(N_("{percent} % agree, of {low} to {high} answers"), percent=percent, low=low, high=low + BAND - 1)
    return Bar(t(QUESTIONS[item].short), percent / 100, said)


def themes(week: DigestWeek, t: Words) -> Iterator[Element]:
    if not week.themes:
        return
    yield Heading(t(N_("What people wrote about")))
    longest = max(shown.n for shown in week.themes)
    rows = (
        Bar(_theme_name(shown, t), shown.n / longest, _theme_words(shown, t)) for shown in week.themes[:MOST_THEMES]
    )
    yield Bars(t(N_("Comments by theme")), tuple(rows))
    yield Note(t(N_("Found by rules, which do not understand irony. Themes with fewer than 5 comments are not shown.")))


def _theme_name(shown: ShownTheme, t: Words) -> str:
    new = t(N_(" (new)")) if shown.theme.kind is Kind.EMERGING else ""
    return shown.theme.name + new


def _theme_words(shown: ShownTheme, t: Words) -> str:
    return t.many("{n} comment, {mood}", "{n} comments, {mood}", shown.n, mood=t(MOODS[shown.mood]))
