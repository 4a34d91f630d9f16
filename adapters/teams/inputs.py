"""The inputs of a form as parts of a card, and a form shown again with what was typed and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, assert_never

from adapters.teams import limits
from adapters.teams.limits import clip
from adapters.teams.shapes import name, part, parts, sent, text
from adapters.teams.text import clean, plain, soft, whole
from bot.views import Choice, Input, Line, Option, Paragraph, Tick
from bot.wire import Flag

Json = dict[str, Any]
VERB = "hd_verb"
FORM = "hd_form"
HELD = "hd_held"
INPUTS = frozenset({"Input.Text", "Input.ChoiceSet", "Input.Toggle"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A form as it travels with its submission, so that it can be shown again. What comes back is not to be trusted.

    `id` was drawn when the form was opened, and tells it from every other. Forms of an older version have none.
    """

    label: str
    title: str
    given: Mapping[str, str]
    body: Sequence[Json]
    id: str = ""

    @classmethod
    def read(cls, sent_back: object) -> Self | None:
        """The form that came along, if one did. Raises `UnreadableError` where it is not one."""
        form = sent(sent_back)
        if not form:
            return None
        body = parts(form, "body")
        for element in body:
            text(element, "type")
            text(element, "id")
        given = part(form, "given")
        values = {field: text(given, field) for field in given}
        return cls(text(form, "label"), text(form, "title"), values, body, name(form, "id"))


def ask(field: Input) -> list[Json]:
    """An input, with its hint in front of it: a placeholder would vanish as soon as somebody writes."""
    match field:
        case Line():
            return [*_hint(field.hint), _text(field, lines=False)]
        case Paragraph():
            return [*_hint(field.hint), _text(field, lines=True)]
        case Choice():
            return [*_hint(field.hint), _choice(field)]
        case Tick(name, label, ticked):
            return [_tick(name, label, Flag.YES if ticked else Flag.NO)]
        case _:
            assert_never(field)


def unfilled(field: Input) -> str:
    """What is sent for an input that the client left out."""
    return str(Flag.NO) if isinstance(field, Tick) else ""


def refilled(body: Sequence[Json], typed: Mapping[str, str], why: str, field: str) -> list[Json]:
    """The parts of a form with what was typed in them, and what is wrong beside the input it is about, or on top."""
    filled = [_filled(element, typed) for element in body]
    places = [i for i, each in enumerate(filled) if each.get("type") in INPUTS and each.get("id") == field]
    at = places[0] if places else 0
    return [*filled[:at], wrong(why), *filled[at:]]


def wrong(why: str) -> Json:
    """A line that says what is wrong. Its colour is not its meaning: it stands in front of the input, in bold."""
    run = {"type": "TextRun", "text": plain(clip(why, limits.TEXT)), "color": "Attention", "weight": "Bolder"}
    return {"type": "RichTextBlock", "id": "wrong", "inlines": [run]}


def emptied(element: Json) -> Json:
    """The part without what was filled in beforehand."""
    filled = element.get("type") in INPUTS
    return {name: value for name, value in element.items() if name != "value"} if filled else element


def _filled(element: Json, typed: Mapping[str, str]) -> Json:
    if element.get("type") in INPUTS and element.get("id") in typed:
        return {**element, "value": clean(typed[element["id"]])}
    return element


def _hint(hint: str) -> list[Json]:
    run = {"type": "TextRun", "text": plain(clip(hint, limits.HINT)), "size": "Small"}
    return [{"type": "RichTextBlock", "inlines": [run]}] if run["text"] else []


def _text(field: Line | Paragraph, *, lines: bool) -> Json:
    longest = min(field.longest, limits.VALUE)
    drawn = {
        "type": "Input.Text",
        **_named(field.name, field.label),
        "maxLength": longest,
        "isMultiline": lines,
        "isRequired": field.required,
    }
    value = clean(field.value)[:longest]
    return {**drawn, "value": value} if value else drawn


def _choice(field: Choice) -> Json:
    """Choosing is required unless nothing is one of the choices: an empty answer could not be read."""
    drawn = {
        "type": "Input.ChoiceSet",
        **_named(field.name, field.label),
        "style": "expanded" if len(field.options) <= limits.EXPANDED_OPTIONS else "compact",
        "choices": [_option(option) for option in field.options[: limits.OPTIONS]],
        "isRequired": all(option.value for option in field.options),
        "wrap": True,
    }
    return {**drawn, "value": whole(field.value)} if field.value else drawn


def _option(option: Option) -> Json:
    return {"title": clip(soft(option.label), limits.LABEL) or "…", "value": whole(option.value)}


def _tick(name: str, label: str, value: str) -> Json:
    titled = {"type": "Input.Toggle", "id": name, "title": clip(soft(label), limits.LABEL), "value": value}
    return {**titled, "valueOn": str(Flag.YES), "valueOff": str(Flag.NO), "wrap": True}


def _named(name: str, label: str) -> Json:
    said = clip(soft(label), limits.LABEL)
    return {"id": name, "label": said, "errorMessage": said}
