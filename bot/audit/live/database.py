"""The live database: its guards, its numbers, and what is left of pulses that are over."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.audit.attacks.remains import NAMES_PEOPLE, ballots_gone, mentioned, small_numbers
from bot.audit.findings import Finding, Source, Verdict, held_if
from bot.audit.thief import Tables

PARTS = {
    "pulses": "id, state, seal, k, k_comment, mode",
    "units": "id, parent_id",
    "numbers": "share, mean, at_least",
    "segment_numbers": "share, mean, at_least",
    "turnouts": "band",
    "season_groups": "kind, members, unvouched",
    "comments": "pulse_id, unit_id",
    "ballots": "pulse_id",
    "deliveries": "pulse_id, person_id",
}
AGAIN, PATIENCE = 3, 2.0
GUARD = "keeps_the_promise"
SQLITE_GUARDS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
SERVER_GUARDS = """
    SELECT t.tgname AS name, t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid, true) || ' ' || p.prosrc AS sql
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace ORDER BY t.tgname
"""
PRAGMAS = {"secure_delete": 1, "trusted_schema": 0, "foreign_keys": 1, "synchronous": 2}
SPEAKING = ("mod", "all")
SETTINGS = (
    "log_statement",
    "log_min_duration_statement",
    "log_parameter_max_length",
    "log_parameter_max_length_on_error",
)


async def look(engine: AsyncEngine, guards_expected: Mapping[str, str]) -> list[Finding]:
    """Everything that the database shows by itself. `guards_expected` are those of a database made a moment ago."""
    found = [
        same_guards(await guards(engine), guards_expected),
        await strangers(engine),
        small_numbers(await parts(engine)),
        await _settled(lambda: _left(engine)),
        await engine_settings(engine),
        await times_kept(engine),
    ]
    return [replace(finding, source=Source.HERE) for finding in found]


async def parts(engine: AsyncEngine) -> Tables:
    """What it takes to count again, and no more: neither ballots nor words are read."""
    async with engine.connect() as connection:
        return {table: await _read(connection, columns, table) for table, columns in PARTS.items()}


async def guards(engine: AsyncEngine) -> Mapping[str, str]:
    """The triggers of a database, each with all it says."""
    sqlite = engine.dialect.name == "sqlite"
    async with engine.connect() as connection:
        found = await connection.execute(text(SQLITE_GUARDS if sqlite else SERVER_GUARDS))
        return {row.name: _plain(row.sql) for row in found}


def same_guards(found: Mapping[str, str], expected: Mapping[str, str]) -> Finding:
    """P14: are the guards of an open pulse those that this version makes?"""
    wanted = {name for name in expected if GUARD in name}
    missing = sorted(wanted - found.keys())
    changed = sorted(name for name in wanted & found.keys() if found[name] != expected[name])
    added = sorted(found.keys() - expected.keys())
    words = (
        f"{len(wanted)} guards against a weaker pulse stand in the database, word for word as this version makes them."
    )
    if missing or changed or added:
        parts = (("missing", missing), ("changed", changed), ("of unknown origin", added))
        words = "Triggers are " + "; ".join(f"{how}: {', '.join(which)}" for how, which in parts if which) + "."
    fine = bool(wanted) and not (missing or changed or added)
    return held_if("P14", fine, words, {"guards": len(wanted), "wrong": len(missing) + len(changed) + len(added)})


async def strangers(engine: AsyncEngine) -> Finding:
    """P5: is anybody named in a table that has no business to name people?"""
    async with engine.connect() as connection:
        people = {str(row[0]) for row in await connection.execute(text("SELECT id FROM people"))}
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        others = sorted(set(tables) - NAMES_PEOPLE - {"ballots"})
        found = [table for table in others if await _names_anybody(connection, table, people)]
    words = f"{len(others)} tables that need no person name none of {len(people)} people."
    if found:
        words = f"People are named in tables that need none: {', '.join(found)}."
    return held_if("P5", not found, words, {"tables": len(others), "naming": len(found)})


async def engine_settings(engine: AsyncEngine) -> Finding:
    """P3 on SQLite: is what is deleted overwritten? P13 on PostgreSQL: does its own log hold what we send?"""
    return await (_sqlite_settings(engine) if engine.dialect.name == "sqlite" else _server_settings(engine))


async def times_kept(engine: AsyncEngine) -> Finding:
    """P2: does the database keep, beside its tables, when each of its transactions was?"""
    if engine.dialect.name == "sqlite":
        return held_if("P2", True, "SQLite keeps no times of its own.")
    async with engine.connect() as connection:
        stamps, archive = [await _setting(connection, name) for name in ("track_commit_timestamp", "archive_mode")]
    if stamps == "on":
        return held_if("P2", False, "PostgreSQL keeps the time of every commit. Set track_commit_timestamp = off.")
    if archive != "off":
        words = (
            f"archive_mode is {archive or 'not to be read'}: an archived log holds the time of every commit, which "
            "beside a record of who used the app tells who wrote what. Use pg_dump, and set archive_mode = off."
        )
        return Finding("P2", Verdict.UNKNOWN, words)
    return held_if("P2", True, "PostgreSQL keeps no times of commits, and archives no log.")


async def states(engine: AsyncEngine) -> Mapping[str, Mapping[str, str]]:
    """The state of each pulse, and which threads are closed."""
    async with engine.connect() as connection:
        pulses = {row.id: row.state for row in await connection.execute(text("SELECT id, state FROM pulses"))}
        threads = await connection.execute(text("SELECT id, closed FROM threads"))
        return {"pulses": pulses, "threads": {row.id: "closed" if row.closed else "open" for row in threads}}


async def _left(engine: AsyncEngine) -> Finding:
    return ballots_gone(await parts(engine))


async def _settled(looking: Callable[[], Awaitable[Finding]]) -> Finding:
    """A close may be under way at this very moment: what looks wrong is looked at again."""
    found = await looking()
    for _ in range(AGAIN):
        if found.held:
            break
        await asyncio.sleep(PATIENCE)
        found = await looking()
    return found


async def _read(connection: AsyncConnection, columns: str, table: str) -> list[dict[str, object]]:
    rows = await connection.execute(text(f"SELECT {columns} FROM {table}"))  # noqa: S608 (our own names)
    return [dict(row) for row in rows.mappings()]


async def _names_anybody(connection: AsyncConnection, table: str, people: set[str]) -> bool:
    # The name comes from the database itself.
    async with connection.stream(text(f'SELECT * FROM "{table}"')) as rows:  # noqa: S608
        async for row in rows.mappings():
            if mentioned(dict(row)) & people:
                return True
    return False


async def _sqlite_settings(engine: AsyncEngine) -> Finding:
    async with engine.connect() as connection:
        found = {name: await connection.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS}
    wrong = sorted(name for name, value in PRAGMAS.items() if found[name] != value)
    words = "SQLite overwrites what is deleted, and its safeguards are on."
    if wrong:
        words = f"SQLite runs without {', '.join(wrong)}."
    return held_if("P3", not wrong, words, {"wrong": len(wrong)})


async def _server_settings(engine: AsyncEngine) -> Finding:
    async with engine.connect() as connection:
        found = {name: await _setting(connection, name) for name in SETTINGS}
    values = found["log_parameter_max_length"] != "0"
    speaking = found["log_statement"] in SPEAKING or found["log_min_duration_statement"] not in {"-1", ""}
    wrong = (speaking and values) or found["log_parameter_max_length_on_error"] not in {"0", ""}
    words = f"PostgreSQL writes no values into its log ({_listed(found)})."
    if wrong:
        words = (
            f"PostgreSQL writes values into its log ({_listed(found)}). Set log_statement=none and both lengths to 0."
        )
    return held_if("P13", not wrong, words)


async def _setting(connection: AsyncConnection, name: str) -> str:
    try:
        return str(await connection.scalar(text("SELECT setting FROM pg_settings WHERE name = :name"), {"name": name}))
    except DBAPIError:
        return ""


def _listed(found: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in found.items())


def _plain(words: str) -> str:
    """A definition without the name of the schema it stands in, and with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"\b(public|hundred_days_rehearsal_\w+)\.", "", words)).strip()


def names(rows: Sequence[str]) -> str:
    """A few names, and how many more."""
    return ", ".join(rows[:3]) + (f" and {len(rows) - 3} more" if len(rows) > 3 else "")
