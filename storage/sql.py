"""The few statements that SQLAlchemy spells differently for each database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, extract, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations

from storage.rows.base import Row

AT_ONCE = 500
R = TypeVar("R", bound=Row)
T = TypeVar("T")


class Rows:
    """Rows by their keys. In a transaction that only reads, one that was read once is not read again."""

    def __init__(self, session: AsyncSession, *, reading: bool) -> None:
        self._session = session
        self._read: dict[tuple[type[Row], str], Row] | None = {} if reading else None

    async def get(self, kind: type[R], key: str) -> R | None:
        """The row with this key, if there is one."""
        row = await self._session.get(kind, key)
        if self._read is not None and row is not None:
            # The session knows a row as long as somebody holds it.
            self._read[kind, key] = row
        return row


def insert(session: AsyncSession, row: type[Row]) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql.insert(row) if is_postgresql(session) else sqlite.insert(row)


def random_id(session: AsyncSession) -> ColumnElement[str]:
    """A fresh id, made by the database, for rows that it makes itself."""
    if is_postgresql(session):
        return literal_column("replace(gen_random_uuid()::text, '-', '')")
    return func.lower(func.hex(func.randomblob(16)))


def is_postgresql(session: AsyncSession) -> bool:
    """Which of the two databases this is."""
    return session.get_bind().dialect.name == "postgresql"


def has_a_time(column: SQLCoreOperations[Any]) -> ColumnElement[bool]:
    """Whether this moment is more than a day."""
    return extract("hour", column) + extract("minute", column) > 0


def batched(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items a few hundred at a time: a statement takes only so many values."""
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))
