"""The inputs of a form as parts of a card, and a form shown again with what was typed and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from adapters.teams import limits
from adapters.teams.limits import clip
from adapters.teams.text import clean, plain, soft, whole
from bot.views import Choice, Input, Line, Option, Paragraph, Tick
from bot.wire import Flag

Json = dict[str, Any]
VERB = "hd_verb"
FORM = "hd_form"
HELD = "hd_held"
INPUTS = frozenset({"Input.Text", "Input.ChoiceSet", "Input.Toggle"})


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
    filled = [_filled(part, typed) for part in body]
    places = [i for i, part in enumerate(filled) if part.get("type") in INPUTS and part.get("id") == field]
    at = places[0] if places else 0
    return [*filled[:at], wrong(why), *filled[at:]]


def wrong(why: str) -> Json:
    """A line that says what is wrong. Its colour is not its meaning: it stands in front of the input, in bold."""
    run = {"type": "TextRun", "text": plain(clip(why, limits.TEXT)), "color": "Attention", "weight": "Bolder"}
    return {"type": "RichTextBlock", "id": "wrong", "inlines": [run]}


def emptied(part: Json) -> Json:
    """The part without what was filled in beforehand."""
    return {name: value for name, value in part.items() if name != "value"} if part["type"] in INPUTS else part


def _filled(part: Json, typed: Mapping[str, str]) -> Json:
    if part.get("type") in INPUTS and part.get("id") in typed:
        return {**part, "value": clean(typed[part["id"]])}
    return part


def _hint(hint: str) -> list[Json]:
    run = {"type": "TextRun", "text": plain(clip(hint, limits.HINT)), "size": "Small"}
    return [{"type": "RichTextBlock", "inlines": [run]}] if run["text"] else []


def _text(field: Line | Paragraph, *, lines: bool) -> Json:
    longest = min(field.longest, limits.VALUE)
    part = {
        "type": "Input.Text",
        **_named(field.name, field.label),
        "maxLength": longest,
        "isMultiline": lines,
        "isRequired": field.required,
    }
    value = clean(field.value)[:longest]
    return {**part, "value": value} if value else part


def _choice(field: Choice) -> Json:
    """Choosing is required unless nothing is one of the choices: an empty answer could not be read."""
    part = {
        "type": "Input.ChoiceSet",
        **_named(field.name, field.label),
        "style": "expanded" if len(field.options) <= limits.EXPANDED_OPTIONS else "compact",
        "choices": [_option(option) for option in field.options[: limits.OPTIONS]],
        "isRequired": all(option.value for option in field.options),
        "wrap": True,
    }
    return {**part, "value": whole(field.value)} if field.value else part


def _option(option: Option) -> Json:
    return {"title": clip(soft(option.label), limits.LABEL) or "…", "value": whole(option.value)}


def _tick(name: str, label: str, value: str) -> Json:
    titled = {"type": "Input.Toggle", "id": name, "title": clip(soft(label), limits.LABEL), "value": value}
    return {**titled, "valueOn": str(Flag.YES), "valueOff": str(Flag.NO), "wrap": True}


def _named(name: str, label: str) -> Json:
    said = clip(soft(label), limits.LABEL)
    return {"id": name, "label": said, "errorMessage": said}
