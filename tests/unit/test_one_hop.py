"""SQLite through one visit a statement: the same transactions, errors and rows as through many."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.engine import Engines, open_engines
from storage.one_hop import AT_ONCE, OneHopConnection


@pytest.fixture
async def engines(tmp_path: Path) -> AsyncIterator[Engines]:
    opened = open_engines(f"sqlite:///{tmp_path}/t.sqlite")
    async with opened.write.begin() as connection:
        await connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY, word TEXT)"))
    yield opened
    await opened.dispose()


async def words(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list((await connection.execute(text("SELECT word FROM t ORDER BY n"))).scalars())


async def add(connection: AsyncConnection, *added: str) -> int:
    done = await connection.execute(text("INSERT INTO t (word) VALUES (:word)"), [{"word": word} for word in added])
    return done.rowcount


async def test_rows_and_counts_are_those_of_sqlite(engines: Engines) -> None:
    """Rows of a query, rows that an insert returns, and how many were changed."""
    async with engines.write.begin() as connection:
        assert await add(connection, "a", "b", "c") == 3
        returned = await connection.execute(text("UPDATE t SET word = word || '!' WHERE n > 1 RETURNING n"))
        assert sorted(returned.scalars()) == [2, 3]
        assert (await connection.execute(text("DELETE FROM t WHERE n = 1"))).rowcount == 1
    assert await words(engines.read) == ["b!", "c!"]


async def test_what_is_undone_leaves_nothing(engines: Engines) -> None:
    """An error in the middle takes back what was done before it, and the connection goes on."""
    async with engines.write.connect() as connection:
        await add(connection, "a")
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO t (n, word) VALUES (1, 'twice')"))
        await connection.rollback()
    async with engines.write.begin() as connection:
        await add(connection, "b")
    assert await words(engines.read) == ["b"]


async def test_a_writer_holds_the_lock_from_its_first_statement(engines: Engines, tmp_path: Path) -> None:
    """What is read first in a writing transaction cannot be changed by another process before the commit."""
    with sqlite3.connect(tmp_path / "t.sqlite", timeout=0, isolation_level=None) as other:
        async with engines.write.begin() as connection:
            await connection.execute(text("SELECT * FROM t"))
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("INSERT INTO t (word) VALUES ('between')")
            await add(connection, "mine")
        other.execute("INSERT INTO t (word) VALUES ('after')")
    other.close()
    assert await words(engines.read) == ["mine", "after"]


async def test_a_transaction_that_could_not_begin_does_nothing_outside_one(engines: Engines, tmp_path: Path) -> None:
    """While another process holds the lock the first statement fails; one tried after it is not on its own either."""
    other = sqlite3.connect(tmp_path / "t.sqlite", isolation_level=None)
    async with engines.write.connect() as connection:
        await connection.execute(text("PRAGMA busy_timeout = 0"))
        await connection.rollback()
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            await add(connection, "first")
        other.execute("ROLLBACK")
        await add(connection, "second")
        await connection.rollback()
    other.close()
    assert await words(engines.read) == []


async def test_a_statement_is_one_visit_and_nothing_else_is_one(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two statements and a commit visit the thread three times; a transaction without statements never does."""
    visits: list[str] = []
    execute = OneHopConnection._execute

    async def counted(self: OneHopConnection, fn: object, *args: object, **options: object) -> object:
        visits.append(getattr(getattr(fn, "func", fn), "__name__", ""))
        return await execute(self, fn, *args, **options)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(OneHopConnection, "_execute", counted)
    async with engines.write.begin() as connection:
        await add(connection, "a")
        await connection.execute(text("SELECT * FROM t"))
    assert visits == ["_visited", "_visited", "commit"]
    async with engines.write.begin():
        pass
    assert len(visits) == 3


@pytest.mark.parametrize("n", [AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
async def test_many_rows_are_all_there_in_their_order(engines: Engines, n: int) -> None:
    """Whether they are fetched at once, streamed, or left half read, and the connection goes on."""
    async with engines.write.begin() as connection:
        await add(connection, *map(str, range(n)))
    assert await words(engines.read) == [f"{number}" for number in range(n)]
    query = text("SELECT word FROM t ORDER BY n")
    async with engines.read.connect() as connection:
        streamed = [row.word async for row in await connection.stream(query)]
        async with connection.stream(query) as half:
            assert (await half.fetchmany(3))[2].word == "2"
        assert (await connection.execute(text("SELECT count(*) FROM t"))).scalar_one() == n
    assert streamed == [f"{number}" for number in range(n)]


async def test_statements_of_many_tasks_do_not_mix(engines: Engines) -> None:
    """Tasks that write at once take turns, and each sees its own rows."""

    async def write(number: int) -> None:
        async with engines.write.begin() as connection:
            await add(connection, f"{number}")
            found = await connection.execute(text("SELECT word FROM t WHERE word = :word"), {"word": f"{number}"})
            assert found.scalars().all() == [f"{number}"]

    await asyncio.gather(*(write(number) for number in range(20)))
    assert sorted(await words(engines.read), key=int) == [f"{number}" for number in range(20)]
