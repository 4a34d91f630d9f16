"""Bringing the schema to what the code expects."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from bot.errors import Misconfigured
from storage.engine import Engines


async def migrate(engines: Engines) -> None:
    """Bring the database to the newest schema. Raises `Misconfigured` where it is newer than this code, or absent."""
    try:
        async with engines.write.begin() as connection:
            await connection.run_sync(_upgrade)
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
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def knows(revision: str) -> bool:
    """Whether this code knows a schema, or it was made by a newer version."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise Misconfigured(
            "The database was made by a newer version of Hundred Days than this one. Start that version, or restore a "
            "backup from before the upgrade."
        ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
