"""Quotes: before a digest repeats somebody's words, a steward looks whether they give anybody away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.composing import NoticeHandler, Reader
from bot.core import Call, Route
from bot.domain.calendar import monday_of
from bot.domain.digests import DigestWeek, may_be_offered, quotable, quotable_in
from bot.domain.people import STEWARDS, Role
from bot.domain.pulses import State
from bot.domain.quotes import Review
from bot.domain.results import PublishedComment
from bot.errors import NotFound, Refusal
from bot.feature import DigestSection, Feature, Place, Said, Verb
from bot.plan import Due, WeeklyMoment, Work, plan_week
from bot.ports.outbox import Destination, When
from bot.views import Button, Buttons, Divider, Element, Note, Quote, Replace, Reply, Show, Style, View, text
from bot.wire import Command, Flag, Notice
from bot.words import N_, Words

AT_ONCE = 8
A_WEEK = timedelta(days=7)
STEWARDS_ONLY = N_("Only the programme's stewards can do that.")
TOO_LATE = N_("The digest with this comment has been posted. What it quotes cannot be changed any more.")
OTHERWISE = N_("Somebody else has decided about that comment meanwhile. It stays as they left it.")
PLEASE_LOOK = N_("The digest comes on {when}. Before, please look whether they name anybody. Unseen, none is quoted.")
HOW = N_(
    "In random order. Names and numbers that the rules know are taken out already; please decline whatever still gives "
    "somebody away. Without a yes nothing is quoted. You can change it until the digest is posted."
)


@dataclass(frozen=True, slots=True)
class ReviewQuotes(Command):
    """May these comments be quoted? `after` is the last one seen."""

    decided: Flag = Flag.NO
    after: str = ""


@dataclass(frozen=True, slots=True)
class DecideQuote(Command):
    """This comment may, or may not, be quoted. `was` is what the button's reader saw."""

    comment: str
    was: Review
    to: Review


@dataclass(frozen=True, slots=True)
class QuotesWaiting(Notice):
    """A pulse has closed, and some of its comments may be quoted."""

    pulse: str


# What stewards ask


async def show(command: ReviewQuotes, call: Call) -> Reply:
    """The comments that wait for somebody to look at them, or those that were decided."""
    return Show(await _queue(command, call))


async def typed(_rest: str, call: Call) -> Reply:
    """The same, for a word after /100days, which anybody can type."""
    if call.person.role is not Role.STEWARD:
        raise NotFound(STEWARDS_ONLY)
    return await show(ReviewQuotes(), call)


async def decide(command: DecideQuote, call: Call) -> Reply:
    """Keep a decision if the comment is still as its reader saw it; a second press of the same changes nothing."""
    since = _since(call)
    if await call.tx.quotes.review(call.organisation.id, command.comment, command.was, command.to, since):
        return Replace(await _queue(_where(command), call))
    offered = await call.tx.quotes.offered(call.organisation.id, since)
    standing = next((comment.review for comment in offered if comment.id == command.comment), None)
    if standing is None:
        raise Refusal(TOO_LATE)
    return Replace(await _queue(_where(command), call, said="" if standing is command.to else OTHERWISE))


# What falls due, and what reaches stewards


async def ask(due: Due, work: Work) -> None:
    """Tell the stewards once that there is something to look at, as soon as the week's pulse is sealed."""
    async with work.store.begin() as tx:
        pulse = await tx.pulses.of_week(due.programme.id, due.week.monday)
        if pulse is None or pulse.state is not State.SEALED:
            return
        if not await tx.programmes.claim(due.programme.id, due.week.monday, WeeklyMoment.REVIEW):
            return
        if not _offered((await tx.results.for_pulse(pulse.id)).comments):
            return
        notice, when = QuotesWaiting(pulse.id), When(work.now, not_after=due.week.digest)
        for steward in await tx.people.stewards(due.organisation.id):
            key = f"{notice.name()}:{pulse.id}:{steward.id}"
            await tx.outbox.queue(due.organisation.id, notice, Destination(person=steward.id), when, key)


async def compose_waiting(notice: QuotesWaiting, reader: Reader) -> View | None:
    """Tell a steward, if they still are one and nobody else has looked already. Never how many: it would be a few."""
    if reader.person is None or reader.person.role is not Role.STEWARD:
        return None
    pulse = await reader.tx.pulses.get(notice.pulse)
    if pulse is None or not _some_wait((await reader.tx.results.for_pulse(pulse.id)).comments):
        return None
    programme = await reader.tx.programmes.get(pulse.programme)
    t, posted = reader.words, plan_week(reader.organisation, programme, pulse.week).digest
    return View(
        t(N_("Comments that the digest may quote")),
        (
            text(t(PLEASE_LOOK, when=t.moment(posted))),
            Buttons((Button(t(N_("Look at them")), ReviewQuotes(), Style.PRIMARY),)),
        ),
    )


# What it looks like


