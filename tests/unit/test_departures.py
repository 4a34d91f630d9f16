"""A workspace that removed the app: nothing is sent to it, it is forgotten in a month, and others are untouched."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.administration import come_back, connect, create, import_people, invite, leave
from bot.domain.ids import new_id
from bot.domain.people import WORKSPACES, Address, Organisation, Platform
from bot.domain.programmes import Programme
from bot.ports.channels import Channel
from tests.attack.thief import Rows, steal
from tests.world import BATCH, BEFORE, CLOSES, MONDAY, OPENS, WORKSPACE, World, staff_list

OTHER, SECOND = "w2", "w3"
DAY = timedelta(days=1)
LONG = WORKSPACES.lasts() + DAY


async def beside(world: World) -> Organisation:
    """A second council in the same installation, with people, channels and a programme."""
    store = world.product.store
    other = await create(store, "Other council", "Europe/London", "ENG")
    async with store.begin() as tx:
        await tx.organisations.connect(other.id, Platform.WEB, OTHER)
    await import_people(store, other, staff_list().replace(b",Council,", b",Other council,"))
    programme = Programme(new_id(), other.id, "Change", "Listen", MONDAY)
    async with store.begin() as tx:
        tree = await tx.people.tree(other.id)
        address = Address(Platform.WEB, OTHER, "other", personal=False)
        await tx.channels.connect(Channel(new_id(), other.id, tree.root.id, address))
        await tx.programmes.add(programme)
    return other


async def of(world: World, organisation: str) -> dict[str, Rows]:
    """All rows of one organisation."""
    loot = await steal(world)
    return {table: [r for r in rows if r.get("organisation_id") == organisation] for table, rows in loot.items()}


async def test_nothing_is_sent_to_it_from_then_on(world: World) -> None:
    """What waited ends without being tried again, in channels and to people, and nobody of it is asked any more."""
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.ask("u5", "TellStory", text="A story", audience="organisation")
    assert await leave(world.product.store, Platform.WEB, WORKSPACE, BEFORE)
    assert not await leave(world.product.store, Platform.WEB, WORKSPACE, BEFORE), "once is enough"
    await world.at(OPENS)
    await world.at(BATCH)
    loot = await steal(world)
    assert world.mailbox.sent == []
    assert [row for row in loot["pulse_roster"] if row["asked"]] == []
    assert {(row["state"], row["tries"]) for row in loot["deliveries"]} <= {("done", 0)}


async def test_who_has_another_account_is_written_to_there(world: World) -> None:
    """A person of two workspaces is asked in the one that still has the app."""
    store = world.product.store
    async with store.begin() as tx:
        await tx.organisations.connect(world.organisation.id, Platform.WEB, SECOND)
    await import_people(store, world.organisation, f"key,name,web_id\nk5,Person 5,{SECOND}:second".encode())
    await leave(store, Platform.WEB, WORKSPACE, BEFORE)
    await world.at(OPENS)
    assert {to for to, _ in world.mailbox.sent} == {"second"}
    await store.tidy(BEFORE + LONG)
    loot = await steal(world)
    assert {(row["workspace"], row["user"]) for row in loot["accounts"]} == {(SECOND, "second")}
    assert (len(loot["people"]), loot["channels"], loot["posts"]) == (28, [], []), "people are in the list of staff"
    assert [row["workspace"] for row in loot["workspaces"]] == [SECOND]


async def test_with_the_last_one_everything_goes_and_others_stay(world: World) -> None:
    """Every row and every key of the organisation, and not one of the organisation beside it."""
    other = await beside(world)
    await world.at(OPENS)
    await world.answer("u5", 4, "zq comment")
    await world.ask("u5", "OpenThread", body="zq thread")
    await world.ask("u5", "TellStory", text="zq story", audience="organisation")
    await world.at(BATCH)
    before = await of(world, other.id)
    assert before["pulses"] and before["pulse_roster"] and before["deliveries"] and before["channels"]
    theirs = {path.name for path in world.keys.iterdir() if any(str(r["id"]) in path.name for r in before["pulses"])}
    await leave(world.product.store, Platform.WEB, WORKSPACE, BATCH)
    await world.product.store.tidy(BATCH + LONG)
    own = await of(world, world.organisation.id)
    assert {table: rows for table, rows in own.items() if rows} == {}
    assert [row["name"] for row in (await steal(world))["organisations"]] == ["Other council"]
    assert "zq" not in str(await steal(world))
    kept = {path.name for path in world.keys.iterdir() if path.is_file()}
    assert theirs == {name for name in kept if name.startswith(("slots-", "opening-", "thread-", "stories-"))}
    after = await of(world, other.id)
    assert {t: len(rows) for t, rows in after.items()} == {t: len(rows) for t, rows in before.items()}


async def test_the_others_go_on_as_before(world: World) -> None:
    """While one council is gone, the other is asked, answers and closes."""
    await beside(world)
    await leave(world.product.store, Platform.WEB, WORKSPACE, BEFORE)
    await world.at(OPENS)
    assert len(world.mailbox.sent) == 28
    await world.at(CLOSES)
    assert len((await steal(world))["pulses"]) == 2


@pytest.mark.parametrize("how", ["again", "invitation"])
async def test_who_comes_back_in_time_has_lost_nothing(world: World, how: str) -> None:
    """Connected again before the month is over, it is written to, and nothing is forgotten."""
    store = world.product.store
    await leave(store, Platform.WEB, WORKSPACE, BEFORE)
    if how == "again":
        await come_back(store, Platform.WEB, WORKSPACE)
    else:
        code = await invite(store, world.organisation, BEFORE)
        assert await connect(store, code, Platform.WEB, WORKSPACE, BEFORE) == world.organisation.id
    await world.at(OPENS)
    assert world.mailbox.sent
    await store.tidy(BEFORE + LONG)
    assert len((await steal(world))["people"]) == 28


async def test_another_organisations_invitation_does_not_take_it_over(world: World) -> None:
    """A workspace that left is still its own organisation's until it is forgotten."""
    store = world.product.store
    other = await beside(world)
    await leave(store, Platform.WEB, WORKSPACE, BEFORE)
    code = await invite(store, other, BEFORE)
    await connect(store, code, Platform.WEB, WORKSPACE, BEFORE)
    [row] = [row for row in (await steal(world))["workspaces"] if row["workspace"] == WORKSPACE]
    assert (row["organisation_id"], row["gone_since"] is None) == (world.organisation.id, False)


async def test_a_copy_of_the_envelope_does_not_undo_a_return(world: World) -> None:
    """The same signed envelope, sent again after the workspace came back, changes nothing; an unknown one neither."""
    store = world.product.store
    assert await leave(store, Platform.WEB, WORKSPACE, BEFORE, "envelope")
    await come_back(store, Platform.WEB, WORKSPACE)
    assert not await leave(store, Platform.WEB, WORKSPACE, BEFORE, "envelope")
    assert not await leave(store, Platform.SLACK, "T0NOBODY", BEFORE)
    await come_back(store, Platform.SLACK, "T0NOBODY")
    assert [row["gone_since"] for row in (await steal(world))["workspaces"]] == [None]
