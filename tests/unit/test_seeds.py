"""Where chance in the tests comes from: the same seed and name draw the same, wherever it is drawn."""

from __future__ import annotations

import os
import random
import secrets
import uuid
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from nacl.public import PrivateKey
from nacl.secret import SecretBox

from bot.domain.ids import new_id
from tests import repeat, seeds
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


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_a_failure_says_how_to_run_it_again(outcome: Literal["passed", "failed"]) -> None:
    """The seed stands in the report of a test that failed, and in no other."""
    report = pytest.TestReport("a", ("a", 1, "a"), {}, outcome, None, "call")
    hook = seeds.pytest_runtest_makereport()
    next(hook)
    with pytest.raises(StopIteration):
        hook.send(report)
    assert (f"HD_TEST_SEED={seeds.SEED}" in str(report.sections)) is (outcome == "failed")


def test_a_run_is_told_in_a_line_and_its_failures_in_one_each() -> None:
    """With the seed and the order to run it again; a run that broke off without a failure shows its end."""
    fine = repeat.Run(7, 61.2, 0, "...\n== 9 passed in 60.1s ==\n")
    assert list(fine.lines()) == ["HD_TEST_SEED=7 --shuffle=7: 61 s, passed: 9 passed in 60.1s"]
    failed = repeat.Run(8, 5, 1, "FAILED tests/a.py::b - assert 1\nERROR tests/c.py\n1 failed, 1 error in 4s\n")
    assert list(failed.lines())[1:] == ["  FAILED tests/a.py::b - assert 1", "  ERROR tests/c.py"]
    broken = repeat.Run(9, 5, 4, "ImportError\n")
    assert list(broken.lines())[1:] == ["  ImportError"]
    assert repeat.main([]) == repeat.main(["often"]) == 2
