"""A form as it travels in the page: sealed for whoever has it in front of them, so that no server need remember it.

It is drawn again from this when something in it was wrong. Any replica can do that.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from hashlib import blake2b
from typing import Any

from adapters.web.pages.sealed import Seal
from bot import views
from bot.errors import Refusal
from bot.views import Form, Input, Line, Paragraph, Tick
from bot.wire import Command, by_name

LARGEST = 24 * 1024
KIND, COMMAND, NAMED = "#", "command", "named"


@dataclass(frozen=True, slots=True)
class Forms:
    """Puts forms away and takes them out again."""

    seal: Seal
    commands: Collection[type[Command]]

    def put(self, form: Form, person: str, message: str = "") -> str:
        """The form, for this person, and the message that it was opened from.

        Where it is long it goes without its words, and then without what stood in its inputs; these always stay. What
        is written into it is called the same all the while.
        """
        sealed = ""
        bare = replace(form, body=())
        empty = replace(bare, inputs=tuple(map(_unfilled, form.inputs)), draft=self._belongs(form))
        for lighter in (form, bare, empty):
            sealed = self.seal.close({"of": person, "form": _written(lighter), "message": message})
            if len(sealed) <= LARGEST:
                break
        return sealed

    def take(self, sealed: str, person: str) -> Form | None:
        """The form. None where it is not ours, somebody else's, or from a version that had other parts."""
        opened = self.seal.open(sealed)
        if opened.get("of") != person:
            return None
        try:
            form = _read(opened["form"], by_name(self.commands))
        except (AttributeError, KeyError, TypeError, Refusal):
            return None
        return form if isinstance(form, Form) else None

    def message(self, sealed: str) -> str:
        """The message that a form was opened from, if there was one."""
        return str(self.seal.open(sealed).get("message", ""))

    def draft(self, form: Form, person: str) -> str:
        """What a browser calls the words that this person writes into this form: it says nothing about either.

        It is the same whenever the same form is opened for them again, with the same words in it to begin with.
        """
        return self.mine(person) + self._name(json.dumps([form.sends.name(), self._belongs(form), person]))

    def mine(self, person: str) -> str:
        """How the name of every draft of this person begins."""
        return self._name(person)[:8]

    def _belongs(self, form: Form) -> str:
        """What the words in a form belong to: what it says itself, or else what it was opened with."""
        given = {asked.name: asked.ticked if isinstance(asked, Tick) else asked.value for asked in form.inputs}
        return form.draft or self._name(json.dumps([dict(form.fixed), given], sort_keys=True))

    def _name(self, words: str) -> str:
        return blake2b(words.encode(), key=bytes(self.seal.box), digest_size=8).hexdigest()


def _unfilled(asked: Input) -> Input:
    return replace(asked, value="") if isinstance(asked, Line | Paragraph) else asked


def _written(value: Any) -> Any:
    """Anything that stands in a form as JSON. Enums are strings already."""
    if isinstance(value, Command):
        return {KIND: COMMAND, "name": value.name(), "values": value.write()}
    if isinstance(value, type):
        return {KIND: NAMED, "name": value.__name__}
    if is_dataclass(value):
        return {KIND: type(value).__name__, **{f.name: _written(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, Mapping):
        return {"of": {name: _written(each) for name, each in value.items()}}
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def _read(value: Any, commands: Mapping[str, type[Command]]) -> Any:
    match value:
        case list():
            return tuple(_read(each, commands) for each in value)
        case {"#": "command", "name": name, "values": values}:
            return commands[name].read(values)
        case {"#": "named", "name": name}:
            return commands[name]
        case {"of": of}:
            return {name: _read(each, commands) for name, each in of.items()}
        case dict():
            parts = {str(name): _read(each, commands) for name, each in value.items() if name != KIND}
            return getattr(views, value[KIND])(**parts)
        case _:
            return value
