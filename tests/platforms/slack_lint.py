"""What Slack refuses in blocks and views. Its numbers are written down again here, apart from those of the product."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
Faults: TypeAlias = Iterator[str]

BUTTON_STYLES = {"primary", "danger"}
RICH_PARTS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}
RICH_STYLES = {"bold", "italic", "strike", "code"}
MESSAGE_CHARACTERS = 12_000
KEYS = {
    "header": {"type", "text", "block_id"},
    "section": {"type", "text", "fields", "accessory", "block_id"},
    "context": {"type", "elements", "block_id"},
    "divider": {"type", "block_id"},
    "actions": {"type", "elements", "block_id"},
    "rich_text": {"type", "elements", "block_id"},
    "input": {"type", "label", "element", "hint", "optional", "dispatch_action", "block_id"},
    "button": {"type", "text", "action_id", "value", "style", "accessibility_label", "url", "confirm"},
    "plain_text_input": {"type", "action_id", "multiline", "min_length", "max_length", "initial_value", "placeholder"},
    "radio_buttons": {"type", "action_id", "options", "initial_option"},
    "checkboxes": {"type", "action_id", "options", "initial_options"},
    "static_select": {"type", "action_id", "options", "option_groups", "initial_option", "placeholder"},
    "modal": {"type", "callback_id", "title", "submit", "close", "private_metadata", "blocks"},
    "home": {"type", "callback_id", "private_metadata", "blocks", "external_id"},
}


def message_faults(payload: Json) -> list[str]:
    """What is wrong with a message."""
    blocks = payload.get("blocks", [])
    return [*_spoken(payload.get("text")), *block_faults(blocks, most=50), *_total(blocks)]


def view_faults(view: Json) -> list[str]:
    """What is wrong with a modal or a home tab."""
    kind = view.get("type", "")
    faults = [*_keys(view), *block_faults(view.get("blocks", []), most=100, surface=kind)]
    if len(view.get("private_metadata", "")) > 3000:
        faults.append("private_metadata over 3000")
    return faults + (list(_modal(view)) if kind == "modal" else [])


def block_faults(blocks: list[Json], *, most: int, surface: str = "message") -> list[str]:
    """What is wrong with a list of blocks."""
    faults = [] if 1 <= len(blocks) <= most else [f"{len(blocks)} blocks"]
    for block in blocks:
        faults += _block(block, surface)
    faults += _repeated(_found(blocks, "action_id"))
    faults += _repeated([block["block_id"] for block in blocks if "block_id" in block])
    return faults


def characters(node: object) -> int:
    """How much text there is in a structure."""
    if isinstance(node, list):
        return sum(map(characters, node))
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(map(characters, node.values()))
    return 0


def _spoken(text: object) -> Faults:
    if not isinstance(text, str) or not text.strip():
        yield "no text for a notification"
    elif len(text) > 40_000:
        yield "text over 40000"
    elif re.search(r"[<>]|&(?!(amp|lt|gt);)", text):
        yield "markup in the text of the notification"


def _total(blocks: list[Json]) -> Faults:
    if characters(blocks) > MESSAGE_CHARACTERS:
        yield f"msg_blocks_too_long: {characters(blocks)}"


def _modal(view: Json) -> Faults:
    for name in ("title", "submit", "close"):
        if name in view or name == "title":
            yield from _plain(view.get(name), 24, name)
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        yield "inputs without submit"


def _block(block: Json, surface: str) -> Faults:
    kind = block.get("type", "")
    yield from _keys(block)
    if kind == "input" and surface != "modal":
        yield f"input in a {surface}"
    if not 1 <= len(block.get("block_id", "x")) <= 255:
        yield "block_id"
    yield from BLOCKS.get(kind, _unknown)(block)


def _header(block: Json) -> Faults:
    yield from _plain(block.get("text"), 150, "header")


def _section(block: Json) -> Faults:
    fields = block.get("fields", [])
    if "text" not in block and not fields:
        yield "section without text"
    if len(fields) > 10:
        yield f"{len(fields)} fields"
    for text in fields:
        yield from _plain(text, 2000, "field")
    if "text" in block:
        yield from _plain(block["text"], 3000, "section")


def _context(block: Json) -> Faults:
    if not 1 <= len(block.get("elements", [])) <= 10:
        yield "context elements"
    for text in block.get("elements", []):
        yield from _plain(text, 3000, "context")


def _divider(_: Json) -> Faults:
    yield from ()


def _actions(block: Json) -> Faults:
    if not 1 <= len(block.get("elements", [])) <= 25:
        yield "actions elements"
    for button in block.get("elements", []):
        yield from _button(button)


def _button(button: Json) -> Faults:
    yield from _keys(button)
    yield from _plain(button.get("text"), 75, "button")
    if len(button.get("value", "")) > 2000:
        yield "button value over 2000"
    if not 1 <= len(button.get("action_id", "")) <= 255:
        yield "action_id"
    if not 1 <= len(button.get("accessibility_label", "x")) <= 75:
        yield "accessibility_label"
    if button.get("style", "primary") not in BUTTON_STYLES:
        yield f"button style {button['style']}"


def _rich_text(block: Json) -> Faults:
    if not block.get("elements"):
        yield "empty rich_text"
    for piece in block.get("elements", []):
        if piece.get("type") not in RICH_PARTS or not piece.get("elements"):
            yield f"rich text part {piece.get('type')}"
        for run in piece.get("elements", []):
            yield from _run(run)


def _run(run: Json) -> Faults:
    if run.get("type") not in {"text", "link"} or not isinstance(run.get("text"), str) or not run["text"]:
        yield f"rich text element {run.get('type')}"
    if run.get("type") == "link" and not str(run.get("url")).startswith("https://"):
        yield "a link to nowhere"
    if not set(run.get("style", {})) <= RICH_STYLES:
        yield "rich text style"


def _input(block: Json) -> Faults:
    yield from _plain(block.get("label"), 2000, "label")
    if "hint" in block:
        yield from _plain(block["hint"], 2000, "hint")
    element = block.get("element", {})
    yield from _keys(element)
    yield from INPUTS.get(element.get("type", ""), _unknown)(element)


def _typed(element: Json) -> Faults:
    longest = element.get("max_length", 3000)
    if not 1 <= longest <= 3000:
        yield f"max_length {longest}"
    if "initial_value" in element and not 1 <= len(element["initial_value"]) <= longest:
        yield "initial_value"


def _few(element: Json) -> Faults:
    yield from _options(element.get("options", []), 10)
    yield from _initial(element, element.get("options", []))


def _menu(element: Json) -> Faults:
    groups = element.get("option_groups", [])
    every = [option for group in groups for option in group["options"]] or element.get("options", [])
    if groups and "options" in element:
        yield "options and option_groups"
    if len(groups) > 100:
        yield "option_groups over 100"
    for group in groups or [{"options": every}]:
        yield from _options(group["options"], 100)
        yield from _plain(group["label"], 75, "group") if groups else ()
    yield from _initial(element, every)


def _options(options: list[Json], most: int) -> Faults:
    if not 1 <= len(options) <= most:
        yield f"{len(options)} options"
    for option in options:
        yield from _plain(option.get("text"), 75, "option")
        if not 1 <= len(option.get("value", "")) <= 150:
            yield "option value"


def _initial(element: Json, options: list[Json]) -> Faults:
    chosen = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else [])
    if any(option not in options for option in chosen):
        yield "initial option is not an option"


def _plain(text: object, longest: int, where: str) -> Faults:
    if not isinstance(text, dict) or text.get("type") != "plain_text":
        yield f"{where} is not plain_text"
    elif not isinstance(text.get("text"), str) or not text["text"].strip():
        yield f"{where} is empty"
    elif len(text["text"]) > longest:
        yield f"{where} over {longest}"


def _keys(node: Json) -> Faults:
    unknown = set(node) - KEYS.get(node.get("type", ""), set())
    if unknown:
        yield f"{node.get('type')} has no {', '.join(sorted(unknown))}"


def _unknown(node: Json) -> Faults:
    yield f"unknown type {node.get('type')}"


def _found(node: object, key: str) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _found(each, key)]
    if isinstance(node, dict):
        own = [node[key]] if key in node else []
        return own + [found for each in node.values() for found in _found(each, key)]
    return []


def _repeated(ids: list[str]) -> Faults:
    if len(ids) != len(set(ids)):
        yield "repeated id"


BLOCKS: dict[str, Callable[[Json], Faults]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "rich_text": _rich_text,
    "input": _input,
}
INPUTS: dict[str, Callable[[Json], Faults]] = {
    "plain_text_input": _typed,
    "radio_buttons": _few,
    "checkboxes": _few,
    "static_select": _menu,
}
