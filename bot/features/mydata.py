"""What is held about me, and erase me."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from bot.core import Call, Route
from bot.domain.messages import MESSAGES
from bot.domain.people import LEFT, PERSON, SETTINGS, Platform, Role
from bot.errors import Refusal
from bot.feature import Door, Erasure, Feature, OwnData, Verb
from bot.ports.traces import Held
from bot.views import Ask, Button, Buttons, Element, Fields, Form, Heading, Note, Reply, Show, Style, Tick, View, text
from bot.wire import Command, Flag
from bot.words import ENGLISH, LANGUAGES, N_, NC_, Words

PLATFORMS = {Platform.SLACK: "Slack", Platform.TEAMS: "Microsoft Teams", Platform.WEB: N_("these pages")}
ROLES = {Role.STAFF: N_("Staff"), Role.LEADER: N_("Leader"), Role.STEWARD: N_("Steward")}
NOT_SURE = N_("Please tick the box if you are sure. Nothing was erased.")
NOT_HELD = (
    N_("What you answered: while a pulse is open nobody can read it, and afterwards it is counted and destroyed."),
    N_("Whether you answered a pulse that has closed, or which of its comments is yours."),
    N_("When you did anything, from where, or on which device."),
    N_(
        "Who wrote a conversation that is closed or was opened with a code only, and who told a story or offered an "
        "idea without a name once its programme is long over. Nobody can find these for you, and so they are not "
        "counted here."
    ),
)
NOT_YET = N_("What is handed over at nine or at three is not counted before: you could see when somebody wrote to you.")
GOES = N_("Pulses that wait to be sent to you, one-time codes, and your settings. Nothing more will be asked of you.")
STAYS = N_(
    "Your name, unit and accounts in the list of staff: that is your organisation's own record, so please ask them."
)
ELSEWHERE = N_("What Slack, Microsoft or your IT department keep themselves.")


@dataclass(frozen=True, slots=True)
class MyData(Command):
    """What is held about me?"""


@dataclass(frozen=True, slots=True)
class EraseMe(Command):
    """I want to be forgotten: what would that mean?"""


@dataclass(frozen=True, slots=True)
class ConfirmErasure(Command):
    """Forget me, if I am sure."""

    sure: Flag = Flag.NO


def declare(others: Sequence[Feature]) -> Feature:
    """What these features hold about a person, and how all of them forget one."""
    held = (OwnData(N_("In the list of staff"), listed), *(each for feature in others for each in feature.own_data))
    own = Erasure(forget_settings, goes=(GOES,))
    erasures = (*(feature.erasure for feature in others if feature.erasure), own)
    return Feature(
        name="mydata",
        commands={
            MyData: Route(partial(my_data, held), reads=True),
            EraseMe: Route(partial(erase_me, erasures), reads=True),
            ConfirmErasure: Route(partial(erase, erasures)),
        },
        verbs=(
            Verb(
                partial(typed, held),
                {"en": "my data", "cy": "fy nata"},
                does=N_("what is held about you"),
                also=("data", "nata"),
            ),
        ),
        doors=(Door(N_("What is held about you"), MyData()),),
        holds=(PERSON, LEFT, SETTINGS, MESSAGES),
    )


# What people ask


async def my_data(held: Sequence[OwnData], _command: MyData, call: Call) -> Reply:
    """Everything that is held about this person, in plain words: how many, and never what."""
    t = call.words
    body: list[Element] = []
    for heading, parts in _under_headings((*held, OwnData(N_("On its way to you"), on_its_way))).items():
        body += [Heading(t(heading)), *_joined([element for part in parts for element in await part.show(call)])]
    body += [Heading(t(N_("What is not held, or leads to nobody"))), *(text(t(line)) for line in NOT_HELD)]
    erase_button = Button(t(N_("Erase me")), EraseMe(), Style.DANGER, asks=True)
    return Show(View(t(N_("What is held about you")), (*body, Buttons((erase_button,)))))


async def typed(held: Sequence[OwnData], _rest: str, call: Call) -> Reply:
    """`/100days my data`."""
    return await my_data(held, MyData(), call)


async def erase_me(erasures: Sequence[Erasure], _command: EraseMe, call: Call) -> Reply:
    """What would go and what would stay, before anything is done."""
    t = call.words
    stays = (STAYS, *(t(line, **each.numbers) for each in erasures for line in each.stays), ELSEWHERE)
    body: tuple[Element, ...] = (
        Heading(t(N_("What goes"))),
        *(text(t(line, **each.numbers)) for each in erasures for line in each.goes),
        Heading(t(N_("What stays, and why"))),
        *(text(t(line)) for line in stays),
    )
    sure = Tick("sure", t(N_("I am sure. It cannot be undone.")))
    return Ask(Form(t(N_("Erase me")), ConfirmErasure, (sure,), t(N_("Erase")), t(N_("Cancel")), body))


async def erase(erasures: Sequence[Erasure], command: ConfirmErasure, call: Call) -> Reply:
    """Erase all that can be found, in one transaction. Doing it again does no harm, and finds what came since."""
    if command.sure is not Flag.YES:
        raise Refusal(NOT_SURE, field="sure")
    for each in erasures:
        await each.erase(call)
    t = call.words
    again = N_("Nothing more will be asked of you. If you change your mind, say so in your settings.")
    return Show(View(t(N_("You have been forgotten, as far as you could be found")), (text(t(again)),)))


# What is held besides what features hold


async def listed(call: Call) -> Sequence[Element]:
    """What the organisation said about this person, and what they chose."""
    t, person = call.words, call.person
    held = await call.tx.traces.for_person(person.id, call.now)
    tree = await call.tx.people.tree(call.organisation.id)
    asked = NC_("asked", "no, as you wished") if person.paused else NC_("asked", "yes")
    rows = (
        (t(N_("Name")), person.name),
        (t(N_("Number in the list")), person.key),
        (t(N_("E-mail")), person.email or "-"),
        (t(N_("Unit")), tree.units[person.unit].name),
        (t(N_("Place")), person.place or "-"),
        (t(N_("Grade")), person.grade or "-"),
        (t(N_("Role")), t(ROLES[person.role])),
        (t(N_("Language")), LANGUAGES.get(person.language, person.language)),
        (t(N_("Time zone")), person.zone),
        (t(N_("Asked in pulses")), t(asked)),
        (t(N_("Accounts that lead to you")), _accounts(held, t)),
    )
    return (Fields(rows),)


async def on_its_way(call: Call) -> Sequence[Element]:
    """What waits to be sent to this person, and that something was."""
    t, held = call.words, await call.tx.traces.for_person(call.person.id, call.now)
    rows = (
        (t(N_("Messages still to be sent to you")), str(held.waiting)),
        (t(N_("That a message was sent to you")), str(held.sent)),
        (t(N_("One-time codes")), str(held.codes)),
    )
    return Fields(rows), Note(t(NOT_YET))


async def forget_settings(call: Call) -> None:
    """Forget what waits for this person and what they chose. They are not asked anything any more."""
    await call.tx.traces.erase(call.person.id)
    await call.tx.people.save_settings(replace(call.person, language=ENGLISH, zone=call.organisation.zone, paused=True))


def _accounts(held: Held, t: Words) -> str:
    named = (f"{t(PLATFORMS[platform])} ({n})" for platform, n in held.accounts.items())
    return ", ".join(named) or "-"


def _under_headings(held: Sequence[OwnData]) -> Mapping[str, Sequence[OwnData]]:
    """What stands under one heading together, in the order in which the headings come first."""
    found: dict[str, list[OwnData]] = {}
    for each in held:
        found.setdefault(each.heading, []).append(each)
    return found


def _joined(elements: Sequence[Element]) -> Iterator[Element]:
    """The same with one table in place of several that follow each other."""
    for is_table, run in groupby(elements, key=lambda element: isinstance(element, Fields)):
        if is_table:
            yield Fields(tuple(row for table in run if isinstance(table, Fields) for row in table.rows))
        else:
            yield from run
