"""How the two databases are opened.

Both get the same guarantees: durable commits, one writer's order, no values in errors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.errors import Misconfigured
from storage.one_hop import connect_in_one_hop

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
BUSY_MS = 30_000
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    f"busy_timeout = {BUSY_MS}",
    "foreign_keys = ON",
    "secure_delete = ON",
    "trusted_schema = OFF",
    "temp_store = MEMORY",
)
WRITERS_CACHE = "cache_size = -65536"
"""64 MiB. What SQLite keeps by itself, two, is less than the pages that a hundred thousand deliveries touch."""

EMPTYINGS, EMPTY_AGAIN = 50, 0.1
MOST_STATEMENTS = 2000

UNREADABLE = "HUNDRED_DAYS_DATABASE_URL cannot be read. Write it like sqlite:////path/file.sqlite or postgresql://user@host/name."


class SharedStatements(dict[Any, Any]):
    """Statements as SQLAlchemy compiled them, kept by the kind of database and not by the engine.

    The two engines of an installation say the same in the same words, and so do those of a thousand tests. When there
    are `MOST_STATEMENTS`, the oldest goes.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        """What was compiled for any engine of this kind."""
        return super().get(_of_its_kind(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        if len(self) >= MOST_STATEMENTS:
            del self[next(iter(self))]
        super().__setitem__(_of_its_kind(key), compiled)


@cache
def shared_statements() -> SharedStatements:
    """Those of this process."""
    return SharedStatements()


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine to write through and one to read through. On PostgreSQL they are the same."""

    write: AsyncEngine
    read: AsyncEngine

    async def dispose(self) -> None:
        """Close every connection."""
        await self.write.dispose()
        await self.read.dispose()


def database_url(url: str) -> str:
    """The address with our driver in it. Raises `Misconfigured` for a database we do not know."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Misconfigured(UNREADABLE) from error
    kind = parsed.get_backend_name()
    if kind not in DRIVERS:
        raise Misconfigured(
            f"{kind} is not a database we can use. Set HUNDRED_DAYS_DATABASE_URL to sqlite:/// or postgresql://."
        )
    return parsed.set(drivername=DRIVERS[kind]).render_as_string(hide_password=False)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for a database that is a server."""
    address = make_url(database_url(url))
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


def open_engines(url: str) -> Engines:
    """Engines for this address. Nothing is connected before it is needed."""
    address = database_url(url)
    if not address.startswith("sqlite"):
        engine = _postgresql(address)
        return Engines(engine, engine)
    # One writing connection: tasks queue for it in turn, instead of polling a lock that another of them holds.
    write = _sqlite(address, "BEGIN IMMEDIATE", (*PRAGMAS, WRITERS_CACHE), size=1)
    return Engines(write, _sqlite(address, "BEGIN", PRAGMAS, size=16))


def _of_its_kind(key: Any) -> tuple[Any, ...]:
    """The key that SQLAlchemy looks a statement up by, with the kind of database in place of the engine's dialect."""
    dialect, *rest = key
    return dialect.name, dialect.driver, dialect.server_version_info, *rest


def _postgresql(address: str) -> AsyncEngine:
    """An engine for a server. `?schema=NAME` in the address keeps all tables in that schema."""
    url = make_url(address)
    schema = url.query.get("schema")
    of_its_own = {"server_settings": {"search_path": str(schema)}} if schema else {}
    return create_async_engine(
        url.difference_update_query(["schema"]),
        hide_parameters=True,
        pool_size=16,
        max_overflow=16,
        execution_options={"compiled_cache": shared_statements()},
        connect_args=of_its_own,
    )


def _sqlite(address: str, begin: str, pragmas: Sequence[str], size: int) -> AsyncEngine:
    engine = create_async_engine(
        address,
        hide_parameters=True,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        execution_options={"compiled_cache": shared_statements()},
        connect_args={"async_creator_fn": connect_in_one_hop},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        pooled: Any = connection.connection
        pooled.driver_connection.begin(begin)

    return engine


def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions on an engine, whose rows can still be read after their commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def compact(engine: AsyncEngine) -> None:
    """Write SQLite's file anew, without what was deleted, and empty its log. Nothing else may use it meanwhile."""
    if engine.dialect.name != "sqlite":
        return
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        sqlite: Any = raw.driver_connection
        await sqlite.execute("VACUUM")
    await empty_log(engine)


async def empty_log(engine: AsyncEngine) -> None:
    """Empty SQLite's write-ahead log, which keeps deleted pages until then.

    What can be done beside writers comes first. The rest needs a moment without readers, and is tried for a while
    without making anybody queue behind it.
    """
    if engine.dialect.name != "sqlite":
        return
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        sqlite: Any = raw.driver_connection
        await sqlite.execute("PRAGMA wal_checkpoint(PASSIVE)")
        await sqlite.execute("PRAGMA busy_timeout = 50")
        try:
            for _ in range(EMPTYINGS):
                busy, *_rest = await (await sqlite.execute("PRAGMA wal_checkpoint(TRUNCATE)")).fetchone()
                if not busy:
                    return
                await asyncio.sleep(EMPTY_AGAIN)
        finally:
            await sqlite.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
