"""How the commands of a feature are rightly used: what the tests about roles and borders know of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.domain.people import Role
from bot.wire import Command, Notice
from tests.examples.councils import Councils
from tests.world import World

Make = Callable[[Councils, str, str], Awaitable[str]]
"""Makes something of an account's own, in a workspace, and returns what a button calls it by."""
Give = Callable[[Councils, str, str], Awaitable[Mapping[str, str]]]
Values = Mapping[str, str]


async def nothing_changed(councils: Councils, values: Values) -> None:
    """For a feature whose things cannot be changed."""


async def nothing_left(world: World, account: str, word: str) -> None:
    """For a feature that keeps nothing about anybody."""


@dataclass(frozen=True, slots=True)
class Example:
    """One feature's commands, used by somebody about things of their own.

    `things` are fields that name something: with the id of something that is not the asker's, a command that has such
    a field must answer as with an id of nothing. `explains` are commands that may be asked about anybody's. `given`
    are all values of a command that needs its own. `fields` are good values of other fields, by command where they
    differ. `only` are commands that are not for everybody, and whose they are. `untouched` fails where the things that
    these values name are not as they were made.

    `live` has an account leave something behind in every column that can lead to it, with this word in all that it
    writes; `shown` names, for each table, the line in "what is held about you" that tells of it, `counted` other lines.
    `batched` are the notices that must not tell when somebody wrote, so that they go out with others.
    """

    things: Mapping[str, Make] = field(default_factory=dict)
    fields: Values = field(default_factory=dict)
    given: Mapping[type[Command], Give] = field(default_factory=dict)
    only: Mapping[type[Command], frozenset[Role]] = field(default_factory=dict)
    explains: frozenset[type[Command]] = frozenset()
    untouched: Callable[[Councils, Values], Awaitable[None]] = nothing_changed
    live: Callable[[World, str, str], Awaitable[None]] = nothing_left
    shown: Values = field(default_factory=dict)
    counted: tuple[str, ...] = ()
    batched: frozenset[type[Notice]] = frozenset()
