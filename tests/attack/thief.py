"""A thief who visits the worlds of tests. What he can do is what the check of an installation does: `bot.audit`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.audit import thief
from bot.audit.chance import right_guesses
from bot.audit.thief import Rows
from storage.engine import open_engines
from tests.world import World

__all__ = ["Rows", "files_of", "flush", "hits", "right_guesses", "steal"]


async def steal(world: World) -> dict[str, Rows]:
    """Every table as it lies on disk. On PostgreSQL with the place and the transaction of each row."""
    engines = open_engines(world.database)
    try:
        return dict(await thief.steal(engines.read))
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
    engines = open_engines(world.database)
    try:
        await thief.flush(engines.write)
    finally:
        await engines.dispose()
