"""Where chance in a test comes from: ids, keys, lots and shuffles are drawn from one seed and the name of the test.

So a test draws the same whenever and wherever it runs, in whatever order and beside whatever others, and one that
failed fails again: `HD_TEST_SEED=... python -m pytest TEST`. A test of chance itself is marked `unseeded`.

Not from here come: the one-time key inside each sealed ballot, which libsodium draws for itself; what processes of
their own draw; ids that PostgreSQL makes in the schema of a rehearsal, or on a server that is named by the environment.
None of them decides a test but by an order, and the chance of that is worked out where it is looked at.
"""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

DEFAULT = "100"
SEED = os.environ.get("HD_TEST_SEED") or DEFAULT
HASHED = "PYTHONHASHSEED"
"""In what order Python keeps a set of words. It is read when a process starts, so we set it for those we start."""
AGAIN = f"HD_TEST_SEED={SEED}" + (f" {HASHED}={os.environ[HASHED]}" if HASHED in os.environ else "")
UNSEEDED = "unseeded"
SCHEMA = "seeds"
"""On PostgreSQL, what counts the draws: a schema that no address of ours looks into."""
SERVER = "search_path = public, pg_catalog"
"""Has a server look for `gen_random_uuid` among ours first."""
OURS = (
    f"CREATE SCHEMA {SCHEMA}",
    f"CREATE SEQUENCE {SCHEMA}.drawn",
    f"""CREATE FUNCTION public.gen_random_uuid() RETURNS uuid LANGUAGE sql VOLATILE AS $$
        SELECT md5(split_part(current_database(), '_', 2) || ' ' || nextval('{SCHEMA}.drawn'))::uuid $$""",
)
"""The ids that PostgreSQL makes: from the second half of the database's name, and how many there were before."""

_of_the_system = os.urandom
_drawn_from: list[random.Random] = []


@contextmanager
def sown(name: str) -> Iterator[None]:
    """Draw everything from this name and the seed; afterwards go on where it was left before."""
    before = random.getstate()
    dice = random.Random(f"{SEED} {name}")
    random.seed(dice.random())
    _drawn_from.append(dice)
    try:
        yield
    finally:
        _drawn_from.pop()
        random.setstate(before)


@contextmanager
def of_the_system() -> Iterator[None]:
    """Draw as the product does outside of tests."""
    kept = _drawn_from[:]
    _drawn_from.clear()
    try:
        yield
    finally:
        _drawn_from[:] = kept


def drawn_bytes(n: int) -> bytes:
    """What takes the place of `os.urandom`: outside of tests it is just that."""
    return _drawn_from[-1].randbytes(n) if _drawn_from else _of_the_system(n)


def database_name(kind: str) -> str:
    """A name that no other run uses, and behind it what the ids in that database are drawn from."""
    return f"{kind}{fresh()}_{drawn_bytes(6).hex()}"


def fresh() -> str:
    """A word that stands nowhere else, not even in the files that an earlier test has left on the same server."""
    return _of_the_system(6).hex()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{UNSEEDED}: draws from the system's own chance, because it is about that")
    os.environ.setdefault(HASHED, str(zlib.crc32(SEED.encode())))
    os.urandom = drawn_bytes
    setattr(random, "_urandom", drawn_bytes)  # noqa: B010 (what `secrets` and `SystemRandom` draw from)
    event.listen(Pool, "connect", _seed_sqlite)


def pytest_unconfigure() -> None:
    event.remove(Pool, "connect", _seed_sqlite)
    os.urandom = _of_the_system
    setattr(random, "_urandom", _of_the_system)  # noqa: B010


def pytest_report_header() -> str:
    return f"chance: {AGAIN}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test and what is made for it alone."""
    if item.get_closest_marker(UNSEEDED):
        with of_the_system():
            return (yield)
    with sown(item.nodeid):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Iterator[None]:
    """What several tests share is drawn by its own name, so that it does not matter which of them comes first."""
    if fixturedef.scope == "function":
        return (yield)
    with sown(f"{fixturedef.baseid} {fixturedef.argname} {getattr(request, 'param', '')}"):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        report.sections.append(("Chance", f"Seed {SEED}. Run it again with {AGAIN}."))
    return report


def _seed_sqlite(connection: Any, _record: object) -> None:
    """Have SQLite draw its ids from here too. Of the drivers, only that of SQLite takes functions."""
    if hasattr(connection, "create_function"):
        connection.create_function("randomblob", 1, drawn_bytes)
