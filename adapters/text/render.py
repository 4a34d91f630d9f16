"""Views as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from bot.views import Bars, Buttons, Divider, Element, Fields, Heading, Inline, Link, Note, Once, Quote, Text, View

WIDTH = 20


def lines(view: View) -> str:
    """The whole view, a line for each thing it says."""
    return "\n".join([view.title, "=" * min(len(view.title), 80), *(_element(element) for element in view.body)])


def _element(element: Element) -> str:
    match element:
        case Text(parts):
            return _inline(parts)
        case Heading(words) | Once(words):
            return f"\n{words}\n{'-' * len(words)}"
        case Note(words):
            return f"({words})"
        case Quote(words, by):
            return f'"{words}"' + (f" - {by}" if by else "")
        case Fields(rows):
            return "\n".join(f"{name}: {value}" for name, value in rows)
        case Bars(caption, rows):
            return "\n".join([caption, *(f"  {row.label:32} {_bar(row.share)} {row.shown}" for row in rows)])
        case Divider():
            return ""
        case Buttons(items):
            return " ".join(f"[{button.label}]" for button in items)
        case _:
            assert_never(element)


def _inline(parts: Iterable[Inline]) -> str:
    return "".join(map(_part, parts))


def _part(part: Inline) -> str:
    match part:
        case str():
            return part
        case Link(_, url):
            return url
        case _:
            return part.text


def _bar(share: float) -> str:
    full = round(max(0.0, min(1.0, share)) * WIDTH)
    return "#" * full + "." * (WIDTH - full)
