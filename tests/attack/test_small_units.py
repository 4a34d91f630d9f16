"""Conversations from small units: their leaders get none that only a handful could have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.calendar import next_batch
from bot.features.organisations import import_people
from bot.views import Ask, Refused, Reply
from tests.attack.thief import steal
from tests.conftest import Databases
from tests.world import World, open_world, staff_list

HEADER = "key,name,unit,parent_unit,role,web_id"


async def test_a_unit_of_four_is_read_one_level_up(small_world: World) -> None:
    """Four people and their leader: what one of them writes goes to the leader of the unit above only."""
    await _staff(small_world, ("Tiny", "Housing", 4, 4))
    assert await _read_by(small_world, "tiny1") == ("Housing", {"u0"})
    await _staff(small_world, ("Tiny", "Housing", 5, 5))
    assert await _read_by(small_world, "tiny1") == ("Tiny", {"tiny0"})


async def test_people_without_an_account_hide_nobody(small_world: World) -> None:
    """Nine stand in the list, four of them could have written: it goes one level up."""
    await _staff(small_world, ("Tiny", "Housing", 9, 4))
    assert await _read_by(small_world, "tiny1") == ("Housing", {"u0"})


async def test_small_units_inside_small_units_go_up_until_somebody_is_hidden(small_world: World) -> None:
    """A pair in a trio in a four: they count together for what is above them, and only there."""
    await _staff(small_world, ("Outer", "Council", 2, 2), ("Middle", "Outer", 1, 1), ("Inner", "Middle", 1, 1))
    assert await _read_by(small_world, "inner1") == ("Council", {"steward"})
    await _staff(small_world, ("Outer", "Council", 3, 3))
    assert await _read_by(small_world, "inner1") == ("Outer", {"outer0"})
    assert await _read_by(small_world, "middle1") == ("Outer", {"outer0"})
    assert await _read_by(small_world, "outer1") == ("Outer", {"outer0"})


async def test_the_level_above_is_small_too(small_world: World) -> None:
    """Whoever asks for the level above gets the first one from there on that hides them."""
    await _staff(small_world, ("Outer", "Council", 0, 0), ("Inner", "Outer", 4, 4))
    assert await _read_by(small_world, "inner1", recipient="above") == ("Council", {"steward"})
    await _staff(small_world, ("Inner", "Outer", 6, 6))
    assert await _read_by(small_world, "inner1", recipient="above") == ("Outer", {"outer0"})


@pytest.mark.parametrize("recipient", ["leader", "above", "steward"])
async def test_an_organisation_too_small_to_hide_anybody_refuses(
    empty_sqlite: Databases, tmp_path: Path, recipient: str
) -> None:
    """Four beside those who would read it: nothing is sent without a name, and nothing kept; with a name it is.

    A steward who reads it does not hide its author: they know that it was not them.
    """
    async with open_world(empty_sqlite.sqlite(tmp_path), tmp_path, staff_list(5, 0)) as world:
        for hear in ("here", "code"):
            refused = await _write(world, "u1", recipient, hear)
            assert isinstance(refused, Refused)
            assert refused.field == "hear"
        loot = await steal(world)
        assert (loot["threads"], loot["entries"], loot["deliveries"]) == ([], [], [])
        assert not isinstance(await _write(world, "u1", recipient, "named"), Refused)


async def test_five_beside_the_steward_are_enough(empty_sqlite: Databases, tmp_path: Path) -> None:
    """One more person, and the same is taken."""
    async with open_world(empty_sqlite.sqlite(tmp_path), tmp_path, staff_list(6, 0)) as world:
        assert await _read_by(world, "u1", "steward") == ("Council", {"steward"})
        assert await _read_by(world, "u1") == ("Housing", {"u0"})


async def _staff(world: World, *units: tuple[str, str, int, int]) -> None:
    """Units as name, parent, people and how many of them have an account; each has a leader besides."""
    rows = [HEADER]
    for name, parent, people, accounts in units:
        key = name.lower()
        rows.append(f"{key}0,Leader of {name},{name},{parent},leader,{key}0")
        for n in range(1, people + 1):
            account = f"{key}{n}" if n <= accounts else ""
            rows.append(f"{key}{n},Person {n} of {name},{name},{parent},staff,{account}")
    await import_people(world.product.store, world.organisation, "\n".join(rows).encode())


async def _write(world: World, account: str, recipient: str, hear: str = "here") -> Reply:
    return await world.ask(account, "OpenThread", body="zq listen", recipient=recipient, hear=hear)


async def _read_by(world: World, account: str, recipient: str = "leader") -> tuple[str, set[str]]:
    """Write, and see which unit it is said to be from, and who of all the others can read it after the batch."""
    before = {row["id"] for row in (await steal(world))["threads"]}
    assert not isinstance(await _write(world, account, recipient), Refused)
    world.time[0] = next_batch(world.time[0], world.organisation.tz)
    loot = await steal(world)
    [thread] = [row for row in loot["threads"] if row["id"] not in before]
    [unit] = [str(row["name"]) for row in loot["units"] if row["id"] == thread["unit_id"]]
    others = {str(row["user"]) for row in loot["accounts"]} - {account}
    read = {other for other in others if isinstance(await world.ask(other, "ReadThread", thread=thread["id"]), Ask)}
    return unit, read
