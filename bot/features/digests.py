"""The weekly digest: what a unit said, and what is being done about it, in its own channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.composing import Reader
from bot.core import Call
from bot.domain import digests as rules
from bot.domain.ballots import PublishedComment, Results
from bot.domain.digests import ShownTheme
from bot.domain.people import Role, Segment, Tree
from bot.domain.programmes import Programme
from bot.domain.pulses import Pulse, State, rate_band
from bot.domain.questions import QUESTIONS, favourable
from bot.domain.shares import rounded_share
from bot.domain.stories import Audience, Story
from bot.domain.themes import Comment, Kind, Sentiment, Theme, ThemeReport
from bot.domain.threads import Side
from bot.entries import ShowDigest
from bot.errors import NotFound
from bot.parts import story_parts
from bot.plan import DIGEST_GRACE, Due, WeeklyMoment, Work, plan_week
from bot.ports.outbox import Destination, When
from bot.views import Bar, Bars, Divider, Element, Fields, Heading, Note, Quote, Reply, Show, View, text
from bot.wire import Notice
from bot.words import N_, Words

HISTORY_WEEKS = 4
BEFORE_THE_FIRST = timedelta(weeks=2)
BAND = 5
"""How many answered is said in steps of five: exact numbers of two units would tell who did not."""
MOST_THEMES = 5
MOST_LABELS = 12
SEGMENTS = {Segment.PLACE: N_("{question}, by place"), Segment.GRADE: N_("{question}, by grade")}
NOT_SHOWN = N_(
    "A question is not shown where too few answered it, or where only a few people have come or gone since it was last "
    "shown: two weeks must not tell what one of them said."
)
NO_DIGEST = N_("There is no digest yet. The first one comes after the first pulse has closed.")
MOVED = N_("This channel belongs to another unit now.")
MOODS = {
    Sentiment.POSITIVE: N_("mostly positive"),
    Sentiment.NEGATIVE: N_("mostly critical"),
    None: N_("mixed or not clear"),
}


@dataclass(frozen=True, slots=True)
class WeeklyDigest(Notice):
    """The digest of a week is due in a channel."""

    programme: str
    week: date
    unit: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose digest it is."""

    unit: str
    tree: Tree


@dataclass(frozen=True, slots=True)
class Week:
    """Everything a digest is made of."""

    programme: Programme
    pulse: Pulse | None
    results: Results
    tree: Tree
    unit: str
    comments: tuple[PublishedComment, ...]
    themes: tuple[ShownTheme, ...]


async def post(due: Due, work: Work) -> None:
    """Queue the week's digest for every channel, once its pulse is sealed."""
    async with work.store.begin() as tx:
        pulse = await tx.pulses.of_week(due.programme.id, due.week.monday)
        if pulse is not None and pulse.state in {State.OPEN, State.CLOSING}:
            return
        if not await tx.programmes.claim(due.programme.id, due.week.monday, WeeklyMoment.DIGEST):
            return
        for channel in await tx.channels.list_all(due.organisation.id):
            notice = WeeklyDigest(due.programme.id, due.week.monday, channel.unit)
            when = When(due.week.digest, not_after=due.week.digest + DIGEST_GRACE)
            key = f"{notice.name()}:{due.programme.id}:{due.week.monday}:{channel.id}"
            await tx.outbox.queue(due.organisation.id, notice, Destination(channel=channel.id), when, key)


async def show(_command: ShowDigest, call: Call) -> Reply:
    """The newest digest of the unit this person leads, or of the whole organisation for a steward."""
    reader = Reader(call.organisation, call.words, call.now, call.tx, call.themes, person=call.person)
    tree = await call.tx.people.tree(call.organisation.id)
    unit = tree.root.id if call.person.role is Role.STEWARD else call.person.unit
    for programme in reversed(await call.tx.programmes.list_all(call.organisation.id)):
        pulse = await call.tx.pulses.last_sealed(programme.id)
        view = await digest_of(WeeklyDigest(programme.id, pulse.week, unit), unit, reader) if pulse else None
        if view is not None:
            return Show(view)
    raise NotFound(NO_DIGEST)


