"""What a repository declares: which of its columns lead to a person, and what is done about them, and when.

Erasing oneself, leaving the list of staff, forgetting by the clock and destroying keys go through all subjects
(`storage.repositories`), so nothing has to be added anywhere else for a new one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.keeping import Keeping
from storage.rows.base import Row


class ErasureEffect(StrEnum):
    """What happens to a row when its person erases themselves, or leaves the list of staff.

    It goes, it loses what it says, or it stays for a reason that is told.
    """

    GOES = auto()
    EMPTIED = auto()
    STAYS = auto()


class Ends(StrEnum):
    """What ends the keeping of a column, if its person does nothing."""

    CLOCK = auto()
    """One of the subject's purges, when its time has passed."""
    CLOSE = auto()
    """The close of the pulse it belongs to."""
    PERSON = auto()
    """The row of the person. It goes with it, or it is a bare id, which leads to nobody from then on."""


class Way(StrEnum):
    """How a column leads to a person: by their id, by what they are called, or locked, with a key or a code only."""

    ID = auto()
    NAME = auto()
    LOCKED = auto()


@dataclass(frozen=True, slots=True)
class Personal:
    """A column that can lead to a person: what it is kept as, what becomes of it, and what ends it."""

    column: InstrumentedAttribute[Any]
    keeping: Keeping
    erased: ErasureEffect
    departed: ErasureEffect
    ends: Ends
    way: Way = Way.ID

    @property
    def table(self) -> str:
        """The name of its table."""
        return str(self.column.class_.__tablename__)

    @property
    def name(self) -> str:
        """What it is called: `table.column`."""
        return f"{self.table}.{self.column.key}"


@dataclass(frozen=True, slots=True)
class Purge:
    """What forgets by the clock, and the promise that it keeps, if it is one that people are told."""

    forget: Callable[[AsyncSession, datetime], Awaitable[None]]
    keeps: Keeping | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """The names of the keys that are still needed, and of those that must be gone."""

    needed: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Batched:
    """A table whose rows may not tell in which order, or together with what, they were written.

    The rows that `again` selects, by their ids, are written again with every tidying, and all of an organisation where
    somebody has erased what they wrote, if the rows are `erasable`. `timed` ones are handed over at their column
    `shown_from`: they are written again with every tidying until it has passed, and then it becomes a day.
    """

    row: type[Row]
    again: Select[str] | None = None
    timed: bool = False
    erasable: bool = True


@dataclass(frozen=True, slots=True)
class Leavers:
    """People of one organisation who have left it, and on which day."""

    people: Sequence[str]
    day: date


@dataclass(frozen=True, slots=True)
class Subject:
    """What one repository keeps of people.

    `erase` is done in the transaction in which somebody erases themselves, `depart` in the one that takes people out of
    the list of staff. `keys` says which keys of the key store it needs on a day.
    """

    name: str
    personal: tuple[Personal, ...] = ()
    purges: tuple[Purge, ...] = ()
    erase: Callable[[AsyncSession, str], Awaitable[None]] | None = None
    depart: Callable[[AsyncSession, Leavers], Awaitable[None]] | None = None
    keys: Callable[[AsyncSession, date], Awaitable[Keys]] | None = None
    batched: tuple[Batched, ...] = ()
