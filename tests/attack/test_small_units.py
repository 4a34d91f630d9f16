"""Conversations from small units: their leaders get none that only a handful could have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.administration import import_people
from bot.domain.calendar import next_batch
from bot.domain.threads import TOO_THIN
from bot.views import Ask, Refused, Reply, Show
from tests.attack.thief import steal
from tests.conftest import Databases
from tests.world import OPENS, World, open_world, staff_list

HEADER = "key,name,unit,parent_unit,role,web_id"
THIN = (("Office", "Council", 1, 1), ("Alpha", "Office", 6, 6), ("Beta", "Office", 6, 6))
"""A director's office with one assistant, above two teams whose words go to their own leaders."""


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


async def test_a_director_s_assistant_is_not_hidden_by_teams_with_words_of_their_own(small_world: World) -> None:
    """One assistant above two teams of six: what they write goes to the stewards, to whom anybody can write."""
    await _staff(small_world, *THIN)
    assert await _read_by(small_world, "office1") == ("Council", {"steward"})
    assert await _kept(small_world, "office1", "leader") == await _kept(small_world, "alpha1", "steward")
    assert await _read_by(small_world, "alpha1") == ("Alpha", {"alpha0"})
    assert await _read_by(small_world, "alpha1", "above") == ("Office", {"office0"})
    assert await _read_by(small_world, "office1", hear="named") == ("Office", {"office0"})


async def test_a_team_without_a_leader_does_hide_the_assistant(small_world: World) -> None:
    """Its words go to the director as well."""
    rows = [f"gamma{n},Person {n} of Gamma,Gamma,Office,staff,gamma{n}" for n in range(1, 6)]
    await _staff(small_world, *THIN)
    await import_people(small_world.product.store, small_world.organisation, "\n".join([HEADER, *rows]).encode())
    assert await _read_by(small_world, "office1") == ("Office", {"office0"})
    assert await _read_by(small_world, "gamma1") == ("Office", {"office0"})


async def test_where_the_top_is_thin_too_nothing_is_sent_but_to_the_stewards(small_world: World) -> None:
    """One assistant is all whose words would reach the head of the council: it is refused and says what can be done."""
    await _staff(small_world, *THIN)
    boss = f"{HEADER}\nboss,The boss,,,leader,boss"
    await import_people(small_world.product.store, small_world.organisation, boss.encode())
    assert await _write(small_world, "office1", "leader") == Refused(TOO_THIN, "recipient")
    assert await _read_by(small_world, "office1", "steward") == ("Council", {"steward"})
    assert await _read_by(small_world, "office1", hear="named") == ("Office", {"office0"})


async def test_two_ways_to_one_leader_are_kept_alike(small_world: World) -> None:
    """Whether the leader of the author's unit was chosen or the level above: the row says only where it led."""
    await _staff(small_world, ("Office", "Council", 5, 5), *THIN[1:])
    assert await _kept(small_world, "office1", "leader") == await _kept(small_world, "alpha1", "above")
    await _staff(small_world, ("Alpha", "Office", 3, 3))
    assert await _kept(small_world, "office1", "leader") == await _kept(small_world, "office2", "leader")


async def test_a_story_for_a_thin_team_is_not_told_without_a_name(small_world: World) -> None:
    """Only those whose team it is could have told it there: teams below, large or small, have channels of their own."""
    await _staff(small_world, *THIN, ("Outer", "Council", 2, 2), ("Inner", "Outer", 4, 4))
    await small_world.at(OPENS)
    for account in ("office1", "outer1", "inner1"):
        refused = await small_world.ask(account, "TellStory", text="zq told", audience="team")
        assert isinstance(refused, Refused)
        assert refused.field == "audience"
    assert (await steal(small_world))["stories"] == []
    assert isinstance(await small_world.ask("alpha1", "TellStory", text="zq told", audience="team"), Show)


async def test_an_unnamed_story_for_all_could_be_anybody_s(small_world: World) -> None:
    """Whoever told it, its row says the organisation, as that of somebody does whose team is the organisation."""
    await _staff(small_world, *THIN)
    await small_world.at(OPENS)
    tellers = {"office1": "organisation", "alpha1": "outside", "u5": "organisation", "steward": "team"}
    for account, audience in tellers.items():
        assert isinstance(await small_world.ask(account, "TellStory", text="zq told", audience=audience), Show)
    await small_world.ask("office1", "StartStory", text="zq a draft")
    loot = await steal(small_world)
    [root] = [row["id"] for row in loot["units"] if row["parent_id"] is None]
    assert {row["unit_id"] for row in loot["stories"]} == {root}
    assert sorted(str(row["audience"]) for row in loot["stories"]) == ["organisation"] * 4 + ["outside"]


async def test_in_an_organisation_of_four_no_story_is_unnamed(empty_sqlite: Databases, tmp_path: Path) -> None:
    """Nothing is saved, and with a name it is told."""
    async with open_world(empty_sqlite.sqlite(tmp_path), tmp_path, staff_list(4, 0)) as world:
        await world.at(OPENS)
        refused = await world.ask("u1", "TellStory", text="zq told", audience="organisation")
        assert isinstance(refused, Refused)
        assert refused.field == "named"
        assert (await steal(world))["stories"] == []
        told = await world.ask("u1", "TellStory", text="zq told", audience="organisation", named="yes")
        assert isinstance(told, Show)


async def _kept(world: World, account: str, recipient: str) -> tuple[object, object]:
    """Write, and see what is kept of whom it is for."""
    before = {row["id"] for row in (await steal(world))["threads"]}
    assert not isinstance(await _write(world, account, recipient), Refused)
    [row] = [row for row in (await steal(world))["threads"] if row["id"] not in before]
    return row["unit_id"], row["recipient"]


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


async def _read_by(world: World, account: str, recipient: str = "leader", hear: str = "here") -> tuple[str, set[str]]:
    """Write, and see which unit it is said to be from, and who of all the others can read it after the batch."""
    before = {row["id"] for row in (await steal(world))["threads"]}
    assert not isinstance(await _write(world, account, recipient, hear), Refused)
    world.time[0] = next_batch(world.time[0], world.organisation.tz)
    loot = await steal(world)
    [thread] = [row for row in loot["threads"] if row["id"] not in before]
    [unit] = [str(row["name"]) for row in loot["units"] if row["id"] == thread["unit_id"]]
    others = {str(row["user"]) for row in loot["accounts"]} - {account}
    read = {other for other in others if isinstance(await world.ask(other, "ReadThread", thread=thread["id"]), Ask)}
    return unit, read
