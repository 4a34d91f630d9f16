"""Statements are compiled once for all engines of one kind of database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from storage import engine
from storage.engine import SharedStatements, open_engines, shared_statements
from storage.rows.people import PersonRow


@dataclass(frozen=True)
class Dialect:
    name: str
    driver: str = "d"
    server_version_info: tuple[int, ...] = (1,)
    engine: int = 0


def key(dialect: Dialect, statement: str = "s") -> tuple[Any, ...]:
    return (dialect, statement, (), False, False)


def test_engines_of_one_kind_share_and_others_do_not() -> None:
    """By the name, the driver and the version of the database."""
    kept = SharedStatements()
    kept[key(Dialect("sqlite"))] = "compiled"
    assert kept.get(key(Dialect("sqlite", engine=1))) == "compiled"
    for other in (Dialect("postgresql"), Dialect("sqlite", "e"), Dialect("sqlite", server_version_info=(2,))):
        assert kept.get(key(other)) is None
    assert kept.get(key(Dialect("sqlite"), "t")) is None


def test_the_oldest_goes_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that runs for years does not keep every statement it ever made."""
    monkeypatch.setattr(engine, "MOST_STATEMENTS", 3)
    kept = SharedStatements()
    for n in range(5):
        kept[key(Dialect("sqlite"), str(n))] = n
    assert list(kept.values()) == [2, 3, 4]


async def test_the_same_statement_is_compiled_once(database: str) -> None:
    """Two installations on one kind of database, and both engines of each."""
    statement = select(PersonRow.id).where(PersonRow.key == "nobody of that key")
    found = []
    for _ in range(2):
        engines = open_engines(database)
        for each in (engines.write, engines.read):
            async with each.connect() as connection:
                await connection.execute(statement)
            found.append(len(shared_statements()))
        await engines.dispose()
    assert len(set(found)) == 1
