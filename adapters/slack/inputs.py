"""The inputs of a form as Slack's input blocks. The name of an input is its block, so that an error finds its place."""

from __future__ import annotations

from typing import assert_never

from adapters.slack import limits
from adapters.slack.blocks import fitting, in_rows, paragraphs
from adapters.slack.text import Json, honest, plain
from bot.views import Choice, Input, Line, Option, Paragraph, Tick
from bot.wire import Flag


def drawn(item: Input) -> list[Json]:
    """The blocks of one input: itself, and before it whatever had to be shortened inside."""
    match item:
        case Line():
            return [_block(item.name, item.label, _typed(item), hint=item.hint, optional=not item.required)]
        case Paragraph():
            element = _typed(item) | {"multiline": True}
            return [_block(item.name, item.label, element, hint=item.hint, optional=not item.required)]
        case Choice():
            return _choice(item)
        case Tick():
            return [_block(item.name, item.label, _tick(item), optional=True)]
        case _:
            assert_never(item)


def _block(name: str, label: str, element: Json, *, hint: str = "", optional: bool = False) -> Json:
    named = element | {"action_id": fitting(f"in:{name}", limits.ID)}
    block: Json = {"type": "input", "block_id": fitting(name, limits.ID), "label": plain(label, limits.LABEL)}
    block |= {"element": named, "optional": optional}
    return block | ({"hint": plain(hint, limits.HINT)} if hint else {})


def _typed(item: Line | Paragraph) -> Json:
    longest = max(1, min(item.longest, limits.TYPED))
    element: Json = {"type": "plain_text_input", "max_length": longest}
    value = honest(item.value)[:longest]
    return element | ({"initial_value": value} if value else {})


def _choice(item: Choice) -> list[Json]:
    """Radio buttons, or a menu where there are too many of them."""
    if not item.options:
        return []
    options = [_option(option) for option in item.options]
    chosen = [drawn for drawn, option in zip(options, item.options, strict=True) if option.value == item.value]
    element = _offered(options) | ({"initial_option": chosen[0]} if item.value and chosen else {})
    clipped = [option.label for option in item.options if len(option.label) > limits.OPTION]
    said = [block for label in clipped for block in paragraphs((label,))]
    return [*said, _block(item.name, item.label, element, hint=item.hint)]


def _offered(options: list[Json]) -> Json:
    if len(options) <= limits.RADIOS:
        return {"type": "radio_buttons", "options": options}
    if len(options) <= limits.OPTIONS:
        return {"type": "static_select", "options": options}
    rows = in_rows(options, limits.OPTIONS)[: limits.OPTION_GROUPS]
    groups = [{"label": plain(_span(row[0], row[-1]), limits.OPTION), "options": list(row)} for row in rows]
    return {"type": "static_select", "option_groups": groups}


def _span(first: Json, last: Json) -> str:
    return f"{first['text']['text'][:30]} — {last['text']['text'][:30]}"


def _option(option: Option) -> Json:
    return {"text": plain(option.label, limits.OPTION), "value": fitting(option.value, limits.OPTION_VALUE)}


def _tick(item: Tick) -> Json:
    option = _option(Option(Flag.YES, item.label))
    return {"type": "checkboxes", "options": [option]} | ({"initial_options": [option]} if item.ticked else {})
