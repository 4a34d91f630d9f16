"""Rows of the outbox that this version cannot read: each ends as unknown, and holds up nothing else."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from bot.composing import EditPost
from bot.domain.ids import new_id
from bot.features.stories.notices import StoryShared
from bot.ports.channels import Post
from bot.wire import Notice
from storage.engine import open_engines
from storage.rows.outbox import DeliveryRow
from tests.attack.thief import Rows, steal
from tests.fault.troubles import LEASE
from tests.world import BEFORE, OPENS, World

BROKEN: dict[str, tuple[str, dict[str, object]]] = {
    "no such notice": ("GoneInTheNextVersion", {"zq": "1"}),
    "a field is missing": ("ThreadWaiting", {"thread": "zq"}),
    "a field of another kind": ("WeeklyDigest", {"programme": "zq", "week": "next", "unit": "zq"}),
    "a field that is no text": ("PulseAsked", {"pulse": 7}),
    "an edit of nothing": ("EditPost", {}),
}


@pytest.mark.parametrize("state", ["due", "claimed", "sending"])
async def test_what_can_not_be_read_ends_as_unknown_and_stops_nobody(
    small_world: World, caplog: pytest.LogCaptureFixture, state: str
) -> None:
    """Whatever is wrong with a row, and however far a worker that died had come with it."""
    world = small_world
    someone = (await steal(world))["people"][0]["id"]
    channel = (await steal(world))["channels"][0]["id"]
    kinds = list(BROKEN.values())
    await _put(world, state, [(*kind, {"person_id": someone}) for kind in kinds])
    await _put(world, state, [(*kind, {"channel_id": channel}) for kind in kinds])
    await _put(world, state, [(*kind, {}) for kind in kinds])
    with caplog.at_level(logging.INFO):
        await world.at(OPENS)
    assert len(world.mailbox.sent) == 28
    rows = [row for row in (await steal(world))["deliveries"] if row["pulse_id"] is None]
    assert [row["state"] for row in rows] == ["unknown"] * 3 * len(BROKEN)
    async with world.product.store.view() as tx:
        assert (await tx.outbox.count_by_state(OPENS))["unknown"] == 3 * len(BROKEN)
    told = [record for record in caplog.records if record.getMessage() == "delivery.unknown_notice"]
    assert sorted(vars(record)["notice"] for record in told) == sorted(3 * [name for name, _ in kinds])
    assert "zq" not in str([vars(record) for record in caplog.records])


async def test_a_post_of_a_kind_that_is_gone_is_left_as_it_stands(small_world: World) -> None:
    """An edit of it ends as unknown; the story itself is withdrawn, and other posts of it are edited."""
    world = small_world
    await world.ask("u5", "TellStory", text="Told", audience="organisation", named="yes")
    await world.at(BEFORE + timedelta(minutes=1))
    story = world.mailbox.sent[-1][1].about
    loot = await steal(world)
    gone = Post(new_id(), world.organisation.id, str(loot["channels"][0]["id"]), "GoneNotice", {}, "1", story)
    edited = Post(new_id(), world.organisation.id, gone.channel, EditPost.name(), {"post": gone.id}, "2", story)
    async with world.product.store.begin() as tx:
        await tx.channels.record_post(gone)
        await tx.channels.record_post(edited)
    await world.ask("u5", "WithdrawStory", story=story)
    await world.at(BEFORE + timedelta(minutes=2))
    assert [view.title for _, view in world.mailbox.edits] == ["A story was withdrawn by the person who told it."]
    edits = [row for row in (await steal(world))["deliveries"] if row["notice"] == "EditPost"]
    assert sorted(str(row["state"]) for row in edits) == ["done", "unknown", "unknown"]


async def test_one_that_can_not_be_cleared_up_stops_nobody(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked route that cannot be opened, with its worker dead: the pulse goes out all the same."""
    world = small_world
    await _put(world, "sending", [("ThreadAnswered", {"thread": "t", "entry": "e"}, {})])

    async def spoiled(*_: object) -> str:
        raise ValueError("a route that nobody can open")

    monkeypatch.setattr("storage.threads.SqlThreads.find_author", spoiled)
    await world.at(OPENS)
    assert len(world.mailbox.sent) == 28


async def test_a_former_name_is_still_read(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits under the name a notice had before is sent, and a post under it is edited."""
    world = small_world
    await world.ask("u5", "TellStory", text="Told", audience="organisation", named="yes")
    await _rename(world, StoryShared, monkeypatch)
    await world.at(BEFORE + timedelta(minutes=1))
    [(_, view)] = world.mailbox.sent
    await world.ask("u5", "WithdrawStory", story=view.about)
    await world.at(BEFORE + timedelta(minutes=2))
    assert len(world.mailbox.edits) == 1


async def _rename(world: World, kind: type[Notice], monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the product again, with this notice renamed."""
    name = kind.name()
    monkeypatch.setattr(kind, "formerly", (name,))
    monkeypatch.setattr(kind, "name", classmethod(lambda _: "Renamed"))
    composer = world.product.worker.deliverer.composer
    composer.__post_init__()
    assert composer.kinds["Renamed"] is composer.kinds[name] is kind


async def _put(world: World, state: str, broken: list[tuple[str, dict[str, object], dict[str, object]]]) -> None:
    """Write rows as another version, or a hand in the database, may have left them."""
    begun = {"lease": OPENS - LEASE, "since": OPENS - 2 * LEASE} if state != "due" else {}
    common = {"organisation_id": world.organisation.id, "state": state, "due": OPENS - 2 * LEASE}
    rows: Rows = [
        {**common, "attempt": 1, "tries": 0, "reason": "", "id": new_id(), "key": new_id(), **begun, **to}
        | {"notice": notice, "values": values}
        for notice, values, to in broken
    ]
    engines = open_engines(world.database)
    try:
        async with engines.write.begin() as connection:
            for row in rows:
                await connection.execute(DeliveryRow.__table__.insert().values(**row))  # type: ignore[attr-defined]
    finally:
        await engines.dispose()
