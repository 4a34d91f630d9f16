"""The front door: help, the goal card, and what every feature offers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bot.core import Route
from bot.feature import Feature, Typed, Verb
from bot.features.home import commands, handlers
from bot.features.home.menu import Menu
from bot.words import N_

PLAN = Verb(handlers.show_plan, {"en": "plan", "cy": "cynllun"}, does=N_("what this is for, and when"))


def declare(others: Sequence[Feature]) -> Feature:
    """The front door to these features."""
    menu = Menu.of(others)
    listed = replace(menu, verbs=(PLAN, *menu.verbs))
    verbs = (
        Verb(partial(handlers.front_page, listed), {}, also=("",)),
        PLAN,
        Verb(partial(handlers.show_help, listed), {"en": "help", "cy": "cymorth"}, also=("?",)),
    )
    whole = replace(menu, verbs=(*verbs, *menu.verbs))
    return Feature(
        name="home",
        commands={commands.Home: Route(partial(handlers.home, whole))},
        typed=(Typed(commands.HOME, commands.Home, N_("Help, the plan, your settings and your data"), example="help"),),
        verbs=verbs,
    )
