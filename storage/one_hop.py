"""SQLite's connections as SQLAlchemy asks for them, with one visit to the connection's thread a statement.

aiosqlite goes to its thread for each step of a statement: to make a cursor, to execute, to fetch, to close. Each visit
wakes another thread and the loop again, which costs more than what SQLite does there. Here a statement and all its rows
are one visit, a BEGIN travels with the first statement after it, and there is none at all to end what never began.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")
Parameters = Sequence[Any]
ITERATION = 64
AT_ONCE = 1_000
"""Rows that come with their statement. Where there are more, they are fetched as they are asked for."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a statement left: its first rows, what there is to know of them, and where the others are, if any."""

    rows: list[Any]
    description: Any
    rowcount: int
    lastrowid: int | None
    rest: sqlite3.Cursor | None = None


NOTHING = Fetched([], None, -1, None)


class OneHopCursor:
    """A cursor whose first rows are here when its statement has been executed."""

    arraysize = 1

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._fetched = NOTHING
        self._rows: list[Any] = []
        self._rest: sqlite3.Cursor | None = None

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
        self._keep(await self._connection.visit(sqlite3.Connection.execute, sql, parameters))
        return self

    async def executemany(self, sql: str, parameters: Sequence[Parameters]) -> Self:
        """Execute a statement once for each of these."""
        self._keep(await self._connection.visit(sqlite3.Connection.executemany, sql, parameters))
        return self

    async def fetchone(self) -> Any:
        """The next row, or None."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows, up to this many."""
        wanted = size or self.arraysize
        while len(self._rows) < wanted and (more := await self._more(AT_ONCE)):
            self._rows += more
        given, self._rows = self._rows[:wanted], self._rows[wanted:]
        return given

    async def fetchall(self) -> list[Any]:
        """All rows that are left."""
        rows, self._rows = self._rows + await self._more(-1), []
        return rows

    async def close(self) -> None:
        """Let go of the rows that nobody has fetched."""
        rest, self._rest, self._rows = self._rest, None, []
        if rest is not None:
            await self._connection.do(rest.close)

    def _keep(self, fetched: Fetched) -> None:
        self._fetched, self._rows, self._rest = fetched, fetched.rows, fetched.rest

    async def _more(self, size: int) -> list[Any]:
        """Rows that did not come with the statement: so many, or all of them."""
        if self._rest is None:
            return []
        found: list[Any] = await self._connection.do(partial(_fetched, self._rest, size))
        if size < 0 or len(found) < size:
            self._rest = None
        return found


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
        return await self.do(partial(_visited, self._conn, self._begin, execute, sql, parameters))

    async def do(self, what: Callable[[], T]) -> T:
        """Do something in the connection's thread."""
        done: T = await self._execute(what)  # type: ignore[no-untyped-call]
        return done

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
    rows = _fetched(cursor, AT_ONCE) if cursor.description else []
    rest = cursor if len(rows) == AT_ONCE else None
    fetched = Fetched(rows, cursor.description, cursor.rowcount, cursor.lastrowid, rest)
    if rest is None:
        cursor.close()
    return fetched


def _fetched(cursor: sqlite3.Cursor, size: int) -> list[Any]:
    """So many rows, or all; where they were the last ones the cursor is closed."""
    rows = cursor.fetchall() if size < 0 else cursor.fetchmany(size)
    if size < 0 or len(rows) < size:
        cursor.close()
    return rows
