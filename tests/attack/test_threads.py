"""Attacks on conversations and unnamed stories, on both databases."""

from __future__ import annotations

from tests.attack.thief import flush, hits, steal
from tests.world import BATCH, BEFORE, World


async def test_p9_the_database_does_not_name_the_author_of_a_thread(world: World) -> None:
    """No table joins a person to an anonymous thread, neither while it is open nor in the queue of its reply."""
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.at(BATCH)
    thread = str((await steal(world))["threads"][0]["id"])
    await world.ask("u0", "SayInThread", thread=thread, body="We do")
    loot = await steal(world)
    author = next(str(row["id"]) for row in loot["people"] if row["key"] == "k5")
    rows = [row for rows in loot.values() for row in rows if thread in str(row)]
    assert rows
    assert not [row for row in rows if author in str(row) or "k5" in str(row)]


async def test_p9_a_closed_thread_leads_nowhere_even_with_the_keys(world: World) -> None:
    """Closing destroys the route and its key: the way back is gone from the database, its files and the key store."""
    await world.ask("u5", "OpenThread", body="Please listen")
    [row] = (await steal(world))["threads"]
    key = (world.keys / f"thread-{row['id']}").read_bytes()
    await world.ask("u5", "CloseThread", thread=row["id"])
    [closed] = (await steal(world))["threads"]
    assert closed["route"] is None
    assert not (world.keys / f"thread-{row['id']}").exists()
    await flush(world)
    assert hits(world, [key]) == 0


async def test_the_same_author_leaves_unequal_routes_of_one_length(world: World) -> None:
    """Two threads of one person look no more alike than those of two."""
    for account in ("u5", "u5", "u6", "u20"):
        await world.ask(account, "OpenThread", body="Please listen")
    routes = [bytes(row["route"]) for row in (await steal(world))["threads"]]  # type: ignore[call-overload]
    assert len(set(routes)) == 4
    assert len({len(route) for route in routes}) == 1


async def test_p9_the_database_does_not_name_the_teller_of_an_unnamed_story(world: World) -> None:
    """Neither as a draft, nor shared, nor withdrawn."""
    await world.at(BEFORE)
    await world.ask("u5", "StartStory", text="zq a story")
    await world.ask("u5", "TellStory", text="zq another", audience="organisation")
    loot = await steal(world)
    author = next(str(row["id"]) for row in loot["people"] if row["key"] == "k5")
    assert len(loot["stories"]) == 2
    assert not [row for row in loot["stories"] if author in str(row)]
    stories = {str(row["id"]) for row in loot["stories"]}
    waiting = [row for row in loot["deliveries"] if any(story in str(row["values"]) for story in stories)]
    assert waiting
    assert not [row for row in waiting if row["person_id"]]