async def compose(notice: WeeklyDigest, reader: Reader) -> View | None:
    """The digest for a channel. None when there is nothing at all to say."""
    if reader.channel is None or reader.channel.unit != notice.unit:
        # The channel was given to another unit meanwhile.
        return View(reader.words(MOVED)) if reader.editing else None
    return await digest_of(notice, notice.unit, reader)


async def digest_of(notice: WeeklyDigest, unit: str, reader: Reader) -> View | None:
    """The digest of any unit of the organisation."""
    week = await _week(notice, unit, reader)
    story = await _story(notice, week, reader)
    body = [
        *_participation(week, reader.words),
        *_scores(week, reader.words),
        *(_by_segment(week, reader.words) if reader.channel is None else ()),
        *_themes(week, reader.words),
        *await _quote(week, reader),
        *await _story_section(story, reader),
        *await _awaiting(week, reader),
    ]
    if not body:
        return None
    return View(_title(week, notice.week, reader.words), tuple(body), about=story.id if story else "")


# Its parts, each empty where nothing may be shown


def _title(week: Week, monday: date, t: Words) -> str:
    day = week.programme.day(monday + timedelta(days=4))
    unit = week.tree.units[week.unit].name
    return t(N_("{unit}: what we said in the week of {monday} (day {day})"), unit=unit, monday=t.day(monday), day=day)


def _participation(week: Week, t: Words) -> Iterator[Element]:
    if week.pulse is None:
        return
    if week.pulse.state is State.LOST:
        yield text(t(N_("This week's answers were lost before anybody could read them. We are sorry.")))
        return
    turnout = week.results.turnout(week.unit)
    if turnout is None:
        yield text(t(N_("Too few people answered here this week to show anything without giving somebody away.")))
        return
    yield text(_rate(rate_band(turnout.answered, turnout.eligible), t))


def _rate(band: int, t: Words) -> str:
    if band == 0:
        return t(N_("Fewer than 10 % of the people asked answered."))
    if band == 90:
        return t(N_("90 % or more of the people asked answered."))
    return t(N_("{low} to {high} % of the people asked answered."), low=band, high=band + 9)


def _scores(week: Week, t: Words) -> Iterator[Element]:
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


def _by_segment(week: Week, t: Words) -> Iterator[Element]:
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


def _themes(week: Week, t: Words) -> Iterator[Element]:
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


async def _quote(week: Week, reader: Reader) -> list[Element]:
    spent = await reader.tx.quotes.spent(week.pulse) if week.pulse and week.comments else ()
    allowed = rules.quotable_in(week.results.comments, week.unit, week.tree.root.id, spent)
    chosen = rules.quotable(week.themes, week.comments, allowed)
    if chosen is None:
        return []
    shown, comment = chosen
    names = await reader.tx.people.names_to_hide(reader.organisation.id)
    [words] = await reader.themes.redact([comment.body], names)
    by = reader.words(N_("one of {n} who wrote about: {theme}"), n=shown.n, theme=shown.theme.name)
    return [Quote(words, by)]


async def _story_section(story: Story | None, reader: Reader) -> list[Element]:
    if story is None:
        return []
    teller = await reader.tx.people.get(story.teller) if story.teller else None
    by = teller.name if teller else reader.words(N_("A colleague"))
    return [Divider(), Heading(reader.words(N_("A story of the week"))), *story_parts(story, by, reader.words)]


async def _awaiting(week: Week, reader: Reader) -> list[Element]:
    below = [unit for unit in week.tree.units if week.tree.inside(unit, week.unit)]
    threads = await reader.tx.threads.of_units(reader.organisation.id, below)
    waiting = [seen for t in threads if (seen := t.seen_by(Side.LEADER, reader.now)).waiting]
    if not waiting:
        return []
    today = reader.now.astimezone(reader.organisation.tz).date()
    days = max((today - thread.entries[-1].day).days for thread in waiting)
    return [Heading(reader.words(N_("Waiting for an answer"))), text(_waiting_words(days, reader.words))]


