"""What people ask of pulses."""

from __future__ import annotations

from bot.core import Call
from bot.domain import pulses as rules
from bot.domain.calendar import waking
from bot.domain.people import Labels
from bot.domain.programmes import of_today
from bot.domain.pulses import Pulse, State
from bot.errors import Refusal
from bot.features.pulses.commands import AnswerPulse, ExplainAnswers, SaveComment, ShowPulse, WriteComment
from bot.features.pulses.screens import asking, comment_form, nothing_open, promise
from bot.plan import WeeklyMoment, next_moment
from bot.views import Ask, Replace, Reply, Show, View


async def show(_command: ShowPulse, call: Call) -> Reply:
    """The open pulse with what is already answered marked, or when the next one comes."""
    programmes = await call.tx.programmes.list_all(call.organisation.id)
    for programme in programmes:
        pulse = await call.tx.pulses.current(programme.id)
        if pulse and pulse.open_at(call.now) and await call.tx.pulses.labels_of(pulse.id, call.person.id):
            answered = await call.tx.ballots.items_answered(pulse, call.person.id)
            return Show(asking(pulse, answered, call.words))
    running = of_today(programmes, call.today)
    opens = next_moment(call.organisation, running, WeeklyMoment.OPEN, call.now) if running else None
    return Show(nothing_open(call.words.moment(waking(opens, call.person.tz)) if opens else "", call.words))


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
    return Ask(comment_form(pulse, call.words))


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
