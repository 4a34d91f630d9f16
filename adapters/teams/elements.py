"""The elements of a view as parts of a card. What people wrote stands in TextRuns, where nothing is markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any, assert_never

from adapters.teams import limits
from adapters.teams.inputs import VERB
from adapters.teams.limits import clip
from adapters.teams.text import clean, markdown, plain, soft, whole
from bot.views import (
    Bar,
    Bars,
    Button,
    Buttons,
    Divider,
    Element,
    Emphasis,
    Fields,
    Heading,
    Inline,
    Link,
    Note,
    Once,
    Quote,
    Strong,
    Style,
    Text,
)

Json = dict[str, Any]
STYLES = {Style.PLAIN: "default", Style.PRIMARY: "positive", Style.DANGER: "destructive"}
MORE: Json = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "…"}]}


@dataclass(frozen=True, slots=True)
class Pen:
    """How to draw: what no text may be longer than, and whether the card stands in a dialog.

    In a dialog every press is a submission, because Teams has no Action.Execute there.
    """

    longest: int = limits.TEXT
    dialog: bool = False


def body_of(elements: Sequence[Element], pen: Pen) -> list[Json]:
    """The elements, one after the other."""
    drawn: list[Json] = []
    for element in elements:
        drawn += _element(element, pen, before=drawn[-1] if drawn else {})
    return drawn


def _element(element: Element, pen: Pen, before: Json) -> list[Json]:
    match element:
        case Text(parts):
            return _runs([_inline(part, pen) for part in parts])
        case Heading(text) | Once(text):
            return _heading(text, "Medium")
        case Note(text):
            return [part for line in _lines(text, pen) for part in run(line, size="Small")]
        case Quote(text, by):
            return _quote(text, by, pen)
        case Fields(rows):
            return _fields(rows, pen)
        case Bars(caption, rows):
            return [*_runs([_bold(clip(caption, pen.longest))]), *chain.from_iterable(map(_bar, rows[: limits.ROWS]))]
        case Divider():
            return [{"type": "Container", "separator": True, "spacing": "Medium", "items": []}]
        case Buttons(items, about):
            return _buttons(items, about, pen, before)
        case _:
            assert_never(element)


def heading(title: str) -> list[Json]:
    """The title of a card."""
    return _heading(title, "Large")


def _heading(text: str, size: str) -> list[Json]:
    said = markdown(clip(clean(text), limits.TITLE)).strip()
    look = {"style": "heading", "size": size, "weight": "Bolder", "wrap": True}
    return [{"type": "TextBlock", "text": said, **look}] if said else []


def _inline(part: Inline, pen: Pen) -> Json:
    match part:
        case Strong(text):
            return _bold(clip(text, pen.longest))
        case Emphasis(text):
            return _text_run(clip(text, pen.longest), italic=True)
        case Link(text, url):
            return _text_run(clip(text, pen.longest), selectAction={"type": "Action.OpenUrl", "url": url})
        case str():
            return _text_run(clip(part, pen.longest))
        case _:
            assert_never(part)


def _text_run(text: str, **look: object) -> Json:
    return {"type": "TextRun", "text": plain(text), **look}


def _bold(text: str) -> Json:
    return _text_run(text, weight="Bolder")


def _runs(inlines: Sequence[Json]) -> list[Json]:
    said = [inline for inline in inlines if inline["text"]]
    return [{"type": "RichTextBlock", "inlines": said}] if said else []


def run(text: str, **look: object) -> list[Json]:
    """A line of words, or nothing if there are none."""
    return _runs([_text_run(text, **look)])


def _lines(text: str, pen: Pen) -> list[str]:
    """A text as its lines: clients do not agree on what a line break inside a run means."""
    lines = [line for line in clip(clean(text), pen.longest).splitlines() if line.strip()]
    return lines if len(lines) <= limits.LINES else [*lines[: limits.LINES], "…"]


def _quote(text: str, by: str, pen: Pen) -> list[Json]:
    said = [part for line in _lines(text, pen) for part in run(line)]
    whose = run(clip(by, limits.LABEL), size="Small", weight="Bolder")
    return [{"type": "Container", "style": "emphasis", "items": [*said, *whose]}] if said or whose else []


def _fields(rows: Sequence[tuple[str, str]], pen: Pen) -> list[Json]:
    shown = [
        _runs([_bold(f"{clip(name, limits.LABEL)}: "), _text_run(clip(value, pen.longest))])
        for name, value in rows[: limits.ROWS]
    ]
    return [*chain.from_iterable(shown), *([MORE] if len(rows) > limits.ROWS else [])]


def _bar(bar: Bar) -> list[Json]:
    """A row of a chart: its words, and under them a bar drawn from two columns, which needs no picture."""
    words = _runs([_text_run(f"{clip(bar.label, limits.LABEL)}: "), _bold(clip(bar.shown, limits.LABEL))])
    percent = max(0, min(100, round(bar.share * 100)))
    columns = [_column(percent, "accent"), _column(100 - percent, "emphasis")]
    drawn = {"type": "ColumnSet", "spacing": "Small", "columns": [c for c in columns if c["width"] != "0"]}
    return [*words, drawn]


def _column(percent: int, style: str) -> Json:
    return {"type": "Column", "width": str(percent), "style": style, "minHeight": "10px", "items": []}


def _buttons(items: Sequence[Button], about: str, pen: Pen, before: Json) -> list[Json]:
    """Rows of at most six, with what they are about in each button's tooltip, and in front unless it was just said."""
    said = clip(about, pen.longest)
    words = [] if plain(said) in _words(before) else run(said)
    actions = [_button(button, about, pen) for button in items]
    n = limits.ACTIONS_IN_A_ROW
    rows = [actions[i : i + n] for i in range(0, len(actions), n)]
    return [*words, *({"type": "ActionSet", "actions": row} for row in rows)]


def _words(part: Json) -> str:
    return "".join(inline["text"] for inline in part.get("inlines", ()))


def _button(button: Button, about: str, pen: Pen) -> Json:
    values, verb = whole_values(button.sends.write()), button.sends.name()
    look = {"title": label_of(button.label), "style": STYLES[button.style], "associatedInputs": "none"}
    if about:
        look["tooltip"] = clip(f"{soft(about)}: {look['title']}", limits.LABEL)
    data: Json = {**values, VERB: verb}
    submit = {"type": "Action.Submit", **look, "data": data}
    if pen.dialog:
        return submit
    if button.asks:
        return {**submit, "data": {**data, "msteams": {"type": "task/fetch"}}}
    return {"type": "Action.Execute", **look, "verb": verb, "data": values, "fallback": submit}


def label_of(text: str) -> str:
    """What stands on a button."""
    return clip(soft(" ".join(text.split())), limits.BUTTON) or "…"


def fitting(body: Sequence[Json], most: int) -> list[Json]:
    """As much of the beginning as fits, and an ellipsis."""
    totals = accumulate((limits.size(part) + 4 for part in body), initial=limits.size(MORE))
    fitting = sum(total <= most for total in totals) - 1
    return [*body[: max(fitting, 0)], MORE]


def whole_values(values: Mapping[str, str]) -> dict[str, str]:
    """The values of a command as they can be sent."""
    return {name: whole(value) for name, value in values.items()}
