"""An activity, read strictly: what is there is of the kind that it has to be, or nothing of it is believed."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from adapters.teams import limits
from adapters.teams.text import clean
from bot.errors import HundredDaysError

Json = dict[str, Any]


class UnreadableError(HundredDaysError):
    """Not an activity. Says where it is not, and never what stands there."""


def parsed(body: bytes | str) -> Json:
    """An object of JSON as it stands in the standard, nested no deeper than anything that anybody means."""
    try:
        found = json.loads(body, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise UnreadableError("not JSON") from None
    if not isinstance(found, dict) or _deep(found):
        raise UnreadableError("not an object, or one too deep")
    return found


def text(value: object, *path: str) -> str:
    """The string at the end of a path; nothing where there is none."""
    found = _at(value, *path)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise UnreadableError(".".join(path))
    return clean(found)


def name(value: object, *path: str) -> str:
    """The id or the address at the end of a path: short enough to stand in an address that we call."""
    found = text(value, *path)
    if len(found.encode()) > limits.NAME_BYTES:
        raise UnreadableError(".".join(path))
    return found


def part(value: object, *path: str) -> Json:
    """The object at the end of a path; an empty one where there is none."""
    found = _at(value, *path)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UnreadableError(".".join(path))
    return found


def parts(value: object, *path: str) -> list[Json]:
    """The objects in the list at the end of a path."""
    found = _at(value, *path)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UnreadableError(".".join(path))
    return found


def sent(value: object, *path: str) -> Json:
    """What a card sent: an object, or JSON in a string, as some clients have it, wherever there could be an object."""
    found = _opened(value)
    for name in path:
        found = _opened(found.get(name))
    return found


def _opened(value: object) -> Json:
    if isinstance(value, str):
        return parsed(value) if value.strip() else {}
    return part(value)


def _at(value: object, *path: str) -> object:
    for name in path:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise UnreadableError(".".join(path))
        value = value.get(name)
    return value


def _deep(value: object) -> bool:
    level = [value]
    for _ in range(limits.DEPTH):
        level = [inner for node in level for inner in _inside(node)]
        if not level:
            return False
    return True


def _inside(node: object) -> list[object]:
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)
