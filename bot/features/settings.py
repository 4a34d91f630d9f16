"""A person's own settings: their language, and whether they want to be asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core import Call, Route
from bot.errors import Refusal
from bot.feature import Door, Feature, Verb
from bot.views import Ask, Choice, Form, Option, Reply, Show, Tick, View, text
from bot.wire import Command, Flag
from bot.words import LANGUAGES, N_

UNKNOWN_LANGUAGE = N_("Please choose one of the languages offered.")
PAUSED = N_("You will not be asked anything until you change this again.")
ASKED = N_("You will be asked when the next pulse opens.")


@dataclass(frozen=True, slots=True)
class ChangeSettings(Command):
    """The form with my settings."""


@dataclass(frozen=True, slots=True)
class SaveSettings(Command):
    """My language, and whether I want to be asked."""

    language: str
    paused: Flag = Flag.NO


async def change_settings(_command: ChangeSettings, call: Call) -> Reply:
    """The settings as they are."""
    t = call.words
    options = tuple(Option(code, name) for code, name in LANGUAGES.items())
    inputs = (
        Choice("language", t(N_("Language")), options, call.person.language),
        Tick("paused", t(N_("Do not ask me anything for now")), call.person.paused),
    )
    return Ask(Form(t(N_("My settings")), SaveSettings, inputs, t(N_("Save")), t(N_("Cancel"))))


async def save_settings(command: SaveSettings, call: Call) -> Reply:
    """Keep the settings, and say so in the language that was just chosen."""
    if command.language not in LANGUAGES:
        raise Refusal(UNKNOWN_LANGUAGE, field="language")
    changed = replace(call.person, language=command.language, paused=command.paused is Flag.YES)
    await call.tx.people.save_settings(changed)
    t = call.words.instead(command.language)
    return Show(View(t(N_("Your settings are saved")), (text(t(PAUSED if changed.paused else ASKED)),)))


async def typed(_rest: str, call: Call) -> Reply:
    """`/100days settings`."""
    return await change_settings(ChangeSettings(), call)


FEATURE = Feature(
    name="settings",
    commands={
        ChangeSettings: Route(change_settings, reads=True),
        SaveSettings: Route(save_settings),
    },
    verbs=(Verb(typed, {"en": "settings", "cy": "gosodiadau"}, does=N_("your language; stop or start being asked")),),
    doors=(Door(N_("My settings"), ChangeSettings(), asks=True),),
)
