"""Somebody who has stolen the database: every row in the order the engine keeps it, and every byte of its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Rows = list[dict[str, object]]
Tables = Mapping[str, Rows]
SQLITE_FILES = ("", "-wal", "-shm", "-journal")
FORBIDDEN = "42501"
PIECE, OVERLAP = 64 * 1024 * 1024, 4096
OUT_OF_REACH = (
    "The files of the database lie on a server whose user lets nobody read them through the database. Ask its "
    "administrator to run this check as a user with the role pg_read_server_files."
)
RELATIONS = """
    SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relkind IN ('r', 'i', 't', 'm') AND (
        c.relnamespace = current_schema()::regnamespace
        OR c.oid IN (SELECT t.reltoastrelid FROM pg_class t WHERE t.relnamespace = current_schema()::regnamespace))
"""
LOGS = """
    SELECT 'pg_wal/' || name FROM pg_ls_waldir()
    WHERE modification >= CAST(CAST(:since AS text) AS timestamptz) - interval '1 s'
"""
TEMPORARY = "SELECT 'base/pgsql_tmp/' || name FROM pg_ls_tmpdir()"
READ = "SELECT pg_read_binary_file(:file, :start, :length, true)"


@dataclass(frozen=True, slots=True)
class Searched:
    """How many files were searched, and how many of them held what was looked for."""

    hits: int = 0
    files: int = 0
    unreadable: str = ""


async def steal(engine: AsyncEngine) -> Tables:
    """Every table as it lies on disk: with row numbers where SQLite has them, and places and transactions."""
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        extras = await _extras(connection, names)
        return {name: await _rows(connection, name, extras[name]) for name in names}


async def flush(engine: AsyncEngine) -> None:
    """Have the engine write what it holds in memory, so that a search is a fair one. Not every user may ask for it."""
    if engine.dialect.name != "postgresql":
        return
    try:
        async with engine.connect() as connection:
            await connection.execute(text("CHECKPOINT"))
    except DBAPIError:
        return


def search(files: Iterable[Path], needles: Sequence[bytes]) -> list[Searched]:
    """Look for each of these in files."""
    held = [_held([path.read_bytes()], needles) for path in files]
    return [Searched(sum(needle in found for found in held), len(held)) for needle in needles]


async def search_server(engine: AsyncEngine, needles: Sequence[bytes], since: str) -> list[Searched]:
    """Look for each of these in the tables, indexes, logs and temporary files of a server, as its own user."""
    try:
        async with engine.connect() as connection:
            files = [row[0] for row in await connection.execute(text(RELATIONS))]
            files += [row[0] for row in await connection.execute(text(LOGS), {"since": since})]
            files += [row[0] for row in await connection.execute(text(TEMPORARY))]
            held = [_held(await _content(connection, file), needles) for file in files if file]
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != FORBIDDEN:
            raise
        return [Searched(unreadable=OUT_OF_REACH) for _ in needles]
    return [Searched(sum(needle in found for found in held), len(held)) for needle in needles]


async def now_on(engine: AsyncEngine) -> str:
    """The server's own time, to tell its new logs from its old ones."""
    async with engine.connect() as connection:
        return str(await connection.scalar(text("SELECT CURRENT_TIMESTAMP")))


def sqlite_files(file: Path) -> list[Path]:
    """The file of a SQLite database with those that stand beside it."""
    return [path for part in SQLITE_FILES if (path := file.with_name(file.name + part)).exists()]


async def _extras(connection: AsyncConnection, names: Sequence[str]) -> Mapping[str, str]:
    if connection.dialect.name == "postgresql":
        stamped = await connection.scalar(text("SELECT current_setting('track_commit_timestamp')"))
        times = "pg_xact_commit_timestamp(xmin)::text AS committed, " if stamped == "on" else ""
        return dict.fromkeys(names, f"ctid::text AS at, xmin::text AS xmin, {times}")
    listed = await connection.execute(text("PRAGMA table_list"))
    without = {row.name for row in listed if row.wr}
    return {name: "" if name in without else "rowid AS at, " for name in names}


async def _rows(connection: AsyncConnection, table: str, extra: str) -> Rows:
    # The names come from the database itself.
    found = await connection.execute(text(f'SELECT {extra}* FROM "{table}"'))  # noqa: S608
    return [dict(row) for row in found.mappings()]


async def _content(connection: AsyncConnection, file: str) -> list[bytes]:
    """A file of the server in large pieces, each with the end of the one before."""
    size = await connection.scalar(text("SELECT size FROM pg_stat_file(:file, true)"), {"file": file}) or 0
    where = [{"file": file, "start": max(0, at - OVERLAP), "length": PIECE + OVERLAP} for at in range(0, size, PIECE)]
    return [await connection.scalar(text(READ), part) or b"" for part in where]


def _held(pieces: Sequence[bytes], needles: Sequence[bytes]) -> set[bytes]:
    return {needle for needle in needles if any(needle in piece for piece in pieces)}
