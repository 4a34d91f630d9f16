"""Somewhere to rehearse: a throw-away database on the engine of the live one, and a part of its key store."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.audit.keys import key_folder, key_store, part_of
from bot.errors import HundredDaysError
from bot.host.settings import Settings
from storage.codes import SECRETS
from storage.engine import database_url, sqlite_file

PART = "rehearsal-"
SCHEMA = "hundred_days_rehearsal_"
SILENT = {
    "slack_bot_token": SecretStr(""),
    "slack_signing_secret": SecretStr(""),
    "teams_app_id": "",
    "teams_app_password": SecretStr(""),
    "teams_tenant_id": "",
    "public_url": "",
}


class NoPlace(HundredDaysError):
    """There is nowhere to rehearse; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rehearsal lives: settings of its own, and the file of its database if that is one."""

    settings: Settings
    file: Path | None

    @property
    def database(self) -> str:
        """The address of the throw-away database."""
        return self.settings.database_url


@asynccontextmanager
async def throw_away(settings: Settings) -> AsyncIterator[Place]:
    """A place that is gone afterwards, whatever happens in it. Raises `NoPlace` where none can be made."""
    mark = secrets.token_hex(6)
    file = sqlite_file(settings.database_url)
    database = _beside(file, mark) if file else await _schema(settings.database_url, mark)
    place = Place(_own(settings, database, mark), sqlite_file(database))
    try:
        yield place
    finally:
        await _empty(place)
        if place.file is not None:
            shutil.rmtree(place.file.parent, ignore_errors=True)
        else:
            await _on_server(settings.database_url, f"DROP SCHEMA IF EXISTS {SCHEMA}{mark} CASCADE")


async def _empty(place: Place) -> None:
    """Destroy the keys that were made, and the folder they lay in."""
    whole = await key_store(place.settings)
    for keys in (whole, whole.within(SECRETS)):
        for name in await keys.names():
            await keys.destroy(name)
    if (folder := key_folder(place.settings)) is not None and folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def _own(settings: Settings, database: str, mark: str) -> Settings:
    """The same settings with another database, a part of the key store, and no platform."""
    keys = part_of(settings.keys, f"{PART}{mark}")
    return settings.model_copy(update={**SILENT, "database": SecretStr(database), "keys": keys})


def _beside(file: Path, mark: str) -> str:
    """A file in a fresh folder on the same file system, where this user may make one."""
    for parent in (file.resolve().parent.parent, file.resolve().parent):
        folder = parent / f"{PART}{mark}"
        try:
            folder.mkdir(mode=0o700)
        except OSError:
            continue
        return f"sqlite:///{folder}/rehearsal.sqlite"
    raise NoPlace(
        f"This user may make no folder beside {file}, so the attacks could not be rehearsed. Run the check as the user "
        "of the service."
    )


async def _schema(database: str, mark: str) -> str:
    """A schema on the same server, which no other connection looks into."""
    try:
        await _on_server(database, f"CREATE SCHEMA {SCHEMA}{mark}")
    except DBAPIError as error:
        raise NoPlace(
            "The database's user may not make a schema, so the attacks could not be rehearsed. Allow it with: GRANT "
            "CREATE ON DATABASE ... TO ..., or run the check as the owner of the database."
        ) from error
    return make_url(database).update_query_dict({"schema": f"{SCHEMA}{mark}"}).render_as_string(hide_password=False)


async def _on_server(database: str, statement: str) -> None:
    url = make_url(database_url(database)).difference_update_query(["schema"])
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()
