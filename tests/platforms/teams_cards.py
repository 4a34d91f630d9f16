"""What Teams takes and shows: a linter of Adaptive Cards, and a card in the words that a person reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
BYTES = 80_000
SHAPES = {
    "AdaptiveCard": ({"version", "body"}, {"$schema", "actions", "speak", "fallbackText", "lang"}),
    "TextBlock": ({"text", "wrap"}, {"style", "size", "weight", "color"}),
    "RichTextBlock": ({"inlines"}, set()),
    "TextRun": ({"text"}, {"size", "weight", "italic", "color", "selectAction"}),
    "Container": ({"items"}, {"style"}),
    "ColumnSet": ({"columns"}, set()),
    "Column": ({"items", "width"}, {"style", "minHeight"}),
    "ActionSet": ({"actions"}, set()),
    "Input.Text": ({"id", "label"}, {"value", "maxLength", "isMultiline", "isRequired", "errorMessage"}),
    "Input.ChoiceSet": (
        {"id", "label", "choices"},
        {"value", "style", "isRequired", "errorMessage", "wrap", "isMultiSelect"},
    ),
    "Input.Toggle": ({"id", "title", "valueOn", "valueOff"}, {"value", "wrap", "label", "errorMessage"}),
    "Action.Execute": ({"title", "verb", "data", "fallback"}, {"style", "associatedInputs", "tooltip"}),
    "Action.Submit": ({"title", "data"}, {"style", "associatedInputs", "tooltip"}),
}
COMMON = {"type", "id", "spacing", "separator"}
ENUMS = {
    "style": {"default", "positive", "destructive", "emphasis", "accent", "heading", "expanded", "compact"},
    "size": {"Small", "Default", "Medium", "Large", "ExtraLarge"},
    "weight": {"Lighter", "Default", "Bolder"},
    "color": {"Default", "Attention", "Good", "Warning", "Accent"},
    "spacing": {"None", "Small", "Default", "Medium", "Large"},
    "associatedInputs": {"auto", "none"},
}
PARTS = ("body", "items", "columns", "inlines", "actions")
LIVE = re.compile(r"(?<!\\)\]\(|(?<!\\)<|(?<!\\)(\*|_|`)|(?<!\\):(?=//)|^\s*([#>+-]|\d+[.)])(?=\s)")
LINK: Json = {"type": "Action.OpenUrl", "url": "https://"}
MACRO = re.compile(r"\{\{\s*(DATE|TIME)\s*\(")


def faults(card: Json, *, dialog: bool) -> list[str]:
    """What Teams would refuse in the card or show wrongly."""
    parts = list(walk(card))
    found = [fault for part in parts for fault in _part_faults(part, dialog=dialog)]
    names = [part.get("id") for part in parts if str(part.get("type")).startswith("Input.")]
    if len(set(names)) != len(names):
        found.append("two inputs with one id")
    if names and not dialog:
        found.append("an input in a message")
    if card.get("version") != "1.5":
        found.append("not version 1.5")
    if size(card) > BYTES:
        found.append(f"{size(card)} bytes")
    return found


def size(payload: Json) -> int:
    return len(json.dumps(payload, ensure_ascii=False).encode("utf-16-le"))


def walk(part: Json) -> Iterator[Json]:
    """The part and everything in it, in the order of reading."""
    yield part
    for name in PARTS:
        for inner in part.get(name, ()):
            yield from walk(inner)
    if isinstance(part.get("fallback"), dict):
        yield from walk(part["fallback"])


def actions(card: Json) -> list[Json]:
    """The buttons a person sees."""
    return [action for part in walk(card) for action in part.get("actions", ())]


def inputs(card: Json) -> list[Json]:
    return [part for part in walk(card) if str(part.get("type")).startswith("Input.")]


def shown(card: Json) -> str:
    """Every word of the card as a person reads it."""
    return "\n".join(line for part in walk(card) if (line := _shown(part)))


def _shown(part: Json) -> str:
    match part.get("type"):
        case "TextBlock":
            return re.sub(r"\\(.)", r"\1", part["text"]).replace("\u2060", "")
        case "RichTextBlock":
            return "".join(run["text"] for run in part["inlines"]).replace("\u2060", "")
        case "ActionSet" | "AdaptiveCard":
            return " ".join(f"[{action['title']}]" for action in part.get("actions", ())).replace("\u2060", "")
        case "Input.Toggle":
            return str(part["title"]).replace("\u2060", "")
        case "Input.Text" | "Input.ChoiceSet":
            options = [choice["title"] for choice in part.get("choices", ())]
            return " ".join([part["label"], part.get("value", ""), *options]).replace("\u2060", "")
        case _:
            return ""


def _part_faults(part: Json, *, dialog: bool) -> Iterator[str]:
    kind = str(part.get("type"))
    if kind not in SHAPES:
        yield f"unknown type {kind}"
        return
    needed, allowed = SHAPES[kind]
    yield from (f"{kind} without {name}" for name in needed - part.keys())
    yield from (f"{kind} with {name}" for name in part.keys() - needed - allowed - COMMON)
    yield from (f"{kind} {n} {part[n]}" for n, values in ENUMS.items() if n in part and part[n] not in values)
    yield from _text_faults(part, kind)
    yield from _action_faults(part, kind, dialog=dialog)


def _text_faults(part: Json, kind: str) -> Iterator[str]:
    for name in ("text", "title", "label", "speak", "fallbackText", "tooltip"):
        if MACRO.search(str(part.get(name, ""))):
            yield f"{kind} expands a macro"
    if kind == "TextBlock" and LIVE.search(part.get("text", "")):
        yield "live Markdown in a TextBlock"
    if LIVE.search(str(part.get("fallbackText", ""))):
        yield "live Markdown in a fallback"
    if any("](" in str(part.get(name, "")) for name in ("title", "label")):
        yield f"a link in the label of {kind}"
    if kind in {"TextBlock", "TextRun"} and not part.get("text"):
        yield f"{kind} without words"
    if kind == "TextRun" and not _leads(part.get("selectAction", LINK)):
        yield "a link to nowhere"
    if kind == "RichTextBlock" and not part.get("inlines"):
        yield "RichTextBlock without words"


def _leads(link: Json) -> bool:
    return link.keys() == LINK.keys() and link["type"] == LINK["type"] and link["url"].startswith(LINK["url"])


def _action_faults(part: Json, kind: str, *, dialog: bool) -> Iterator[str]:
    if kind == "ActionSet" and not 1 <= len(part.get("actions", ())) <= 6:
        yield "an ActionSet without one to six actions"
    if kind == "Action.Execute" and dialog:
        yield "Action.Execute in a dialog"
    if kind.startswith("Action.") and not part.get("title"):
        yield "a button without words"
    if kind == "Action.Execute" and part.get("fallback", {}).get("type") != "Action.Submit":
        yield "Action.Execute without a fallback for old clients"
    if kind.startswith("Action.") and dialog and "msteams" in part.get("data", {}):
        yield "a dialog opened from a dialog"
    if kind == "Input.ChoiceSet" and not part.get("choices"):
        yield "a choice of nothing"
