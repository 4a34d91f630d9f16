"""Each element of a view as Slack blocks. People's words go into plain_text and rich_text, and never into mrkdwn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar, assert_never

from adapters.slack import limits
from adapters.slack.text import Json, clip, honest, pieces, plain
from bot.errors import HundredDaysError
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

BAR_CELLS = 10
FULL, EMPTY = "█", "░"
T = TypeVar("T")


class TooLongError(HundredDaysError):
    """A command or a form carries more than Slack takes along. Ids are short: this is a mistake in a feature."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws the elements of one message. Counts the buttons, because Slack wants each to have a name of its own."""

    numbers: Iterator[int] = field(default_factory=count)

    def draw(self, elements: Iterable[Element]) -> list[Json]:
        """The blocks of these elements, in their order."""
        blocks: list[Json] = []
        for element in elements:
            blocks += self._blocks(element, before=blocks[-1] if blocks else {})
        return blocks

    def _blocks(self, element: Element, before: Json) -> list[Json]:
        match element:
            case Text(parts):
                return paragraphs(parts)
            case Heading(text) | Once(text):
                return heading(text)
            case Note(text):
                return [context(piece) for piece in pieces(text, limits.CONTEXT)]
            case Quote(text, by):
                return quoted(text, by)
            case Fields(rows):
                return facts(rows)
            case Bars(caption, rows):
                return chart(caption, rows)
            case Divider():
                return [{"type": "divider"}]
            case Buttons(items, about):
                return self._buttons(items, about, before)
            case _:
                assert_never(element)

    def _buttons(self, items: tuple[Button, ...], about: str, before: Json) -> list[Json]:
        """A row, after the words for what it is about (unless they were just said) and for what had to be clipped."""
        clipped = [item.label for item in items if len(item.label) > limits.BUTTON]
        words = clipped if about in _words(before) else [about, *clipped]
        rows = [[self._button(item, about) for item in row] for row in in_rows(items, limits.BUTTONS)]
        said = [block for each in words for block in paragraphs((each,))]
        return said + [{"type": "actions", "elements": row} for row in rows]

    def _button(self, button: Button, about: str) -> Json:
        name = f"hd:{button.sends.name()}:{next(self.numbers)}"
        drawn = {
            "type": "button",
            "action_id": fitting(name, limits.ID),
            "text": plain(button.label, limits.BUTTON),
            "value": fitting(packed(button.sends.write()), limits.COMMAND),
        }
        if about:
            drawn["accessibility_label"] = _heard(about, button.label)
        return drawn if button.style is Style.PLAIN else drawn | {"style": button.style.value}


def paragraphs(parts: Iterable[Inline], kind: str = "rich_text_section") -> list[Json]:
    """Rich text of these parts, over as many blocks as it needs."""
    runs: list[Json] = []
    blocks: list[Json] = []
    room = limits.RICH_TEXT
    for run in (run for part in parts for run in _runs(part)):
        if len(run["text"]) > room:
            blocks.append(rich(kind, runs))
            runs, room = [], limits.RICH_TEXT
        runs.append(run)
        room -= len(run["text"])
    return [*blocks, rich(kind, runs)] if runs else blocks


def heading(text: str) -> list[Json]:
    """A header; in ordinary words as well where it does not fit one."""
    if not text.strip():
        return []
    header = {"type": "header", "text": plain(text, limits.HEADER)}
    return [header] if len(text) <= limits.HEADER else [header, *paragraphs((text,))]


def context(text: str) -> Json:
    """Small print."""
    return {"type": "context", "elements": [plain(text, limits.CONTEXT)]}


def quoted(text: str, by: str) -> list[Json]:
    """Somebody's own words, set apart."""
    return paragraphs((text,), "rich_text_quote") + (paragraphs((f"— {by}",)) if by else [])


def facts(rows: Iterable[tuple[str, str]]) -> list[Json]:
    """Names and values, two columns wide where they fit; in full below each other where they do not."""
    known = tuple(rows)
    if any(len(name) + len(value) >= limits.FIELD for name, value in known):
        return [block for name, value in known for block in paragraphs((Strong(name), f" {value}"))]
    texts = [plain(f"{honest(name)}\n{honest(value)}", limits.FIELD) for name, value in known]
    return [{"type": "section", "fields": row} for row in in_rows(texts, limits.FIELDS)]


def chart(caption: str, rows: Iterable[Bar]) -> list[Json]:
    """Bars of characters. The number stands before its bar, so that it is also what is heard first."""
    lines = [paragraphs((Strong(row.label), f": {row.shown}\n{_drawn(row.share)}")) for row in rows]
    return paragraphs((Strong(caption),)) + [block for line in lines for block in line]


def rich(kind: str, runs: list[Json]) -> Json:
    """A rich text block with one part."""
    return {"type": "rich_text", "elements": [{"type": kind, "elements": runs}]}


def packed(values: object) -> str:
    """The shortest JSON."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def fitting(text: str, longest: int) -> str:
    """The text itself: what a machine reads back cannot be clipped."""
    if len(text) > longest:
        raise TooLongError(f"{len(text)} characters where Slack takes {longest}")
    return text


def in_rows(items: Sequence[T], longest: int) -> list[Sequence[T]]:
    """The items in groups that each fit."""
    return [items[start : start + longest] for start in range(0, len(items), longest)]


def _runs(part: Inline) -> Iterator[Json]:
    match part:
        case Link(text, url):
            yield {"type": "link", "url": fitting(url, limits.LINK), "text": clip(text, limits.RICH_TEXT) or url}
            return
        case Strong(text):
            style = {"style": {"bold": True}}
        case Emphasis(text):
            style = {"style": {"italic": True}}
        case str(text):
            style = {}
        case _:
            assert_never(part)
    for piece in pieces(text, limits.RICH_TEXT):
        yield {"type": "text", "text": piece, **style}


def _words(block: Json) -> str:
    runs = [run for piece in block.get("elements", ()) for run in piece.get("elements", ())]
    return "".join(run["text"] for run in runs)


def _heard(about: str, label: str) -> str:
    said = clip(label, limits.BUTTON)
    room = limits.BUTTON - len(said) - 2
    return f"{clip(about, room)}: {said}" if room > 0 else said


def _drawn(share: float) -> str:
    cells = round(min(max(share, 0.0), 1.0) * BAR_CELLS)
    return FULL * cells + EMPTY * (BAR_CELLS - cells)