def _waiting_words(days: int, t: Words) -> str:
    """Never how many: a few conversations are a few people."""
    longest = t.many("The longest has waited {n} day.", "The longest has waited {n} days.", days) if days else ""
    return t(N_("At least one conversation waits for a leader. {longest}"), longest=longest).strip()


# Where it comes from


async def _week(notice: WeeklyDigest, unit: str, reader: Reader) -> Week:
    tx = reader.tx
    programme = await tx.programmes.get(notice.programme)
    pulse = await tx.pulses.of_week(programme.id, notice.week)
    tree = await tx.people.tree(reader.organisation.id)
    results = await tx.results.for_pulse(pulse.id) if pulse else Results()
    comments = rules.in_scope(results, unit, tree, pulse.k_comment) if pulse else ()
    themes = await _themes_of(pulse, results, comments, Scope(unit, tree), reader) if pulse and comments else []
    return Week(programme, pulse, results, tree, unit, comments, tuple(themes))


async def _themes_of(
    pulse: Pulse, results: Results, comments: tuple[PublishedComment, ...], scope: Scope, reader: Reader
) -> list[ShownTheme]:
    """What a unit's comments are about, and what of it may be counted, which only the whole organisation's can tell."""
    before = await reader.tx.results.comments_before(pulse, HISTORY_WEEKS)
    whole = await _found(results.comments, [c.body for c in before], reader)
    may_count = rules.countable(whole, results.comments, scope.unit, scope.tree, pulse.k)
    if scope.unit == scope.tree.root.id:
        return rules.shown_themes(whole, may_count, pulse.k)
    own = await _found(comments, [c.body for c in before if scope.tree.inside(c.unit, scope.unit)], reader)
    return rules.shown_themes(own, may_count, pulse.k)


async def _found(comments: Sequence[PublishedComment], history: Sequence[str], reader: Reader) -> ThemeReport:
    """What was found, except new themes that are a colleague's name."""
    given = [Comment(comment.body, comment.band) for comment in comments]
    report = await reader.themes.find(given, history, reader.words.language)
    names = await reader.tx.people.names_to_hide(reader.organisation.id)
    people = [t for t in report.themes if t.kind is Kind.EMERGING and await _names_somebody(t, given, names, reader)]
    return replace(report, themes=tuple(theme for theme in report.themes if theme not in people))


async def _names_somebody(theme: Theme, given: Sequence[Comment], names: frozenset[str], reader: Reader) -> bool:
    """Whether the name of a theme goes with the names of people, where these are taken out of the comments about it."""
    said = [given[row].text for row in theme.rows if theme.name.casefold() in given[row].text.casefold()]
    hidden = await reader.themes.redact(said, names)
    return sum(theme.name.casefold() in text.casefold() for text in hidden) < len(said) / 2


async def _span(programme: Programme, monday: date, reader: Reader) -> rules.Span:
    """From the last digest that was posted before this one; the first tells of all that was told before it."""
    organisation = reader.organisation
    first = programme.starts - timedelta(days=programme.starts.weekday()) - BEFORE_THE_FIRST
    last = await reader.tx.programmes.last_claimed(programme.id, WeeklyMoment.DIGEST, monday) or first
    since, until = (plan_week(organisation, programme, week).digest for week in (last, monday))
    return rules.Span(since, until, organisation.tz)


async def _story(notice: WeeklyDigest, week: Week, reader: Reader) -> Story | None:
    """One story of the week that this unit may see, its own first. Its id is random, so the choice favours nobody.

    In the whole organisation all are its own: only those without a name stand under it by their unit.
    """
    span = await _span(week.programme, notice.week, reader)
    stories = await reader.tx.stories.shared(notice.programme, span, reader.now)
    seen = [s for s in stories if s.audience is not Audience.TEAM or s.unit == week.unit]
    whole = week.unit == week.tree.root.id
    return min(seen, key=lambda story: (not whole and story.unit != week.unit, story.id)) if seen else None
