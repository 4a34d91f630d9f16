"""Where chance in the tests comes from: the same seed and name draw the same, wherever it is drawn."""

from __future__ import annotations

import os
import random
import secrets
import uuid
from collections import Counter
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from nacl.secret import SecretBox

from bot.domain.ids import new_id
from tests import seeds
from tests.attack.thief import steal
from tests.conftest import Databases, shuffled
from tests.world import OPENS, open_world, staff_list


def drawn(name: str) -> list[object]:
    """Something from every source there is, all different."""
    with seeds.sown(name):
        bare = [os.urandom(8), secrets.randbelow(10**9), random.random(), random.SystemRandom().random(), uuid.uuid4()]
        keys = [bytes(PrivateKey.generate()), bytes(SecretBox(bytes(32)).encrypt(b""))]
        return [*bare, *keys, new_id(), new_id()]


def test_the_same_name_draws_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every source of this process gives the same under one seed and name, and something else under others."""
    first = drawn("a")
    assert len(set(first)) == len(first)
    assert drawn("a") == first
    assert not set(drawn("b")) & set(first)
    monkeypatch.setattr(seeds, "SEED", "another")
    assert not set(drawn("a")) & set(first)


def test_what_is_drawn_between_changes_nothing() -> None:
    """What several tests share draws from its own name: the test goes on where it was."""
    with seeds.sown("a"):
        alone = new_id(), new_id(), random.random()
    with seeds.sown("a"):
        before = new_id()
        drawn("shared")
        assert (before, new_id(), random.random()) == alone


@pytest.mark.unseeded
def test_a_test_about_chance_draws_from_the_system() -> None:
    """Where the mark stands, the same name draws something else each time."""
    assert os.urandom is seeds.drawn_bytes
    assert os.urandom(16) != os.urandom(16)
    with seeds.of_the_system():
        assert new_id() != new_id()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_database_draws_the_same_ids(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Ids that the database makes for itself: those of deliveries to everybody on a roster."""
    databases: Databases = request.getfixturevalue(f"empty_{kind}")
    found = [await _deliveries(databases, tmp_path / str(number), name) for number, name in enumerate("aab")]
    assert len(found[0]) == 7
    assert found[0] == found[1]
    assert not found[0] & found[2]


async def _deliveries(databases: Databases, folder: Path, name: str) -> set[object]:
    with seeds.sown(name), databases.copied(folder) as url:
        async with open_world(url, folder, staff_list(3, 3)) as world:
            await world.at(OPENS)
            return {row["id"] for row in (await steal(world))["deliveries"]}


def test_another_order_has_the_same_tests(request: pytest.FixtureRequest) -> None:
    """In whatever order: each test once, those of a file together; one seed gives one order."""
    items = request.session.items
    order = shuffled(items, random.Random("x"))
    assert Counter(order) == Counter(items)
    assert order == shuffled(items, random.Random("x"))
    files = [item.path for n, item in enumerate(order) if n == 0 or order[n - 1].path != item.path]
    assert len(files) == len(set(files))
