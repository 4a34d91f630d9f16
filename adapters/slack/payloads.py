"""Reading what Slack sends: JSON of any shape, which nothing here trusts to have the shape it should."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from adapters.slack.text import Json

MENTION = re.compile(r"<([@#])([A-Z0-9]+)(?:\|([^<>]*))?>")


def part(payload: object, *path: str) -> Json:
    """The object at this path, or an empty one."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload if isinstance(payload, dict) else {}


def word(payload: object, *path: str) -> str:
    """The string at this path, or an empty one."""
    found = part(payload, *path[:-1]).get(path[-1])
    return found if isinstance(found, str) else ""


def first(payload: Json, name: str) -> Json:
    """The first object of a list, or an empty one."""
    found = payload.get(name)
    return part({"0": found[0]}, "0") if isinstance(found, list) and found else {}


def unpacked(text: str) -> Json:
    """The object in a JSON text, or an empty one."""
    try:
        return part({"0": json.loads(text)}, "0")
    except ValueError:
        return {}


def strings(values: Json) -> dict[str, str]:
    """What is a string in there."""
    return {name: value for name, value in values.items() if isinstance(value, str)}


def decoded(text: str) -> str:
    """What the person typed: Slack writes three characters as entities, and mentions as ids. Undone once, not twice."""
    named = MENTION.sub(lambda found: found[1] + (found[3] or found[2]), text)
    return storable(named.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def storable(text: str) -> str:
    """The text without what no database takes: halves of characters, and zeros."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def filled_in(view: Json) -> Mapping[str, str]:
    """What stands in the inputs of a modal, by their names."""
    values = part(view, "state", "values")
    return {name: _typed(element) for name, inputs in values.items() for element in part({"0": inputs}, "0").values()}


def _typed(element: object) -> str:
    match element:
        case {"type": "checkboxes", "selected_options": list(ticked)}:
            return "yes" if ticked else "no"
        case {"selected_option": {"value": str(value)}}:
            return storable(value)
        case {"value": str(value)}:
            return decoded(value)
        case _:
            return ""
