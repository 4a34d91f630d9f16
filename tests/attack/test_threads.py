"""Attacks on the rows and keys of conversations and unnamed stories, on both databases."""

from __future__ import annotations

from datetime import timedelta

from bot.views import Ask
from tests.attack.conversations import coded, person_with_key, rows_naming, unlocked
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


async def test_p9_a_receipt_thread_has_no_way_back_at_all(world: World) -> None:
    """Of an author with a code there is no route and no key: the database and every key together name nobody."""
    code = await coded(world, "u5")
    await world.at(BATCH)
    [row] = (await steal(world))["threads"]
    await world.ask("u0", "SayInThread", thread=row["id"], body="We do")
    await world.at(BATCH + timedelta(days=1))
    loot = await steal(world)
    [row] = loot["threads"]
    assert (row["author"], row["route"], len(bytes(row["receipt"]))) == (None, None, 32)  # type: ignore[call-overload]
    assert rows_naming(loot, {str(row["id"])}, person_with_key(loot, "k5"), "k5") == []
    assert await unlocked(world, loot) == {}
    assert not [view for view in world.mailbox.to("u5") if "reply" in view.title]
    assert not [row for row in loot["deliveries"] if row["notice"] == "ThreadAnswered"]
    await flush(world)
    assert hits(world, [code.encode(), code.replace(" ", "").encode()]) == 0


async def test_p9_no_table_names_an_author_whatever_happens(world: World) -> None:
    """Locked and coded, open, answered, said more in and closed: no row names author and thread; the queue neither."""
    ways = {"u4": "here", "u5": "code", "u6": "here", "u7": "code"}
    codes = {account: await coded(world, account) for account, way in ways.items() if way == "code"}
    for account in ("u4", "u6"):
        await world.ask(account, "OpenThread", body=f"zq from {account}")
    await world.at(BATCH)
    for row in (await steal(world))["threads"]:
        await world.ask("u0", "SayInThread", thread=row["id"], body="We do")
    for account, code in codes.items():
        reply = await world.ask(account, "UseCode", code=code)
        assert isinstance(reply, Ask)
        await world.ask(account, "SayInThread", body="And again", **reply.form.fixed)
    loots = [await steal(world)]
    await world.at(BATCH + timedelta(days=1))
    await world.product.store.tidy(BATCH + timedelta(days=1))
    loots.append(await steal(world))
    for row in loots[-1]["threads"][:2]:
        await world.ask("u0", "CloseThread", thread=row["id"])
    loots.append(await steal(world))
    for loot in loots:
        threads = {str(row["id"]) for row in loot["threads"]}
        for account in ways:
            assert rows_naming(loot, threads, person_with_key(loot, f"k{account[1:]}"), f"'k{account[1:]}'") == []


async def test_p9_keys_name_those_of_open_threads_and_no_others(world: World) -> None:
    """With the database and every key that is left: the control, an open thread, is named; closed ones never are."""
    for account in ("u4", "u5", "u6", "u7"):
        await world.ask(account, "OpenThread", body=f"zq from {account}")
    before = await steal(world)
    opened = await unlocked(world, before)
    assert len(opened) == 4
    closed = next(thread for thread, person in opened.items() if person == person_with_key(before, "k5"))
    await world.ask("u5", "CloseThread", thread=closed)
    after = await steal(world)
    assert await unlocked(world, after) == {thread: who for thread, who in opened.items() if thread != closed}
    assert await unlocked(world, before) == {thread: who for thread, who in opened.items() if thread != closed}


async def test_ninety_silent_days_close_a_thread(world: World) -> None:
    """After the ninetieth day without a word, route, receipt and key are gone; its leader can still read it."""
    await world.ask("u5", "OpenThread", body="zq please listen")
    await world.ask("u6", "OpenThread", body="zq please listen", hear="code")
    await world.at(BATCH)
    loot = await steal(world)
    assert await unlocked(world, loot)
    await world.product.store.tidy(BATCH + timedelta(days=90))
    assert [row["closed"] for row in (await steal(world))["threads"]] in ([0, 0], [False, False])
    await world.product.store.tidy(BATCH + timedelta(days=91))
    for row in (await steal(world))["threads"]:
        assert (bool(row["closed"]), row["route"], row["receipt"]) == (True, None, None)
        seen = await world.ask("u0", "ReadThread", thread=row["id"])
        assert isinstance(seen, Ask)
        assert "zq please listen" in str(seen)
        assert "has been closed" in str(seen)
    assert not [path for path in world.keys.iterdir() if path.name.startswith("thread-")]
    assert await unlocked(world, loot) == {}


async def test_a_thread_that_is_not_silent_stays_open(world: World) -> None:
    """Every new word gives it another ninety days, and its way back with them."""
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.at(BATCH)
    [thread] = (await steal(world))["threads"]
    world.time[0] = BATCH + timedelta(days=80)
    await world.ask("u5", "SayInThread", thread=thread["id"], body="Still here")
    await world.product.store.tidy(BATCH + timedelta(days=150))
    assert len(await unlocked(world, await steal(world))) == 1
