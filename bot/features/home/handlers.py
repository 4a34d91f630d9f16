"""What people ask of the front door."""

from __future__ import annotations

from bot import typed
from bot.core import Call
from bot.domain.programmes import Programme, of_today
from bot.feature import Typed
from bot.features.home import screens
from bot.features.home.commands import HOME, Home
from bot.features.home.menu import Menu
from bot.features.home.screens import Guest
from bot.views import Ask, Reply, Show
from bot.wire import Command, Flag

MOST_CARRIED = 900
"""How many characters a button carries on every platform."""


async def home(menu: Menu, command: Home, call: Call) -> Reply:
    """What answers /100days: the word after it says what for, and so does a command without its slash.

    For a slip of the finger it asks what was meant; anything else gets the help.
    """
    word, rest = typed.divided(command.text)
    commands = {each.word: each for each in menu.typed}
    if word in commands:
        return await _answer(menu, commands[word], rest, command.shown, call)
    verbs = menu.by_word
    if word in verbs:
        return await verbs[word].answer(rest, call)
    meant = typed.meant(word, (*verbs, *commands))
    if meant in commands:
        return await _ask_whether(menu, commands[meant], rest, command.shown, call)
    if meant and len(rest) > MOST_CARRIED:
        return await verbs[meant].answer(rest, call)
    if meant:
        sends = Home(f"{meant} {rest}".strip())
        return Show(screens.did_you_mean(f"/{HOME} {meant}", sends, rest, None, call.words), understood=False)
    return Show(screens.what_i_can_do(menu, _guest(call), call.words), understood=False)


async def front_page(menu: Menu, _rest: str, call: Call) -> Reply:
    """What this is for, and what can be done."""
    doors = screens.buttons(menu, _guest(call), call.words)
    return Show(screens.front_page(await _running(call), call.today, doors, call.words))


async def show_help(menu: Menu, _rest: str, call: Call) -> Reply:
    """What can be done, in words."""
    return Show(screens.what_i_can_do(menu, _guest(call), call.words))


async def show_plan(_rest: str, call: Call) -> Reply:
    """What the programme is for, and when what happens."""
    programme = await _running(call)
    return Show(screens.plan(programme, call.today, call.words) if programme else screens.no_plan(call.words))


async def _ask_whether(menu: Menu, meant: Typed, rest: str, shown: Flag, call: Call) -> Reply:
    """Ask whether a slash command was meant. Where the words after it fit in no button, its form opens at once."""
    spelled = f"/{meant.word}"
    if (rest and meant.private) or len(rest) > MOST_CARRIED:
        reply = await _answer(menu, meant, rest, shown, call)
        return screens.asking_first(reply, spelled, call.words) if isinstance(reply, Ask) else reply
    sends = _read(meant, rest, shown)
    return Show(screens.did_you_mean(spelled, sends, rest, meant, call.words), understood=False)


async def _answer(menu: Menu, given: Typed, rest: str, shown: Flag, call: Call) -> Reply:
    """Do what a slash command does, with what was typed after it."""
    return await menu.handlers[given.command](_read(given, rest, shown), call)


def _read(given: Typed, rest: str, shown: Flag) -> Command:
    """A typed command with what was typed after it, and whether that stands in a chat under a name."""
    return given.command.read({"text": rest, "shown": shown})


def _guest(call: Call) -> Guest:
    return Guest(call.person.role, bool(call.pages))


async def _running(call: Call) -> Programme | None:
    return of_today(await call.tx.programmes.list_all(call.organisation.id), call.today)
