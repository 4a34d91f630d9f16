"""What is held about me, and erase me."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core import Call
from bot.delivery import edit
from bot.domain.ballots import COMMENT
from bot.domain.people import Platform, Role
from bot.domain.pulses import ROSTER, Pulse, State
from bot.domain.questions import QUESTIONS
from bot.domain.stories import Story, StoryState
from bot.entries import MyData
from bot.errors import Refusal
from bot.ports.traces import Held
from bot.views import (
    Ask,
    Button,
    Buttons,
    Element,
    Fields,
    Form,
    Heading,
    Note,
    Reply,
    Show,
    Style,
    Tick,
    View,
    text,
)
from bot.wire import Command, Flag
from bot.words import ENGLISH, LANGUAGES, N_, Words

PLATFORMS = {Platform.SLACK: "Slack", Platform.TEAMS: "Microsoft Teams", Platform.WEB: N_("these pages")}
ROLES = {Role.STAFF: N_("Staff"), Role.LEADER: N_("Leader"), Role.STEWARD: N_("Steward")}
WEEKS = ROSTER.numbers["weeks"]
NOT_SURE = N_("Please tick the box if you are sure. Nothing was erased.")
NOT_HELD = (
    N_("What you answered: while a pulse is open nobody can read it, and afterwards it is counted and destroyed."),
    N_("Whether you answered a pulse that has closed, or which of its comments is yours."),
    N_("When you did anything, from where, or on which device."),
    N_(
        "Who wrote a conversation that is closed or was opened with a code only, and who told a story without a name "
        "once its programme is long over. Nobody can find these for you, and so they are not counted here."
    ),
)
NOT_YET = N_("What is handed over at nine or at three is not counted before: you could see when somebody wrote to you.")
GOES = (
    N_("Your answers in a pulse that is open. Nobody can find the others any more: they lead to no one."),
    N_("Your drafts and stories, in every message they stand in."),
    N_("Your words in conversations you opened, as far as they still lead to you; these are closed, for ever."),
    N_("Pulses that wait to be sent to you, one-time codes, and your settings. Nothing more will be asked of you."),
)
STAYS = (
    N_(
        "Your name, unit and accounts in the list of staff: that is your organisation's own record, so please ask them."
    ),
    N_(
        "That you were asked in a pulse, for {weeks} weeks. It never says whether you answered; were it taken out, two "
        "results could be compared and those beside you singled out."
    ),
    N_("Counts and comments that were published already, because nobody can tell which of them are yours."),
    N_("If you lead a unit: that somebody has written to you, because it is theirs."),
    N_("What Slack, Microsoft or your IT department keep themselves."),
)


@dataclass(frozen=True, slots=True)
class EraseMe(Command):
    """I want to be forgotten: what would that mean?"""


@dataclass(frozen=True, slots=True)
class ConfirmErasure(Command):
    """Forget me, if I am sure."""

    sure: Flag = Flag.NO


# What people ask


async def my_data(_command: MyData, call: Call) -> Reply:
    """Everything that is held about this person, in plain words: how many, and never what."""
    t = call.words
    held = await call.tx.traces.for_person(call.person.id, call.now)
    body: list[Element] = [Heading(t(N_("In the list of staff"))), Fields(await _listed(call, held))]
    body += [Heading(t(N_("Pulses"))), *await _asked(call, held)]
    body += [Heading(t(N_("What you have written"))), Fields(await _written(call))]
    body += [Heading(t(N_("On its way to you"))), Fields(_on_its_way(held, t)), Note(t(NOT_YET))]
    body += [Heading(t(N_("What is not held, or leads to nobody"))), *(text(t(line)) for line in NOT_HELD)]
    erase = Button(t(N_("Erase me")), EraseMe(), Style.DANGER, asks=True)
    return Show(View(t(N_("What is held about you")), (*body, Buttons((erase,)))))


async def my_data_please(_rest: str, call: Call) -> Reply:
    """The same, asked for in words."""
    return await my_data(MyData(), call)


async def erase_me(_command: EraseMe, call: Call) -> Reply:
    """What would go and what would stay, before anything is done."""
    t = call.words
    body: list[Element] = [Heading(t(N_("What goes"))), *(text(t(line)) for line in GOES)]
    body += [Heading(t(N_("What stays, and why"))), *(text(t(line, weeks=WEEKS)) for line in STAYS)]
    sure = Tick("sure", t(N_("I am sure. It cannot be undone.")))
    return Ask(Form(t(N_("Erase me")), ConfirmErasure, (sure,), t(N_("Erase")), t(N_("Cancel")), tuple(body)))


async def erase(command: ConfirmErasure, call: Call) -> Reply:
    """Erase all that can be found, in one transaction. Doing it again does no harm, and finds what came since."""
    if command.sure is not Flag.YES:
        raise Refusal(NOT_SURE, field="sure")
    for pulse in await call.tx.pulses.unfinished(call.organisation.id):
        await call.tx.pulses.lock(pulse.id)
        await call.tx.ballots.withdraw(pulse.id, call.person.id)
    for story in await call.tx.stories.by_teller(call.organisation.id, call.person.id):
        await _withdraw(story, call)
    for thread in await call.tx.threads.by_author(call.organisation.id, call.person.id):
        await call.tx.traces.take_back(thread.id)
        await call.tx.threads.close(thread.id)
    await call.tx.traces.erase(call.person.id)
    await call.tx.people.save_settings(replace(call.person, language=ENGLISH, zone=call.organisation.zone, paused=True))
    t = call.words
    again = N_("Nothing more will be asked of you. If you change your mind, say so in your settings.")
    return Show(View(t(N_("You have been forgotten, as far as you could be found")), (text(t(again)),)))


# What it looks like


async def _listed(call: Call, held: Held) -> tuple[tuple[str, str], ...]:
    """What the organisation said about this person, and what they chose."""
    t, person = call.words, call.person
    tree = await call.tx.people.tree(call.organisation.id)
    return (
        (t(N_("Name")), person.name),
        (t(N_("Number in the list")), person.key),
        (t(N_("E-mail")), person.email or "-"),
        (t(N_("Unit")), tree.units[person.unit].name),
        (t(N_("Place")), person.place or "-"),
        (t(N_("Grade")), person.grade or "-"),
        (t(N_("Role")), t(ROLES[person.role])),
        (t(N_("Language")), LANGUAGES.get(person.language, person.language)),
        (t(N_("Time zone")), person.zone),
        (t(N_("Asked in pulses")), t(N_("no, as you wished")) if person.paused else t(N_("yes"))),
        (t(N_("Accounts that lead to you")), _accounts(held, t)),
    )


async def _asked(call: Call, held: Held) -> Sequence[Element]:
    """In how many pulses this person was asked, and what an open one has recorded: which questions, never what."""
    t = call.words
    body: list[Element] = [Fields(((t(N_("Asked in the last {weeks} weeks"), weeks=WEEKS), str(held.rosters)),))]
    body.append(text(t(N_("With each we keep your unit, place and grade of that day, and not whether you answered."))))
    unfinished = await call.tx.pulses.unfinished(call.organisation.id)
    own = [pulse for pulse in unfinished if await call.tx.pulses.labels_of(pulse.id, call.person.id)]
    return [*body, *[Fields(await _recorded(pulse, call)) for pulse in own]]


async def _recorded(pulse: Pulse, call: Call) -> tuple[tuple[str, str], ...]:
    t = call.words
    if pulse.state is State.CLOSING:
        return ((t(N_("The pulse that has just closed")), t(N_("being counted"))),)
    answered = await call.tx.ballots.items_answered(pulse, call.person.id)
    names = {item: t(QUESTIONS[item].text) for item in pulse.items} | {COMMENT: t(N_("Your comment"))}
    says = {True: t(N_("recorded, sealed")), False: t(N_("nothing"))}
    return tuple((name, says[item in answered]) for item, name in names.items())


async def _written(call: Call) -> tuple[tuple[str, str], ...]:
    t = call.words
    stories = await call.tx.stories.by_teller(call.organisation.id, call.person.id)
    threads = await call.tx.threads.by_author(call.organisation.id, call.person.id)
    told = [story for story in stories if story.state is not StoryState.DRAFT]
    return (
        (t(N_("Stories with your name")), str(sum(bool(story.teller) for story in told))),
        (t(N_("Stories without your name")), str(sum(not story.teller for story in told))),
        (t(N_("Drafts")), str(len(stories) - len(told))),
        (t(N_("Open conversations with your name")), str(sum(bool(thread.author) for thread in threads))),
        (t(N_("Open conversations without your name")), str(sum(not thread.author for thread in threads))),
    )


def _on_its_way(held: Held, t: Words) -> tuple[tuple[str, str], ...]:
    return (
        (t(N_("Messages still to be sent to you")), str(held.waiting)),
        (t(N_("That a message was sent to you")), str(held.sent)),
        (t(N_("One-time codes")), str(held.codes)),
    )


def _accounts(held: Held, t: Words) -> str:
    named = (f"{t(PLATFORMS[platform])} ({n})" for platform, n in held.accounts.items())
    return ", ".join(named) or "-"


# How it is done


async def _withdraw(story: Story, call: Call) -> None:
    """Erase its words, and edit them out of every message they stand in."""
    await call.tx.stories.discard(story.id, story.state)
    for post in await call.tx.channels.posts_about(story.organisation, story.id):
        await edit(call.tx, post, call.now)
