"""Somebody who has stolen the database: every row in the order the engine keeps it, and every byte of its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import text

from storage.engine import open_engines
from storage.rows import Row
from tests.world import World

Rows = list[dict[str, object]]


async def steal(world: World) -> dict[str, Rows]:
    """Every table as it lies on disk. On PostgreSQL with the place and the transaction of each row."""
    engines = open_engines(world.database)
    extra = "ctid::text AS at, xmin::text AS xmin, " if world.database.startswith("postgres") else ""
    try:
        async with engines.read.connect() as connection:
            return {
                table: [dict(row._mapping) for row in await connection.execute(text(f"SELECT {extra}* FROM {table}"))]
                for table in Row.metadata.tables
            }
    finally:
        await engines.dispose()


def files_of(world: World) -> Iterator[Path]:
    """Every file the database consists of: with its logs, and on PostgreSQL the whole cluster."""
    cluster = re.search(r"host=([^&]+)", world.database)
    folder = Path(cluster.group(1)) if cluster else world.folder / "data"
    return (path for path in folder.rglob("*") if path.is_file())


def hits(world: World, needles: Sequence[bytes]) -> int:
    """How many of the files hold one of these."""
    return sum(any(needle in path.read_bytes() for needle in needles) for path in files_of(world))


async def flush(world: World) -> None:
    """Have the engine write what it holds in memory, so that the search is a fair one."""
    if world.database.startswith("postgres"):
        engines = open_engines(world.database)
        async with engines.write.connect() as connection:
            await connection.execute(text("CHECKPOINT"))
        await engines.dispose()


def right_guesses(guess: Sequence[str], truth: Sequence[str]) -> int:
    """In how many places a guessed order agrees with the true one."""
    return sum(a == b for a, b in zip(guess, truth, strict=False))
