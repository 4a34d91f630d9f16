"""SQLite's connections as SQLAlchemy asks for them, with one visit to the connection's thread a statement.

aiosqlite goes to its thread for each step of a statement: to make a cursor, to execute, to fetch, to close. Each visit
wakes another thread and the loop again, which costs more than what SQLite does there. Here a statement and all its rows
are one visit, a BEGIN travels with the first statement after it, and there is none at all to end what never began.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import aiosqlite

Parameters = Sequence[Any]
ITERATION = 64


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a statement left: its rows, and what there is to know of them."""

    rows: list[Any]
    description: Any
    rowcount: int
    lastrowid: int | None


NOTHING = Fetched([], None, -1, None)


class OneHopCursor:
    """A cursor whose rows are all here when its statement has been executed."""

    arraysize = 1

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._fetched = NOTHING

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """The columns, as the DB-API has them; None for a statement that gives no rows."""
        return self._fetched.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed; -1 where that is not known."""
        return self._fetched.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The row number of what was inserted last."""
        return self._fetched.lastrowid

    async def execute(self, sql: str, parameters: Parameters = ()) -> Self:
        """Execute a statement and fetch its rows. Raises what `sqlite3` raises."""
        self._fetched = await self._connection.visit(sqlite3.Connection.execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Sequence[Parameters]) -> Self:
        """Execute a statement once for each of these."""
        self._fetched = await self._connection.visit(sqlite3.Connection.executemany, sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows."""
        return self._fetched.rows

    async def close(self) -> None:
        """Nothing is open."""


class OneHopConnection(aiosqlite.Connection):
    """A connection that goes to its thread once a statement."""

    _begin = ""
    """What begins the transaction that the connection is in, or is to be in. Nothing outside one."""

    def cursor(self) -> OneHopCursor:  # type: ignore[override]
        """A cursor, which needs no visit."""
        return OneHopCursor(self)

    def begin(self, sql: str) -> None:
        """Begin a transaction with the next statement. Where that fails, the one after it begins it."""
        self._begin = sql

    async def visit(self, execute: Callable[..., sqlite3.Cursor], sql: str, parameters: object) -> Fetched:
        """Execute a statement in the connection's thread, inside its transaction."""
        went = self._execute(_visited, self._conn, self._begin, execute, sql, parameters)  # type: ignore[no-untyped-call]
        fetched: Fetched = await went
        return fetched

    async def commit(self) -> None:
        """Commit, if anything has begun."""
        self._begin = ""
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Roll back, if anything has begun."""
        self._begin = ""
        if self.in_transaction:
            await super().rollback()


async def connect_in_one_hop(database: str, **options: Any) -> OneHopConnection:
    """Open a SQLite database. The connection's thread does not keep the process alive."""
    connection = OneHopConnection(lambda: sqlite3.connect(database, **options), ITERATION)
    connection._thread.daemon = True  # noqa: SLF001 (as SQLAlchemy does for connections it makes itself)
    await connection
    return connection


def _visited(
    connection: sqlite3.Connection, begin: str, execute: Callable[..., sqlite3.Cursor], sql: str, parameters: object
) -> Fetched:
    if begin and not connection.in_transaction:
        connection.execute(begin)
    cursor = execute(connection, sql, parameters)
    rows = cursor.fetchall() if cursor.description else []
    fetched = Fetched(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
    cursor.close()
    return fetched
