"""Rows and migrations say the same, on both databases; and `make migration` writes what they do not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, false, text
from sqlalchemy.engine import Connection

from storage.engine import open_engines
from storage.migrate import MIGRATIONS, configuration
from storage.rows.base import Row
from tests import migration
from tests.world import OPENS

TABLES = Row.metadata.tables
COUNT_ROWIDS = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%WITHOUT ROWID%'"
TRIGGERS = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%keeps_the_promise'"


async def test_the_migrations_make_the_tables_as_they_are(database: str) -> None:
    """Types, defaults, indexes, keys, and what may be missing are what the rows say."""
    assert await migration.tried(database) == []


@contextmanager
def another_type() -> Iterator[None]:
    column = TABLES["deliveries"].c.tries
    column.type, was = String(), column.type
    try:
        yield
    finally:
        column.type = was


@contextmanager
def another_default() -> Iterator[None]:
    column = TABLES["programmes"].c.k
    was, column.server_default = column.server_default, None
    try:
        yield
    finally:
        column.server_default = was


@contextmanager
def another_list() -> Iterator[None]:
    """A default of JSON, which PostgreSQL cannot compare by itself."""
    column = TABLES["pulses"].c.segments
    was, column.server_default = column.server_default, TABLES["comments"].c.review.server_default
    try:
        yield
    finally:
        column.server_default = was


@contextmanager
def may_be_missing() -> Iterator[None]:
    column = TABLES["people"].c.email
    column.nullable = True
    try:
        yield
    finally:
        column.nullable = False


@contextmanager
def one_more_index() -> Iterator[None]:
    table = TABLES["people"]
    index = Index("ix_people_grade", table.c.grade)
    try:
        yield
    finally:
        table.indexes.remove(index)


@contextmanager
def one_more_table() -> Iterator[None]:
    table = Table(
        "hunches",
        Row.metadata,
        Column("id", String(32), primary_key=True),
        Column("organisation_id", ForeignKey("organisations.id", ondelete="CASCADE"), index=True, nullable=False),
        Column("votes", Integer(), nullable=False),
        Column("frozen", Boolean(), server_default=false(), nullable=False),
        sqlite_with_rowid=False,
    )
    try:
        yield
    finally:
        Row.metadata.remove(table)


CHANGES = (another_type, another_default, another_list, may_be_missing, one_more_index, one_more_table)


@pytest.mark.parametrize("change", CHANGES, ids=[change.__name__ for change in CHANGES])
async def test_a_row_that_no_migration_makes_is_seen(
    database: str, change: Callable[[], AbstractContextManager[None]]
) -> None:
    """The comparison would see each kind of difference, whichever the database."""
    with change():
        assert await migration.tried(database) != []


async def test_make_migration_writes_what_is_missing(database: str, tmp_path: Path) -> None:
    """Numbered, named after its words and tidy; with it the tables are as they are, on either database."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    fresh = f"sqlite:///{tmp_path}/fresh.sqlite"
    assert await migration.write("nothing", fresh, folder) is None
    with one_more_table():
        written = await migration.write("Add hunches", fresh, folder)
        assert written is not None
        number = max(int(path.name[:4]) for path in (MIGRATIONS / "versions").glob("0*.py")) + 1
        assert written.name == f"{number:04}_add_hunches.py"
        migration.tidy(written)
        assert '"""Add hunches."""' in written.read_text()
        assert await migration.tried(database, folder) == []


async def test_a_column_is_changed_on_either_database(database: str, tmp_path: Path) -> None:
    """SQLite has no statement for it, and gets its table copied."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    with may_be_missing():
        assert await migration.write("Let e-mails be missing", f"sqlite:///{tmp_path}/fresh.sqlite", folder)
        assert await migration.tried(database, folder) == []


QUEUED = {
    "ThreadWaiting": (True, None),
    "ThreadAnswered": (True, "a thread"),
    "StoryShared": (True, None),
    "PulseReminder": (False, None),
}
"""What older versions queued, and what the columns say of it that came later."""
QUEUE = """
INSERT INTO deliveries (id, key, organisation_id, notice, "values", state, due, attempt, tries, reason)
VALUES (:notice, :notice, 'o', :notice, '{"thread": "a thread", "entry": "an entry"}', 'due', :due, 0, 0, '')
"""


async def test_what_older_versions_queued_is_known_to_go_in_a_batch(bare_database: str) -> None:
    """And a reply still belongs to its conversation, whose close forgets it."""
    engines = open_engines(bare_database)
    try:
        async with engines.write.begin() as connection:
            await connection.run_sync(_upgrade, "0003")
            await connection.execute(
                text(
                    "INSERT INTO organisations (id, name, zone, nation) VALUES ('o', 'Council', 'Europe/London', 'ENG')"
                )
            )
            for notice in QUEUED:
                await connection.execute(text(QUEUE), {"notice": notice, "due": OPENS.replace(tzinfo=None)})
            await connection.run_sync(_upgrade, "head")
            found = await connection.execute(text("SELECT notice, batched, thread_id FROM deliveries"))
            assert {notice: (bool(batched), thread) for notice, batched, thread in found} == QUEUED
    finally:
        await engines.dispose()


def _upgrade(connection: Connection, to: str) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


@pytest.mark.parametrize("words", ["", "  "])
def test_a_migration_without_words_is_refused(words: str) -> None:
    """Its name would say nothing."""
    with pytest.raises(SystemExit, match="Say what changes"):
        migration.main(words)


async def test_no_migration_gave_a_table_row_numbers_or_took_a_trigger(tmp_path: Path) -> None:
    """A table that was copied to be changed is still stored by its key, and what guards pulses is still there."""
    database = f"sqlite:///{tmp_path}/all.sqlite"
    assert await migration.tried(database) == []
    engines = open_engines(database)
    try:
        async with engines.read.connect() as connection:
            found = [(await connection.execute(text(count))).scalar() for count in (COUNT_ROWIDS, TRIGGERS)]
    finally:
        await engines.dispose()
    assert found == [1, 4], "only Alembic's own table has row numbers"
