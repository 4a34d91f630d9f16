"""What is written in texts: JSON of any shape, and what people typed, which is never taken for more than words."""

from __future__ import annotations

import json
import re

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


def unpacked(text: str) -> Json:
    """The object in a JSON text, or an empty one."""
    try:
        return part({"0": json.loads(text)}, "0")
    except (ValueError, RecursionError):
        return {}


def strings(values: Json) -> dict[str, str]:
    """What is a string in there, as it can be stored."""
    return {name: storable(value) for name, value in values.items() if isinstance(value, str)}


def decoded(text: str) -> str:
    """What the person typed: Slack writes three characters as entities, and mentions as ids. Undone once, not twice."""
    named = MENTION.sub(lambda found: found[1] + (found[3] or found[2]), text)
    return storable(named.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def storable(text: str) -> str:
    """The text without what no database takes: halves of characters, and zeros."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")
