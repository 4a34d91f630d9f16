"""Pulses: ask everybody the same few questions, seal what they answer, publish what may be shown."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.composing import Reader
from bot.core import Call
from bot.domain import pulses as rules
from bot.domain.ballots import COMMENT
from bot.domain.calendar import waking
from bot.domain.ids import new_id
from bot.domain.people import Labels
from bot.domain.programmes import Programme, of_today
from bot.domain.pulses import Pulse, State
from bot.domain.questions import QUESTIONS, SCALE, next_questions
from bot.entries import ShowPulse
from bot.errors import Refusal
from bot.plan import Due, WeeklyMoment, Work, next_moment
from bot.ports.outbox import When
from bot.views import (
    Ask,
    Button,
    Buttons,
    Divider,
    Element,
    Form,
    Note,
    Paragraph,
    Replace,
    Reply,
    Show,
    Strong,
    Style,
    Tick,
    View,
    text,
)
from bot.wire import Command, Flag, Notice
from bot.words import N_, Words

SEALED_COMMENT = N_(
    "It is sealed until the pulse closes. Afterwards it stands among the others, without a name and in random order."
)
NONE_PLANNED = N_("No pulse is planned at the moment.")
UNHELD = N_(
    "What we cannot protect: what you write may give you away, and somebody who controls the server while the pulse "
    "is open could, with effort, look. That is why it is open for a few days only."
)
HELD = N_(
    "A trustee holds the key to this pulse: without their passphrase nobody can open the answers, not even the server. "
    "What we cannot protect: what you write may give you away, and somebody who changes the program itself could read "
    "what comes in from then on."
)
log = logging.getLogger(__name__)
REMINDER_DISTANCE = timedelta(hours=24)
SEALED = N_(
    "Your answers are sealed. Nobody can read them before the pulse closes, and afterwards they are only counted "
    "together with those of at least four others."
)


@dataclass(frozen=True, slots=True)
class AnswerPulse(Command):
    """My answer to one question, in place of an earlier one."""

    pulse: str
    item: str
    score: int


@dataclass(frozen=True, slots=True)
class WriteComment(Command):
    """I want to add a comment."""

    pulse: str


@dataclass(frozen=True, slots=True)
class SaveComment(Command):
    """My comment, in place of an earlier one."""

    pulse: str
    comment: str
    quotable: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class ExplainAnswers(Command):
    """What happens with my answer?"""

    pulse: str


@dataclass(frozen=True, slots=True)
class PulseAsked(Notice):
    """A pulse has opened."""

    pulse: str


@dataclass(frozen=True, slots=True)
class PulseReminder(Notice):
    """A pulse is still open, for whoever has not answered it."""

    pulse: str


# What people ask


async def show(_command: ShowPulse, call: Call) -> Reply:
    """The open pulse with what is already answered marked, or when the next one comes."""
    programmes = await call.tx.programmes.list_all(call.organisation.id)
    for programme in programmes:
        pulse = await call.tx.pulses.current(programme.id)
        if pulse and pulse.open_at(call.now) and await call.tx.pulses.labels_of(pulse.id, call.person.id):
            answered = await call.tx.ballots.items_answered(pulse, call.person.id)
            return Show(asking(pulse, answered, call.words))
    running = of_today(programmes, call.today)
    return Show(_nothing_open(running, call) if running else View(call.words(NONE_PLANNED)))


async def answer(command: AnswerPulse, call: Call) -> Reply:
    """Seal a score; a second press on the same question replaces the first until the pulse closes."""
    pulse, labels = await _asked(command.pulse, call)
    given = rules.accept_score(pulse, command.item, command.score, call.now)
    await call.tx.ballots.cast(pulse.id, call.person.id, labels, given)
    return Replace(await _asking_again(pulse, call))


async def write_comment(command: WriteComment, call: Call) -> Reply:
    """The form for a comment. It starts empty: not even we can read an earlier one."""
    pulse, _ = await _asked(command.pulse, call)
    if not pulse.open_at(call.now):
        raise Refusal(rules.CLOSED)
    return Ask(_comment_form(pulse, call.words))


async def save_comment(command: SaveComment, call: Call) -> Reply:
    """Seal a comment in place of an earlier one."""
    pulse, labels = await _asked(command.pulse, call)
    given = rules.accept_comment(pulse, command.comment, command.quotable, call.now)
    await call.tx.ballots.cast(pulse.id, call.person.id, labels, given)
    return Replace(await _asking_again(pulse, call))


async def show_again(command: AnswerPulse | SaveComment, call: Call) -> Reply:
    """The pulse as it stands, for an answer that came twice: a later one may have taken its place meanwhile."""
    pulse, _ = await _asked(command.pulse, call)
    return Replace(await _asking_again(pulse, call))


async def explain(command: ExplainAnswers, call: Call) -> Reply:
    """What happens with an answer, in plain words."""
    pulse = await call.tx.pulses.get(command.pulse)
    if pulse is None or pulse.organisation != call.organisation.id:
        raise Refusal(rules.CLOSED)
    return Show(promise(pulse, call.words))


# What reaches people


async def compose_asked(notice: PulseAsked, reader: Reader) -> View | None:
    """The pulse, for somebody on its roster, while it is open."""
    pulse = await _still_asking(notice.pulse, reader)
    if pulse is None or reader.person is None:
        return None
    answered = await reader.tx.ballots.items_answered(pulse, reader.person.id)
    return asking(pulse, answered, reader.words)


async def compose_reminder(notice: PulseReminder, reader: Reader) -> View | None:
    """The pulse once more, only for somebody who has answered nothing. Whoever has is not told apart afterwards."""
    pulse = await _still_asking(notice.pulse, reader)
    if pulse is None or reader.person is None:
        return None
    if await reader.tx.ballots.items_answered(pulse, reader.person.id):
        return None
    return asking(pulse, frozenset(), reader.words, reminder=True)


async def _still_asking(pulse_id: str, reader: Reader) -> Pulse | None:
    """The pulse, if it is open and this person has not asked to be left alone meanwhile."""
    pulse = await reader.tx.pulses.get(pulse_id)
    paused = reader.person is None or reader.person.paused
    return pulse if pulse and pulse.open_at(reader.now) and not paused else None


# What falls due


async def open_pulse(due: Due, work: Work) -> None:
    """Open the week's pulse: its keys, its roster, and a message to everybody on it, in one transaction."""
    async with work.store.begin() as tx:
        if not await tx.programmes.claim(due.programme.id, due.week.monday, WeeklyMoment.OPEN):
            return
        items = next_questions(await tx.pulses.items_asked(due.programme.id), measure=_is_measure(due))
        trustee = await tx.trustees.for_organisation(due.organisation.id)
        pulse = replace(_planned(due, items, work.now), trustee=trustee.id if trustee else "")
        asked = await tx.pulses.open(pulse)
        await tx.outbox.fan_out(pulse, PulseAsked(pulse.id), When(pulse.opens, not_after=pulse.closes))
    log.info("pulse.opened", extra={"pulse": pulse.id, "asked": asked})


