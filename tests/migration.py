"""`make migration M="what changes"`: the next migration, written from the tables and tried on both databases.

Alembic compares the tables in `storage/rows` with a database that has every migration so far. What it cannot know,
such as what becomes of rows that are there already, is to be added by hand.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.script import Script, ScriptDirectory
from sqlalchemy.engine import Connection

from storage.engine import Engines, open_engines
from storage.migrate import MIGRATIONS, configuration, differences, migrate
from tests import conftest as tests
from tests import seeds

NO_WORDS = 'Say what changes: make migration M="add ideas"'
NOTHING = "Nothing to write: the tables and the migrations agree."


def main(words: str) -> str:
    """Write the migration, and try it. Returns what to say; exits with an error where there is nothing to write."""
    if not words.strip():
        sys.exit(NO_WORDS)
    with TemporaryDirectory() as folder:
        written = asyncio.run(write(words, f"sqlite:///{folder}/newest.sqlite"))
    if written is None:
        sys.exit(NOTHING)
    tidy(written)
    with both_databases() as databases:
        left = {url.partition(":")[0]: asyncio.run(tried(url)) for url in databases}
    if any(left.values()):
        sys.exit(f"{written} is there, and does not make the tables as they are: {left}")
    return f"{written} is there, and makes the tables as they are on SQLite and PostgreSQL. Read it before you commit."


async def write(words: str, database: str, migrations: Path = MIGRATIONS) -> Path | None:
    """Write what the tables have otherwise than these migrations make them. Returns where, if there is anything."""
    engines = open_engines(database)
    try:
        await migrate(engines, migrations)
        if not await differences(engines):
            return None
        return await _write(words, engines, migrations)
    finally:
        await engines.dispose()


async def tried(database: str, migrations: Path = MIGRATIONS) -> list[Any]:
    """What the tables still have otherwise than these migrations make them, in a database that is empty so far."""
    engines = open_engines(database)
    try:
        await migrate(engines, migrations)
        return await differences(engines)
    finally:
        await engines.dispose()


def tidy(migration: Path) -> None:
    """Write it as all other code is written."""
    lines = migration.read_text().splitlines(keepends=True)
    migration.write_text("".join(line for line in lines if not line.strip().startswith("# ###")))
    for step in ("format", "--quiet"), ("check", "--fix", "--quiet"), ("format", "--quiet"):
        subprocess.run([sys.executable, "-m", "ruff", *step, str(migration)], check=True)


@contextmanager
def both_databases() -> Iterator[tuple[str, str]]:
    """The addresses of two empty databases, one of each kind."""
    name = seeds.database_name("migration")
    with TemporaryDirectory() as folder, tests.running_postgresql() as server:
        tests.apart(tests.command(server, f"CREATE DATABASE {name}"))
        yield f"sqlite:///{folder}/empty.sqlite", tests.address(server, name)
        tests.apart(tests.command(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _write(words: str, engines: Engines, migrations: Path) -> Path:
    config = configuration(migrations)
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    newest = ScriptDirectory.from_config(config).get_current_head() or "0"

    def written(connection: Connection) -> Path:
        config.attributes["connection"] = connection
        script = command.revision(config, words, autogenerate=True, rev_id=f"{int(newest) + 1:04}")
        assert isinstance(script, Script)
        return Path(script.path)

    async with engines.write.connect() as connection:
        return await connection.run_sync(written)


if __name__ == "__main__":
    print(main(" ".join(sys.argv[1:])))
