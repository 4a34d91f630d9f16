"""By what somebody is recognised, over lists, programmes and organisations of one installation."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlalchemy import insert

from bot.administration import create, import_people
from bot.domain.groups import Token
from bot.domain.ids import new_id
from bot.domain.people import Identity, Organisation, Platform
from bot.domain.programmes import Programme
from bot.ports.seasons import Gathering
from storage.engine import open_engines
from storage.rows.seasons import GroupRow
from tests.attack.thief import steal
from tests.world import CLOSES, HEADER, MONDAY, OPENS, World

EMAIL = "nia@council.example"


async def another(world: World, *rows: str) -> Organisation:
    """A second organisation of the installation, with a list of its own."""
    store = world.product.store
    other = await create(store, "Another council", "Europe/London", "ENG")
    async with store.begin() as tx:
        await tx.organisations.connect(other.id, Platform.WEB, "w2")
        await tx.programmes.add(Programme(new_id(), other.id, "Change", "The same", MONDAY))
    await import_people(store, other, "\n".join([HEADER, *rows]).encode())
    return other


async def seen(world: World, organisation: Organisation) -> Gathering:
    """Who is there in an organisation's newest pulse."""
    async with world.product.store.view() as tx:
        [programme] = await tx.programmes.list_all(organisation.id)
        pulse = await tx.pulses.current(programme.id)
        assert pulse is not None
        return await tx.seasons.gather(pulse)


async def tokens(world: World, organisation: Organisation) -> Mapping[str, Token]:
    """The token of each person, by their number in the list."""
    found = (await seen(world, organisation)).tokens
    async with world.product.store.view() as tx:
        return {person.key: found[person.id] for person in await tx.people.list_all(organisation.id)}


def row(key: str, name: str, account: str, email: str = "") -> str:
    return f"{key},{name},{email},,,,,staff,en,Europe/London,,,{account}"


async def test_an_address_that_a_directory_vouches_for_is_the_same_person(world: World) -> None:
    """Two accounts in two organisations with one verified address are one; an address in a list alone says nothing."""
    other = await another(world, row("x1", "Nia Evans", "n1", EMAIL), row("x2", "Huw Rees", "n2", "u6@council.example"))
    async with world.product.store.begin() as tx:
        await tx.seasons.vouch(world.person("u5"), EMAIL)
        await tx.seasons.vouch(Identity(Platform.WEB, "w2", "n1"), EMAIL.upper())
    await world.at(OPENS)
    here, there = await tokens(world, world.organisation), await tokens(world, other)
    assert here["k5"] == there["x1"]
    assert there["x2"] not in here.values()
    assert len(set(here.values()) | set(there.values())) == len(here) + 1


async def test_a_name_alone_makes_us_doubt(world: World) -> None:
    """Who is called like somebody who was told of elsewhere waits; others do not, nor two of a name in one list."""
    await world.at(OPENS)
    for number in range(12):
        await world.answer(f"u{number}", 4)
    await world.at(CLOSES)
    other = await another(
        world,
        row("x1", "person  5", "n1"),
        row("x2", "Huw Rees", "n2"),
        row("x3", "Ann Hughes", "n3"),
        row("x4", "Ann Hughes", "n4"),
    )
    await world.at(OPENS.replace(day=23))
    found = await seen(world, other)
    # The question must be one that was told here: doubt is about what was told.
    own = await tokens(world, other)
    assert found.present[own["x1"]].waits
    assert not any(found.present[own[key]].waits for key in ("x2", "x3", "x4"))


async def test_a_platform_vouches_for_its_accounts_and_nobody_for_the_rest(world: World) -> None:
    """Whoever is met on pages only counts towards k until their organisation says that they do not."""
    await world.at(OPENS)
    assert all(person.hides for person in (await seen(world, world.organisation)).present.values())
    async with world.product.store.begin() as tx:
        await tx.organisations.count_vouched_only(world.organisation.id)
    assert not any(person.hides for person in (await seen(world, world.organisation)).present.values())


async def test_whoever_has_paused_is_away_and_has_not_left(world: World) -> None:
    """They are there, not asked, and hide nobody."""
    await world.ask("u5", "SaveSettings", language="en", paused="yes")
    await world.at(OPENS)
    found = await seen(world, world.organisation)
    paused = [person for person in found.present.values() if not person.asked]
    assert len(found.present) == 28
    assert [person.hides for person in paused] == [False]


async def test_a_row_that_somebody_else_stands_in_is_somebody_else(world: World) -> None:
    """Nobody who left is kept in by giving their row another name and account: not at once, and not in two steps."""
    await world.at(OPENS)
    before = await tokens(world, world.organisation)
    store, here = world.product.store, world.organisation

    async def again(*rows: str) -> Mapping[str, Token]:
        await import_people(store, here, "\n".join([HEADER, *rows]).encode())
        async with store.begin() as tx:
            await tx.seasons.recognise(here.id, MONDAY)
        return await tokens(world, here)

    at_once = await again(row("k5", "Bob Rees", "new"))
    assert at_once["k5"] != before["k5"]
    renamed = await again(row("k6", "Bob Hughes", "u6"))
    assert renamed["k6"] == before["k6"], "the same account is the same person, whatever they are called"
    assert (await again(row("k6", "Bob Hughes", "newer")))["k6"] != before["k6"]
    assert (await again(row("k7", "Person 7", "another")))["k7"] == before["k7"], "one more account of the same person"
    assert {key: token for key, token in (await tokens(world, here)).items() if key not in {"k5", "k6"}} == {
        key: token for key, token in before.items() if key not in {"k5", "k6"}
    }


async def test_groups_of_an_older_version_are_taken_over_in_every_organisation(world: World) -> None:
    """Their members are ids. What one organisation was told keeps no other waiting, and its people are known again."""
    other = await another(world, *(row(f"x{n}", f"Other {n}", f"n{n}") for n in range(6)))
    async with world.product.store.view() as tx:
        ids = [person.id for person in await tx.people.list_all(other.id)]
    engines = open_engines(world.database)
    async with engines.write.begin() as connection:
        older = {"members": b"".join(sorted(map(bytes.fromhex, ids))), "unvouched": b"", "told": MONDAY, "key": ""}
        labels = {"unit_id": "unit", "place": "", "grade": ""}
        own = {"id": "c" * 32, "organisation_id": other.id, "item": "proud", "kind": "cell", "pool": "c" * 32}
        await connection.execute(insert(GroupRow).values(**own, **labels, **older))
    await engines.dispose()
    async with world.product.store.begin() as tx:
        await tx.seasons.recognise(world.organisation.id, MONDAY)
    await world.at(OPENS)
    here, there = await seen(world, world.organisation), await seen(world, other)
    assert "proud" in here.seasons and here.seasons["proud"].elsewhere == frozenset(there.present)
    [group] = there.seasons["proud"].groups
    assert group.members == frozenset(there.present)


async def test_two_who_recognise_at_once_give_one_token(world: World) -> None:
    """Two processes meet the same people for the first time: each has one token, the same for both."""
    store = world.product.store

    async def recognise() -> None:
        async with store.begin() as tx:
            await tx.seasons.recognise(world.organisation.id, MONDAY)

    await asyncio.gather(*(recognise() for _ in range(4)))
    rows = (await steal(world))["recognitions"]
    assert len({bytes(each["token"]) for each in rows}) == 28  # type: ignore[call-overload]
