"""Accounts that a list names before their workspace is connected."""

from __future__ import annotations

import pytest

from bot.administration import come_back, create, import_people, leave, let_go
from bot.domain.people import Identity, Organisation, Platform
from bot.domain.sessions import account_of
from tests.attack.thief import steal
from tests.world import BEFORE, OPENS, World

LIST = b"key,name,slack_id,teams_id\nx1,Early Ann,U1,\nx2,Early Bob,U2,aad-2\n"


async def who(world: World, platform: Platform, workspace: str, user: str) -> str | None:
    async with world.product.store.view() as tx:
        member = await tx.people.member_by_account(Identity(platform, workspace, user))
    return member.person.key if member else None


async def connect(world: World, organisation: Organisation, platform: Platform, workspace: str) -> None:
    async with world.product.store.begin() as tx:
        await tx.organisations.connect(organisation.id, platform, workspace)


async def awaited(world: World, organisation: Organisation) -> dict[Platform, int]:
    async with world.product.store.view() as tx:
        return dict(await tx.people.waiting_accounts(organisation.id))


async def test_accounts_of_a_list_are_linked_when_their_workspace_is_connected(world: World) -> None:
    """Until then nobody is reached by them; from then on they lead to their people, on each platform by itself."""
    own = world.organisation
    before = (await import_people(world.product.store, own, LIST)).reachable
    assert await awaited(world, own) == {Platform.SLACK: 2, Platform.TEAMS: 1}
    await connect(world, own, Platform.SLACK, "T1")
    assert await awaited(world, own) == {Platform.TEAMS: 1}
    assert [await who(world, Platform.SLACK, "T1", user) for user in ("U1", "U2")] == ["x1", "x2"]
    await connect(world, own, Platform.TEAMS, "tenant")
    assert await who(world, Platform.TEAMS, "tenant", "aad-2") == "x2"
    assert await awaited(world, own) == {}
    assert (await import_people(world.product.store, own, LIST)).reachable == before + 2


async def test_nobody_is_asked_before_they_can_be_reached(small_world: World) -> None:
    """A pulse that opens before the workspace is connected counts nobody whose account waits for it."""
    await import_people(small_world.product.store, small_world.organisation, LIST)
    await small_world.at(OPENS)
    asked = [row for row in (await steal(small_world))["pulse_roster"] if row["asked"]]
    async with small_world.product.store.view() as tx:
        early = next(p for p in await tx.people.list_all(small_world.organisation.id) if p.key == "x1")
        assert await tx.people.address(early.id) is None
    assert len(asked) == 28


async def test_each_organisation_s_accounts_wait_by_themselves(small_world: World) -> None:
    """Two organisations may list the same account; the workspace links that of its own, and the other still waits."""
    store = small_world.product.store
    other = await create(store, "Other", "Europe/London", "ENG")
    await import_people(store, small_world.organisation, LIST)
    await import_people(store, other, LIST.replace(b"x1", b"y1").replace(b"x2", b"y2"))
    await connect(small_world, small_world.organisation, Platform.SLACK, "T1")
    await connect(small_world, other, Platform.SLACK, "T1")
    assert await who(small_world, Platform.SLACK, "T1", "U1") == "x1"
    assert await awaited(small_world, other) == {Platform.SLACK: 2, Platform.TEAMS: 1}


async def test_what_leads_to_somebody_already_stays(world: World) -> None:
    """An account that was listed with its workspace is not taken over by one that was listed without."""
    await import_people(world.product.store, world.organisation, b"key,name,slack_id\nx1,Ann,U1\nx2,Bob,T1:U1\n")
    assert await awaited(world, world.organisation) == {Platform.SLACK: 2}
    await connect(world, world.organisation, Platform.SLACK, "T1")
    assert await who(world, Platform.SLACK, "T1", "U1") == "x2"
    assert await awaited(world, world.organisation) == {}


async def test_a_second_workspace_takes_nothing(small_world: World) -> None:
    """The first one has them, and keeps them when another is connected or it comes back."""
    await import_people(small_world.product.store, small_world.organisation, LIST)
    for workspace in ("T1", "T2"):
        await connect(small_world, small_world.organisation, Platform.SLACK, workspace)
    await come_back(small_world.product.store, Platform.SLACK, "T2")
    assert await who(small_world, Platform.SLACK, "T1", "U1") == "x1"
    assert await who(small_world, Platform.SLACK, "T2", "U1") is None


async def test_whoever_leaves_waits_no_more(small_world: World) -> None:
    """Nothing that a list named leads to somebody who has left it."""
    own = small_world.organisation
    await import_people(small_world.product.store, own, LIST)
    await let_go(small_world.product.store, own, b"key,name\nx1,Early Ann", BEFORE)
    assert await awaited(small_world, own) == {Platform.SLACK: 1}
    await connect(small_world, own, Platform.SLACK, "T1")
    assert await who(small_world, Platform.SLACK, "T1", "U2") is None


@pytest.mark.parametrize("platform", [Platform.SLACK, Platform.WEB])
async def test_the_pages_account_is_nobody_s_to_take(small_world: World, platform: Platform) -> None:
    """An account of the pages, which stands under its organisation too, waits for nothing and goes nowhere."""
    own = small_world.organisation
    async with small_world.product.store.begin() as tx:
        [person, *_] = await tx.people.list_all(own.id)
        await tx.people.link(account_of(own.id, person.id), person, {})
    await connect(small_world, own, platform, "new")
    assert await who(small_world, Platform.WEB, own.id, person.id) == person.key


async def test_an_account_that_waits_can_be_corrected(small_world: World) -> None:
    """Nobody has confirmed it: the list that names another one in its place leaves nothing of it."""
    await import_people(small_world.product.store, small_world.organisation, LIST)
    await import_people(small_world.product.store, small_world.organisation, LIST.replace(b"U1,", b"U1X,"))
    await connect(small_world, small_world.organisation, Platform.SLACK, "T1")
    assert [await who(small_world, Platform.SLACK, "T1", user) for user in ("U1", "U1X", "U2")] == [None, "x1", "x2"]


async def test_a_workspace_that_removed_the_app_takes_nobody(small_world: World) -> None:
    """A list names accounts of the workspace that is there, and waits for one where none is there any more."""
    store, own = small_world.product.store, small_world.organisation
    await connect(small_world, own, Platform.SLACK, "TOLD")
    await leave(store, Platform.SLACK, "TOLD", BEFORE)
    await import_people(store, own, LIST)
    assert (await awaited(small_world, own))[Platform.SLACK] == 2
    await connect(small_world, own, Platform.SLACK, "TNEW")
    assert await who(small_world, Platform.SLACK, "TNEW", "U1") == "x1"
    assert (await import_people(store, own, LIST)).unlinked == ()


@pytest.mark.parametrize("account", ["T1:", ":U1", "T1: "])
async def test_half_an_account_is_said_to_be_none(small_world: World, account: str) -> None:
    """A workspace without an account, or the other way round, could never be matched."""
    imported = await import_people(
        small_world.product.store, small_world.organisation, f"key,name,slack_id\nx1,Ann,{account}\n".encode()
    )
    assert [problem.reason for problem in imported.problems] == [
        f"{account.strip()} is half an account; write the account, or WORKSPACE:ACCOUNT"
    ]