async def remind(due: Due, work: Work) -> None:
    """Queue one reminder for everybody on the roster; whether it is needed is seen when it is sent.

    Where the pulse opened late, it waits for a day: nobody is asked and reminded in one breath.
    """
    async with work.store.begin() as tx:
        pulse = await tx.pulses.of_week(due.programme.id, due.week.monday)
        if (
            pulse is None
            or work.now < pulse.opens + REMINDER_DISTANCE
            or not await tx.programmes.claim(due.programme.id, due.week.monday, WeeklyMoment.REMIND)
        ):
            return
        await tx.outbox.fan_out(pulse, PulseReminder(pulse.id), When(work.now, not_after=pulse.closes))


# What it looks like


def asking(pulse: Pulse, answered: frozenset[str], t: Words, *, reminder: bool = False) -> View:
    """The questions as rows of buttons. It shows which are answered, never how."""
    body: list[Element] = [text(_lead(pulse, answered, t, reminder=reminder))]
    for number, item in enumerate(pulse.items, start=1):
        body += _question(pulse, item, number, item in answered, t)
    body += [Divider(), _actions(pulse, answered, t), Note(t(SEALED))]
    return View(
        t(N_("How is the change going for you?")), tuple(body), summary=_lead(pulse, answered, t, reminder=reminder)
    )


