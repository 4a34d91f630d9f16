"""What a feature declares about itself. Every table of the product is derived from these declarations (`bot.routes`).

A declaration is data and does nothing. What a field does not name, the feature does not do: it is in no list, in no
manifest and in no digest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, auto

from bot.composing import NoticeHandler, Reader, Stands
from bot.core import EVERYBODY, Call, Route
from bot.domain.digests import DigestWeek
from bot.domain.keeping import Keeping
from bot.domain.people import Role
from bot.plan import Job, WeeklyMoment
from bot.views import Element, Reply, Style
from bot.wire import Command, Notice

AnswerWord = Callable[[str, Call], Awaitable[Reply]]
"""Answers a word typed after /100days; it is given what was typed after the word."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command. `command` has a field `text` for what is typed after it, and may have `shown`: see `Home`.

    `does` is a sentence for the help and both platforms' manifests. `example` is what somebody could type after it.
    `asks` says that a form opens where nothing is typed after it. What is typed after a `private` one belongs in that
    form and never in a chat or a button.
    """

    word: str
    command: type[Command]
    does: str
    example: str = ""
    asks: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """A word after /100days. `spelled` is how the help writes it in each language; its first word calls it.

    `also` are other words that call it. Without `does` it is not in the help.
    """

    answer: AnswerWord
    spelled: Mapping[str, str]
    does: str = ""
    also: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All that calls it."""
        return *(spelled.split()[0] if spelled else "" for spelled in self.spelled.values()), *self.also


@dataclass(frozen=True, slots=True)
class Door:
    """A button of the front page, with whose it is. The `main` ones stand first. `asks` says that it opens a form.

    One that leads to the pages is `outside`; it is there where these have an address.
    """

    label: str
    sends: Command
    main: bool = False
    style: Style = Style.PLAIN
    asks: bool = False
    roles: Collection[Role] = EVERYBODY
    outside: bool = False


class Place(IntEnum):
    """Where a section stands in the digest, from its first line to its last."""

    LEAD = auto()
    NUMBERS = auto()
    THEMES = auto()
    QUOTES = auto()
    STORIES = auto()
    WAITING = auto()


@dataclass(frozen=True, slots=True)
class Said:
    """What a section of a digest says. `about` is the id of what must be taken out when it is withdrawn."""

    elements: tuple[Element, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class DigestSection:
    """A part of the weekly digest. It says nothing where there is nothing that may be shown.

    `stands` is for one that is about something that can be taken back.
    """

    place: Place
    compose: Callable[[DigestWeek, Reader], Awaitable[Said]]
    stands: Stands | None = None


@dataclass(frozen=True, slots=True)
class OwnData:
    """What a feature holds about a person, for that person to see: how much, never what.

    Features with the same `heading` stand under it together.
    """

    heading: str
    show: Callable[[Call], Awaitable[Sequence[Element]]]


@dataclass(frozen=True, slots=True)
class Erasure:
    """How a feature forgets a person who asks for it, in the transaction of their asking, and what it tells them.

    `erase` may be called again, and then finds what came since. `goes` and `stays` are sentences; a number in them is
    named in `numbers`.
    """

    erase: Callable[[Call], Awaitable[None]]
    goes: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Feature:
    """Everything that the rest of the product must know of a feature.

    `holds` is what it keeps, as the notice to staff says it; `own_data` shows each person how much of it is theirs, and
    `erasure` forgets them.
    """

    name: str
    commands: Mapping[type[Command], Route] = field(default_factory=dict)
    typed: tuple[Typed, ...] = ()
    verbs: tuple[Verb, ...] = ()
    notices: Mapping[type[Notice], NoticeHandler] = field(default_factory=dict)
    jobs: Mapping[WeeklyMoment, Job] = field(default_factory=dict)
    doors: tuple[Door, ...] = ()
    digest_sections: tuple[DigestSection, ...] = ()
    holds: tuple[Keeping, ...] = ()
    own_data: tuple[OwnData, ...] = ()
    erasure: Erasure | None = None


def sections_of(features: Iterable[Feature]) -> tuple[DigestSection, ...]:
    """The sections of these features, in the order of the digest."""
    return tuple(sorted((each for feature in features for each in feature.digest_sections), key=lambda s: s.place))
