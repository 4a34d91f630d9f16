"""Commands and notices, and how they travel: a name and a flat map of strings.

A command is something a person asks for; it fits in a button, a form, a slash command or a card. A notice is something
that must reach somebody; it waits in the outbox as ids, never as content. Only `str`, `int`, `date` and `StrEnum` may
be fields: `bool("no")` is true, so there are no booleans here; a tick is a `Flag`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar, get_type_hints

from bot.errors import Refusal
from bot.words import N_

STALE = N_("That button no longer works. Please ask for a new one.")


DRAWN_EMPTY = frozenset("\u2800\u3164\u115f\u1160\uffa0")
"""Letters by their kind, which every font draws as nothing: the blank of Braille and the fillers of Hangul."""


class Flag(StrEnum):
    """A tick box."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Message:
    """What commands and notices share: a dataclass of flat values that survives the wire.

    `formerly` are names it had in earlier versions: buttons in chats, and what waits or was posted, still use them.
    """

    formerly: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Self:
        """Build the message from untrusted strings. Raises `Refusal` where a value is missing or of the wrong kind."""
        given: dict[str, Any] = {}
        for name, (kind, required) in _shape(cls).items():
            if name in values:
                given[name] = _parse(kind, values[name])
            elif required:
                raise Refusal(STALE)
        return cls(**given)

    def write(self) -> dict[str, str]:
        """The flat strings that `read` turns back into an equal message."""
        return {name: _text(getattr(self, name)) for name in _shape(type(self))}

    @classmethod
    def name(cls) -> str:
        """What the message is called on the wire."""
        return cls.__name__

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """All that it may be called on the wire, its own name first."""
        return cls.name(), *cls.formerly


class Command(Message):
    """Something a person asks the product to do."""

    __slots__ = ()


class Notice(Message):
    """Something that must reach a person or a channel. Holds ids only; it is put into words when it is sent.

    `class Kind(Notice, batched=True)` is one that goes out with others at a fixed hour: when it was queued, and how it
    ended, must not tell who wrote or who reads.
    """

    __slots__ = ()
    batched: ClassVar[bool] = False

    def __init_subclass__(cls, *, batched: bool | None = None) -> None:
        """Keep what was said of the kind. A dataclass with slots is made twice, and the second time nothing is said."""
        super().__init_subclass__()
        if batched is not None:
            cls.batched = batched


M = TypeVar("M", bound=Message)


def by_name(kinds: Iterable[type[M]]) -> dict[str, type[M]]:
    """These kinds of message by every name they may be called. Raises `ValueError` where two share one."""
    found: dict[str, type[M]] = {}
    for kind in kinds:
        for name in kind.names():
            if found.setdefault(name, kind) is not kind:
                raise ValueError(f"two kinds of message are called {name}")
    return found


@lru_cache(maxsize=256)
def _read_shape(kind: type[Message]) -> dict[str, tuple[Any, bool]]:
    hints = get_type_hints(kind)
    return {f.name: (hints[f.name], f.default is MISSING) for f in fields(kind)}


def _shape(kind: Any) -> dict[str, tuple[Any, bool]]:
    return _read_shape(kind)


def clean(words: str) -> str:
    """Text that every database and platform can keep: without control characters, except line ends and tabs."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def is_blank(words: str) -> bool:
    """Whether nothing of this text can be seen: spaces, marks without width, and letters that are drawn empty."""
    return all(c in DRAWN_EMPTY or unicodedata.category(c)[0] in "ZC" for c in words)


def _parse(kind: Any, value: str) -> Any:
    if not isinstance(value, str):
        raise Refusal(STALE)
    try:
        if kind is str:
            return clean(value)
        return date.fromisoformat(value) if kind is date else kind(value)
    except ValueError as error:
        raise Refusal(STALE) from error


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
