"""What Teams takes for an answer to an invoke. Whatever else comes, the person reads "Unable to reach app"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.platforms import teams_cards

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"
WORDS = "application/vnd.microsoft.activity.message"
SIZES = {"small", "medium", "large"}
TITLE = 64


def faults(name: str, body: Json | None) -> list[str]:
    """What is wrong with the body of the answer to an invoke of this name."""
    match name:
        case "adaptiveCard/action":
            return list(_of_press(body or {}))
        case "task/fetch":
            return list(_of_dialog(body or {}))
        case "task/submit":
            return list(_of_dialog(body)) if body else []
        case _:
            return [f"an answer to {name}"] if body else []


def _of_press(body: Json) -> Iterator[str]:
    if body.keys() != {"statusCode", "type", "value"} or body["statusCode"] != 200:
        yield f"an answer to a press with {sorted(body)}"
    elif body["type"] == CARD:
        yield from teams_cards.faults(body["value"], dialog=False)
    elif body["type"] != WORDS:
        yield f"a press answered by {body['type']}"
    elif not isinstance(body["value"], str) or not body["value"].strip():
        yield "a press answered by nothing"


def _of_dialog(body: Json) -> Iterator[str]:
    task = body.get("task")
    match task:
        case {"type": "message", "value": str(words), **rest} if not rest:
            if not words.strip():
                yield "a dialog that says nothing"
        case {
            "type": "continue",
            "value": {"title": str(title), "card": {"contentType": kind, "content": card}, **look},
        }:
            if kind != CARD or len(title) > TITLE:
                yield f"a dialog of {kind} with a title of {len(title)}"
            if look.keys() != {"width", "height"} or not set(look.values()) <= SIZES:
                yield f"a dialog that looks like {look}"
            yield from teams_cards.faults(card, dialog=True)
        case _:
            yield f"no such dialog: {sorted(body)}"