def promise(pulse: Pulse, t: Words) -> View:
    """What happens with an answer, and what we cannot protect, before anybody is asked to trust it."""
    return View(
        t(N_("What happens with my answer?")),
        (
            text(
                t(
                    N_(
                        "Each answer is locked with a key made for this pulse alone, without your name, a time or an "
                        "order."
                    )
                )
            ),
            text(
                t(
                    N_("At the close ({when}) all are opened together, counted, and destroyed, and so is the key."),
                    when=t.moment(pulse.closes),
                )
            ),
            text(
                t(
                    N_(
                        "What is left: how many chose each answer, in groups where at least {k} people answered, and "
                        "comments where at least {k_comment} wrote one, in random order. Nobody can tell who answered."
                    ),
                    k=pulse.k,
                    k_comment=pulse.k_comment,
                )
            ),
            text(t(HELD if pulse.trustee else UNHELD)),
        ),
    )


def _question(pulse: Pulse, item: str, number: int, answered: bool, t: Words) -> list[Element]:  # noqa: FBT001
    words = t(QUESTIONS[item].text)
    mark = t(N_(" (recorded)")) if answered else ""
    scale = tuple(Button(t(label), AnswerPulse(pulse.id, item, score)) for score, label in SCALE.items())
    return [text(Strong(f"{number}. {words}"), mark), Buttons(scale, about=words)]


def _lead(pulse: Pulse, answered: frozenset[str], t: Words, *, reminder: bool) -> str:
    closes = t.moment(pulse.closes)
    if set(pulse.items) <= answered:
        return t(N_("Thank you, everything is recorded. You can change it until {when}."), when=closes)
    if answered:
        return t(N_("Recorded. You can change it until {when}."), when=closes)
    if reminder:
        return t(N_("Still open until {when}, if you would like to be heard. This is the only reminder."), when=closes)
    return t.many(
        "One question, one press. Open until {when}.", "{n} questions, one press each. Open until {when}.",
        len(pulse.items), when=closes,
    )  # fmt: skip


def _actions(pulse: Pulse, answered: frozenset[str], t: Words) -> Buttons:
    comment = N_("Replace my comment") if COMMENT in answered else N_("Add a comment")
    return Buttons(
        (
            Button(t(comment), WriteComment(pulse.id), Style.PRIMARY, asks=True),
            Button(t(N_("What happens with my answer?")), ExplainAnswers(pulse.id)),
        )
    )


def _comment_form(pulse: Pulse, t: Words) -> Form:
    return Form(
        t(N_("Your comment")),
        SaveComment,
        (
            Paragraph(
                "comment",
                t(N_("What should the people who lead us know?")),
                hint=t(
                    N_("Please name nobody. It is shown only if at least {n} people write one."), n=pulse.k_comment
                ),
                longest=rules.COMMENT_LONGEST,
            ),
            Tick("quotable", t(N_("It may be quoted in the weekly digest, without names"))),
        ),
        submit=t(N_("Seal it")),
        cancel=t(N_("Cancel")),
        body=(Note(t(SEALED_COMMENT)),),
        fixed={"pulse": pulse.id},
    )  # fmt: skip


def _nothing_open(programme: Programme, call: Call) -> View:
    opens = next_moment(call.organisation, programme, WeeklyMoment.OPEN, call.now)
    if opens is None:
        return View(call.words(NONE_PLANNED))
    when = call.words.moment(waking(opens, call.person.tz))
    return View(
        call.words(N_("No pulse is open for you now.")),
        (text(call.words(N_("The next one opens on {when}."), when=when)),),
    )


async def _asked(pulse_id: str, call: Call) -> tuple[Pulse, Labels]:
    """The pulse, kept from closing meanwhile, and the person's place on its roster."""
    pulse = await call.tx.pulses.lock(pulse_id)
    if pulse is None or pulse.organisation != call.organisation.id or pulse.state is not State.OPEN:
        raise Refusal(rules.CLOSED)
    labels = await call.tx.pulses.labels_of(pulse.id, call.person.id)
    if labels is None:
        raise Refusal(rules.NOT_ASKED)
    return pulse, labels


async def _asking_again(pulse: Pulse, call: Call) -> View:
    return asking(pulse, await call.tx.ballots.items_answered(pulse, call.person.id), call.words)


def _is_measure(due: Due) -> bool:
    return rules.is_measure(due.programme.starts, due.week.monday)


def _planned(due: Due, items: tuple[str, ...], now: datetime) -> Pulse:
    return Pulse(
        id=new_id(),
        organisation=due.organisation.id,
        programme=due.programme.id,
        week=due.week.monday,
        items=items,
        opens=max(due.week.opens, now),
        closes=due.week.closes,
        measure=_is_measure(due),
        k=due.programme.k,
        k_comment=due.programme.k_comment,
        segments=due.programme.segments,
    )
