"""More of what a hostile reader once found: each of these was a real defect."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Table

from bot.administration import create
from bot.domain.ballots import Respondent
from bot.domain.ids import new_id
from bot.domain.people import Address, Labels, Organisation, Person, Platform, Tree, Unit
from bot.domain.programmes import Programme
from bot.domain.pulses import State
from bot.domain.questions import INDEX
from bot.errors import Misconfigured
from bot.ports.channels import Channel
from bot.ports.sending import Outcome, Sent
from bot.views import Refused, View
from storage.engine import open_engines
from storage.rows.base import Row
from storage.rows.channels import ChannelRow
from storage.rows.organisations import ProgrammeRow
from storage.rows.people import PersonRow
from tests.attack.thief import steal
from tests.counted import Council
from tests.fault.troubles import LEASE, Shaky
from tests.world import BATCH, BEFORE, CLOSES, MONDAY, OPENS, WORKSPACE, Mailbox, World, open_world


async def test_a_story_withdrawn_while_its_send_was_in_doubt_is_edited_out(tmp_path: Path) -> None:
    """The message had arrived although the platform said otherwise; when it is found, it is edited at once."""
    shaky = Shaky(lands=True)
    async with open_world(f"sqlite:///{tmp_path}/data/t.sqlite", tmp_path, None, {Platform.WEB: shaky}) as world:
        await world.ask("u5", "TellStory", text="Told", audience="organisation", named="yes")
        await world.at(BEFORE + timedelta(minutes=1))
        await world.ask("u5", "WithdrawStory", story=shaky.sent[-1][1].about)
        shaky.broken = False
        await world.at(BEFORE + timedelta(minutes=1) + LEASE)
    assert len(shaky.sent) == 1
    assert "withdrawn" in shaky.edits[-1][1].title


async def test_an_organisation_that_can_not_be_planned_stops_no_other(world: World) -> None:
    """A zone that does not exist, however it came there, keeps nobody else from being asked."""
    async with world.product.store.begin() as tx:
        broken = Organisation(new_id(), "A broken one", "Europe/Lodnon")
        await tx.organisations.add(broken, Unit(new_id(), broken.name))
        await tx.programmes.add(Programme(new_id(), broken.id, "Change", "A goal", MONDAY))
    await world.at(OPENS)
    assert len(world.mailbox.sent) == 28


async def test_a_programme_that_can_not_be_read_stops_no_other(small_world: World) -> None:
    """A row with a rhythm or a label that is none keeps no other programme from its week."""
    for column, value in (("rhythm", ["soon"]), ("segments", ["shoe size"])):
        broken = replace(small_world.programme, id=new_id(), starts=MONDAY - timedelta(weeks=30))
        async with small_world.product.store.begin() as tx:
            await tx.programmes.add(broken)
        await _spoil(small_world, ProgrammeRow, broken.id, **{column: value})
    await small_world.at(OPENS)
    assert len(small_world.mailbox.sent) == 28
    await small_world.at(CLOSES)
    assert (await small_world.pulse()).state is State.SEALED


async def test_a_person_whose_zone_is_not_known_keeps_nobody_from_being_asked(small_world: World) -> None:
    """They themselves cannot be written to, because nobody knows when it is night there."""
    [person] = [p for p in await _people(small_world) if p.key == "k5"]
    await _spoil(small_world, PersonRow, person.id, zone="Europe/Lodnon")
    await small_world.at(OPENS)
    assert len(small_world.mailbox.sent) == 27
    assert small_world.mailbox.to("u5") == []


async def test_a_channel_that_is_forgotten_during_a_send_unsettles_nobody(world: World) -> None:
    """What was sent beside it, in one batch, ends as sent."""

    async def forget_it(mailbox: Mailbox, to: Address, view: View, key: str) -> Outcome:
        if to.ref == "general":
            await _spoil(world, ChannelRow, "", ref="general")
        mailbox.sent.append((to.ref, view))
        return Sent(key)

    await world.ask("u5", "TellStory", text="Told", audience="organisation", named="yes")
    await world.ask("u6", "TellStory", text="Told", audience="team", named="yes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mailbox, "send", forget_it)
        await world.at(BEFORE + timedelta(minutes=1))
    assert sorted(to for to, _ in world.mailbox.sent) == ["general", "housing"]
    assert {row["state"] for row in (await steal(world))["deliveries"]} == {"done"}


async def _people(world: World) -> tuple[Person, ...]:
    async with world.product.store.view() as tx:
        return await tx.people.list_all(world.organisation.id)


async def _spoil(world: World, row: type[Row], key: str, **values: object) -> None:
    """Change a row by hand; without a key, delete those that hold these values."""
    table = cast("Table", row.__table__)
    engines = open_engines(world.database)
    try:
        async with engines.write.begin() as connection:
            if key:
                await connection.execute(table.update().where(table.c.id == key).values(**values))
            else:
                await connection.execute(table.delete().where(*(table.c[name] == is_ for name, is_ in values.items())))
    finally:
        await engines.dispose()


async def test_a_zone_or_nation_that_is_not_known_is_refused(small_world: World) -> None:
    """A mistyped zone is told when the organisation is made, not on a Monday morning."""
    for zone, nation in (("Europe/Lodnon", "ENG"), ("Europe/London", "XX")):
        with pytest.raises(Misconfigured):
            await create(small_world.product.store, "Another", zone, nation)


async def test_a_team_story_does_not_follow_its_channel_to_another_unit(world: World) -> None:
    """The steward gives the team's channel to the whole organisation before the batch: the story is not shown there."""
    await world.at(OPENS)
    await world.ask("u5", "TellStory", text="zq for Housing", audience="team")
    async with world.product.store.begin() as tx:
        tree = await tx.people.tree(world.organisation.id)
        address = Address(Platform.WEB, WORKSPACE, "housing", personal=False)
        await tx.channels.connect(Channel(new_id(), world.organisation.id, tree.root.id, address))
    await world.at(BATCH)
    assert "zq for Housing" not in str(world.mailbox.sent)


async def test_what_nobody_else_could_read_is_not_taken(small_world: World) -> None:
    """The only steward writing to the stewards is told so, instead of being told that it is on its way."""
    assert isinstance(await small_world.ask("steward", "OpenThread", body="To myself", recipient="steward"), Refused)


def test_the_index_does_not_say_what_the_bars_hide() -> None:
    """Five people who all strongly disagree have an index of 10, like five of whom one only disagrees."""
    council = Council(Tree.of([Unit("u", "u")]))
    alike = [Respondent(Labels("u"), dict.fromkeys(INDEX, 1)) for _ in range(5)]
    almost = [*alike[1:], Respondent(Labels("u"), dict.fromkeys(INDEX, 2))]
    assert council.published(alike).index("u") == council.published(almost).index("u") == 10
