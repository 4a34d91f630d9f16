"""What is held of the pulses that somebody was asked in, and how it is forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import Call
from bot.domain.ballots import COMMENT
from bot.domain.pulses import ROSTER, Pulse, State
from bot.domain.questions import QUESTIONS
from bot.views import Element, Fields, text
from bot.words import N_, NC_

ASKED = N_("Pulses")
WEEKS = ROSTER.numbers["weeks"]
GOES = N_("Your answers in a pulse that is open. Nobody can find the others any more: they lead to no one.")
STAYS = (
    N_(
        "That you were in the list when a pulse opened, for {weeks} weeks, and with whom you may be counted, under a "
        "code. It never says whether you answered; were it taken out, two results could be compared and those beside "
        "you singled out."
    ),
    N_("Counts and comments that were published already, because nobody can tell which of them are yours."),
)


async def show(call: Call) -> Sequence[Element]:
    """In how many pulses this person was asked, and what an open one has recorded: which questions, never what."""
    t = call.words
    held = await call.tx.traces.for_person(call.person.id, call.now)
    marks, groups = await call.tx.seasons.held(call.person.id)
    rows = (
        (t(N_("Pulses that opened with you in the list, in the last {weeks} weeks"), weeks=WEEKS), str(held.rosters)),
        (t(N_("Groups that you may be counted in")), str(groups)),
        (t(N_("Codes by which you are recognised")), str(marks)),
    )
    body: list[Element] = [Fields(rows)]
    body.append(text(t(N_("With each we keep your unit, place and grade of that day, and not whether you answered."))))
    unfinished = await call.tx.pulses.unfinished(call.organisation.id)
    own = [pulse for pulse in unfinished if await call.tx.pulses.labels_of(pulse.id, call.person.id)]
    return [*body, *[Fields(await _recorded(pulse, call)) for pulse in own]]


async def erase(call: Call) -> None:
    """Withdraw what this person has answered in pulses that are not sealed yet."""
    for pulse in await call.tx.pulses.unfinished(call.organisation.id):
        await call.tx.pulses.lock(pulse.id)
        await call.tx.ballots.withdraw(pulse.id, call.person.id)


async def _recorded(pulse: Pulse, call: Call) -> tuple[tuple[str, str], ...]:
    t = call.words
    if pulse.state is State.CLOSING:
        return ((t(N_("The pulse that has just closed")), t(N_("being counted"))),)
    answered = await call.tx.ballots.items_answered(pulse, call.person.id)
    names = {item: t(QUESTIONS[item].text) for item in pulse.items} | {COMMENT: t(N_("Your comment"))}
    says = {True: t(N_("recorded, sealed")), False: t(NC_("answer", "nothing"))}
    return tuple((name, says[item in answered]) for item, name in names.items())