async def _queue(command: ReviewQuotes, call: Call, said: str = "") -> View:
    offered = _offered(await call.tx.quotes.offered(call.organisation.id, _since(call)))
    decided = command.decided is Flag.YES
    chosen = [comment for comment in offered if (comment.review is not Review.WAITING) is decided]
    page = [comment for comment in chosen if comment.id > command.after][:AT_ONCE]
    t = call.words
    body: list[Element] = [text(t(said))] if said else []
    body += [part for each in await _listed(page, call) for part in each]
    body += _ways_on(command, offered, page, t)
    title = _title(decided=decided, some=bool(page))
    return View(t(title), (*body, Note(t(HOW))) if page else tuple(body))


def _title(*, decided: bool, some: bool) -> str:
    if decided:
        return N_("Comments that were decided") if some else N_("No more comments were decided")
    return N_("May these be quoted?") if some else N_("No comment waits to be looked at")


async def _listed(page: Sequence[PublishedComment], call: Call) -> list[tuple[Element, ...]]:
    """Each comment, redacted, with the unit it was published for, and never with its scale answer or a smaller unit."""
    names = await call.tx.people.names_to_hide(call.organisation.id) if page else frozenset()
    tree = await call.tx.people.tree(call.organisation.id)
    words = await call.themes.redact([comment.body for comment in page], names)
    t = call.words
    return [
        (Quote(shown, tree.units[comment.unit].name), _choices(comment, number, t), Divider())
        for number, (comment, shown) in enumerate(zip(page, words, strict=True), start=1)
    ]


def _choices(comment: PublishedComment, number: int, t: Words) -> Buttons:
    labels = {Review.APPROVED: N_("May be quoted"), Review.DECLINED: N_("Do not quote")}
    if comment.review is Review.APPROVED:
        labels = {Review.DECLINED: N_("Do not quote it after all")}
    elif comment.review is Review.DECLINED:
        labels = {Review.APPROVED: N_("May be quoted after all")}
    buttons = (Button(t(label), DecideQuote(comment.id, comment.review, to)) for to, label in labels.items())
    return Buttons(tuple(buttons), about=t(N_("Comment {n}"), n=number))


def _ways_on(
    command: ReviewQuotes, offered: Collection[PublishedComment], page: Sequence[PublishedComment], t: Words
) -> Iterator[Element]:
    decided = command.decided is Flag.YES
    buttons = []
    if page and any((c.review is not Review.WAITING) is decided and c.id > page[-1].id for c in offered):
        buttons.append(Button(t(N_("The next ones")), ReviewQuotes(decided=command.decided, after=page[-1].id)))
    if decided:
        buttons.append(Button(t(N_("Those that wait")), ReviewQuotes()))
    elif any(comment.review is not Review.WAITING for comment in offered):
        buttons.append(Button(t(N_("Those that were decided")), ReviewQuotes(decided=Flag.YES)))
    if buttons:
        yield Buttons(tuple(buttons))


# What the digest quotes


async def quote_of_the_week(week: DigestWeek, reader: Reader) -> Said:
    """One comment that a steward has let through, from enough people who wrote about the same."""
    spent = await reader.tx.quotes.spent(week.pulse) if week.pulse and week.comments else ()
    allowed = quotable_in(week.results.comments, week.unit, week.tree.root.id, spent)
    chosen = quotable(week.themes, week.comments, allowed)
    if chosen is None:
        return Said()
    shown, comment = chosen
    names = await reader.tx.people.names_to_hide(reader.organisation.id)
    [words] = await reader.themes.redact([comment.body], names)
    by = reader.words(N_("one of {n} who wrote about: {theme}"), n=shown.n, theme=shown.theme.name)
    return Said((Quote(words, by),))


# How it is done


def _offered(comments: Collection[PublishedComment]) -> list[PublishedComment]:
    return [comment for comment in comments if may_be_offered(comment)]


def _some_wait(comments: Collection[PublishedComment]) -> bool:
    return any(comment.review is Review.WAITING for comment in _offered(comments))


def _where(command: DecideQuote) -> ReviewQuotes:
    """The list that a button stood in."""
    return ReviewQuotes(decided=Flag.NO if command.was is Review.WAITING else Flag.YES)


def _since(call: Call) -> date:
    """The Monday of last week: a digest comes days after its pulse, and what it did not quote by then is left."""
    return monday_of(call.now, call.organisation.tz) - A_WEEK


FEATURE = Feature(
    name="quotes",
    commands={
        ReviewQuotes: Route(show, roles=STEWARDS, reads=True),
        DecideQuote: Route(decide, roles=STEWARDS),
    },
    verbs=(Verb(typed, {"en": "quotes", "cy": "dyfyniadau"}),),
    notices={QuotesWaiting: NoticeHandler(compose_waiting)},
    jobs={WeeklyMoment.REVIEW: ask},
    digest_sections=(DigestSection(Place.QUOTES, quote_of_the_week),),
)
