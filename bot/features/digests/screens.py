"""What the digest looks like: how many answered, what they answered, what they wrote about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.domain.digests import DigestWeek, ShownTheme
from bot.domain.numbers import Number
from bot.domain.people import Segment
from bot.domain.pulses import State
from bot.domain.questions import QUESTIONS
from bot.domain.themes import Kind, Sentiment
from bot.views import Bar, Bars, Element, Fields, Heading, Note, text
from bot.words import N_, Words

MOST_THEMES = 5
MOST_LABELS = 12
SEGMENTS = {Segment.PLACE: N_("{question}, by place"), Segment.GRADE: N_("{question}, by grade")}
NOT_SHOWN = N_(
    "A question is not shown where too few of those who answered it can be counted together: two weeks must not tell "
    "what one person said."
)
COUNTED = N_(
    "These numbers are about {percent} % of the people here. The others are counted once enough of them can be counted "
    "together."
)
WHOLE = 100
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
    if week.told_of is None:
        yield text(t(N_("Too few people can be counted here this week to show anything without giving somebody away.")))
        return
    if week.told_of != week.unit:
        name = week.tree.units[week.told_of].name
        yield text(
            t(N_("Nothing can be shown of this unit alone this week. The numbers are those of {unit}."), unit=name)
        )
    turnout = week.results.turnout(week.told_of)
    if turnout is not None:
        yield text(rate_words(turnout.band, t))


def rate_words(band: int, t: Words) -> str:
    if band == 0:
        return t(N_("Fewer than 10 % of the people asked answered."))
    if band == 90:
        return t(N_("90 % or more of the people asked answered."))
    return t(N_("{low} to {high} % of the people asked answered."), low=band, high=band + 9)


def scores(week: DigestWeek, t: Words) -> Iterator[Element]:
    if week.pulse is None or week.told_of is None:
        return
    index = week.results.index(week.told_of)
    if index is not None:
        yield Fields(((t(N_("Engagement index, of 100")), str(index)),))
    numbers = [number for item in week.pulse.items if (number := week.results.number(week.told_of, item))]
    if len(numbers) < len(week.pulse.items):
        yield Note(t(NOT_SHOWN))
    if numbers:
        yield Bars(t(N_("How many agree")), tuple(_bar(number, t) for number in numbers))
        counted = min(number.counted for number in numbers)
        if counted < WHOLE:
            yield Note(t(COUNTED, percent=counted))
        yield Note(t(N_("To the nearest 5 %. Questions: {source}"), source=t(QUESTIONS[numbers[0].item].source)))


def by_segment(week: DigestWeek, t: Words) -> Iterator[Element]:
    """The whole organisation by place and by grade, for whoever reads it in private; a channel gets less."""
    if week.unit != week.tree.root.id:
        return
    for segment, heading in SEGMENTS.items():
        for item in week.pulse.items if week.pulse else ():
            bars = [
                _labelled(own.label, own.number, t)
                for own in week.results.segments
                if own.segment is segment and own.number.item == item
            ]
            if len(bars) > 1:
                yield Bars(t(heading, question=t(QUESTIONS[item].short)), tuple(bars[:MOST_LABELS]))


def _labelled(label: str, number: Number, t: Words) -> Bar:
    return Bar(label, number.share / 100, t(N_("{percent} % agree"), percent=number.share))


def _bar(number: Number, t: Words) -> Bar:
    said = t(N_("{percent} % agree"), percent=number.share)
    if number.at_least:
        said = t(N_("{percent} % agree, of at least {n} answers"), percent=number.share, n=number.at_least)
    return Bar(t(QUESTIONS[number.item].short), number.share / 100, said)


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
