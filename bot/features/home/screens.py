"""What the front door looks like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.people import Role
from bot.domain.programmes import Programme
from bot.feature import Door, Typed
from bot.features.home.commands import HOME
from bot.features.home.menu import Menu
from bot.views import Ask, Button, Buttons, Element, Fields, Heading, Note, Quote, Strong, Style, View, text
from bot.wire import Command
from bot.words import ENGLISH, N_, NC_, Words

MEANT = N_("Did you mean {command}?")
IN_THE_FORM = N_("Please write it in the form that opens: what is typed in a chat stays there, under your name.")
PROMISE = N_("Nobody can find out who said what. Everybody can see what was done about it.")


@dataclass(frozen=True, slots=True)
class Guest:
    """Who stands before the door. `pages` says whether the pages have an address."""

    role: Role
    pages: bool


def front_page(programme: Programme | None, today: date, doors: Buttons, t: Words) -> View:
    """What this is for, and the buttons."""
    card = goal_card(programme, today, t) if programme else ()
    return View(t(N_("Hundred Days")), (*card, doors, Note(t(PROMISE))))


def what_i_can_do(menu: Menu, guest: Guest, t: Words) -> View:
    """The help: every slash command, the words after /100days, and the buttons."""
    body = tuple(text(Strong(typed), ": ", t(does)) for typed, does in _help(menu, t))
    return View(t(N_("What I can do")), (*body, buttons(menu, guest, t)))


def plan(programme: Programme, today: date, t: Words) -> View:
    """The goal, and what happens every week."""
    rhythm = programme.rhythm
    slots = (rhythm.opens, rhythm.reminds, rhythm.closes, rhythm.digest)
    names = (N_("A pulse opens"), N_("One reminder"), NC_("pulse", "It closes"), N_("The digest is posted"))
    rows = ((t(name), f"{t.weekday(slot.day)}, {slot.at:%H:%M}") for name, slot in zip(names, slots, strict=True))
    return View(t(N_("The plan")), (*goal_card(programme, today, t), Heading(t(N_("Every week"))), Fields(tuple(rows))))


def no_plan(t: Words) -> View:
    """Nothing is running."""
    return View(t(N_("No programme is running at the moment.")))


def buttons(menu: Menu, guest: Guest, t: Words) -> Buttons:
    """The doors that this guest may use."""
    open_doors = (door for door in menu.doors if guest.role in door.roles and (guest.pages or not door.outside))
    return Buttons(tuple(_button(door, t) for door in open_doors))


def did_you_mean(spelled: str, sends: Command, rest: str, command: Typed | None, t: Words) -> View:
    """The question, and a button that does what was meant with the words that were typed after it."""
    asks = command is not None and command.asks and not rest
    button = Button(t(N_("Yes, {command}"), command=spelled), sends, Style.PRIMARY, asks=asks)
    body: list[Element] = [Quote(rest)] if rest else []
    if command is not None and command.private:
        body.append(text(t(IN_THE_FORM)))
    body += [Buttons((button,)), Note(t(N_("Nothing was done yet. /100days help says what else there is.")))]
    return View(t(MEANT, command=spelled), tuple(body))


def asking_first(asked: Ask, spelled: str, t: Words) -> Ask:
    """A form that asks whether it was meant: it sends nothing by itself, and keeps what was typed out of the chat."""
    note = text(Strong(t(MEANT, command=spelled)))
    return Ask(replace(asked.form, body=(note, *asked.form.body)))


def goal_card(programme: Programme, today: date, t: Words) -> tuple[Element, ...]:
    """What a programme is for, and which of its days this is."""
    day = t(N_("Day {day} of {days}"), day=programme.day(today), days=programme.days)
    rows = [(t(N_("Goal")), programme.goal), (t(N_("Began")), t.day(programme.starts))]
    rows += [(t(N_("How we shall know")), measure) for measure in programme.measures]
    return (Heading(f"{programme.name}: {day}"), Fields(tuple(rows)))


def _help(menu: Menu, t: Words) -> Iterator[tuple[str, str]]:
    for typed in menu.typed:
        yield f"/{typed.word}", typed.does
    for verb in menu.verbs:
        if verb.does:
            yield f"/{HOME} {verb.spelled.get(t.language, verb.spelled[ENGLISH])}", verb.does


def _button(door: Door, t: Words) -> Button:
    return Button(t(door.label), door.sends, door.style, asks=door.asks)
