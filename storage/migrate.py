"""Bringing the schema to what the code expects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from bot.errors import Misconfigured
from storage.engine import Engines, compact
from storage.migrations.comparing import OPTIONS
from storage.repositories import TABLES

MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(engines: Engines, migrations: Path = MIGRATIONS) -> None:
    """Bring the database to the newest schema. Raises `Misconfigured` where it is newer than this code, or absent."""
    try:
        async with engines.write.begin() as connection:
            changed = await connection.run_sync(_upgrade, migrations)
        if changed:
            await compact(engines.write)
    except (DBAPIError, OSError) as error:
        raise Misconfigured(
            f"The database does not answer ({type(error).__name__}). Is it running, and is HUNDRED_DAYS_DATABASE_URL "
            "right?"
        ) from error


async def revision(engines: Engines) -> str:
    """The schema the database has, or nothing."""
    async with engines.read.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision() or "")


def newest() -> str:
    """The schema this code expects."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def knows(revision: str) -> bool:
    """Whether this code knows a schema, or it was made by a newer version."""
    return revision in {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}


async def differences(engines: Engines) -> list[Any]:
    """What the tables of this code have otherwise than the database: types, defaults, indexes, what may be missing."""
    async with engines.read.connect() as connection:
        return await connection.run_sync(_differences)


def configuration(migrations: Path = MIGRATIONS) -> Config:
    """What Alembic needs to know of these migrations."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    return config


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={**OPTIONS, "target_metadata": TABLES})
    return list(compare_metadata(context, TABLES))


def _upgrade(connection: Connection, migrations: Path) -> bool:
    """Returns whether an older schema was changed: then what it held and this one does not must go from the file."""
    context = MigrationContext.configure(connection)
    before = context.get_current_revision()
    config = configuration(migrations)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise Misconfigured(
            "The database was made by a newer version of Hundred Days than this one. Start that version, or restore a "
            "backup from before the upgrade."
        ) from error
    return before not in {None, context.get_current_revision()}
