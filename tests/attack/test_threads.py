"""Attacks on conversations and unnamed stories, on both databases."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from random import Random

import pytest
from nacl.exceptions import CryptoError

from bot.administration import import_people
from bot.audit.chance import most_by_chance
from bot.domain.ids import new_id
from bot.domain.threads import Thread
from bot.views import Ask, Button, Refused, Replace, Reply, Show, View
from storage.rows.outbox import DeliveryRow
from storage.seal import unlock_route
from tests.attack.thief import Rows, flush, hits, right_guesses, steal
from tests.world import BATCH, BEFORE, OPENS, World, buttons

AUTHORS = 60
HEADER = "key,name,unit,parent_unit,role,web_id"
STEWARDS = (b"ks2,Sam Steward,steward,s2", b"ks3,Sue Steward,steward,s3")
DIGITS = re.compile(r"(?:\d{4} ){3}\d{4}")


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
    code = await _coded(world, "u5")
    await world.at(BATCH)
    [row] = (await steal(world))["threads"]
    await world.ask("u0", "SayInThread", thread=row["id"], body="We do")
    await world.at(BATCH + timedelta(days=1))
    loot = await steal(world)
    [row] = loot["threads"]
    assert (row["author"], row["route"], len(bytes(row["receipt"]))) == (None, None, 32)  # type: ignore[call-overload]
    assert _named(loot, {str(row["id"])}, _person(loot, "k5"), "k5") == []
    assert await _unlocked(world, loot) == {}
    assert not [view for view in world.mailbox.to("u5") if "reply" in view.title]
    assert not [row for row in loot["deliveries"] if row["notice"] == "ThreadAnswered"]
    await flush(world)
    assert hits(world, [code.encode(), code.replace(" ", "").encode()]) == 0


async def test_p9_nothing_an_author_was_given_leads_to_a_closed_thread(world: World) -> None:
    """Whoever has the author's chat, the forms they filled in and today's database cannot join them after the close.

    The old buttons are answered as if there had never been such a conversation.
    """
    given, pressed = await _all_that_an_author_is_given(world)
    assert _joined(given, await steal(world)) == set()
    assert "zq we do" in given
    assert len(pressed) >= 6
    unknown = await world.ask("u5", "ReadThread", thread=new_id())
    assert isinstance(unknown, Refused)
    for name in {values["thread"] for values in pressed}:
        for command in ("ReadThread", "SayInThread", "CloseThread"):
            assert await world.ask("u5", command, thread=name, body="Still there?") == unknown


async def test_p9_the_search_would_see_ids_in_what_an_author_is_given(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: where an author is given the conversation's id, the search above finds it."""

    async def by_its_id(_threads: object, thread: Thread) -> str:
        return thread.id

    monkeypatch.setattr("storage.threads.SqlThreads.handle_of", by_its_id)
    given, _ = await _all_that_an_author_is_given(world)
    loot = await steal(world)
    assert _joined(given, loot) == {str(row["id"]) for row in loot["threads"]}


@pytest.mark.parametrize("renamed", [True, False])
async def test_p9_a_message_to_an_author_leads_nowhere(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    renamed: bool,  # noqa: FBT001
) -> None:
    """Slack keeps the delivery's id with a message. What was sent has another id here, before it is forgotten as well;
    a delivery that stayed, under its own, would be found."""
    monkeypatch.setattr("storage.threads._forget_told", _nothing)
    if not renamed:
        monkeypatch.setattr("storage.outcomes._another_id", lambda _session: DeliveryRow.id)
    given, _ = await _all_that_an_author_is_given(world)
    loot = await steal(world)
    told = {str(row["id"]) for row in loot["deliveries"] if row["notice"] == "ThreadAnswered"}
    assert told
    assert _joined(given, loot) == (set() if renamed else told)


async def _nothing(*_: object) -> None:
    """Forget nothing."""


async def test_an_author_keeps_the_way_that_former_versions_gave_them(small_world: World) -> None:
    """A button with the id still opens their own conversation, and all that it leads to goes by the handle."""
    await small_world.ask("u5", "OpenThread", body="zq please listen")
    [row] = (await steal(small_world))["threads"]
    read = await small_world.ask("u5", "ReadThread", thread=row["id"])
    assert isinstance(read, Ask)
    assert str(row["id"]) not in str(read)
    assert await small_world.ask("u5", "ReadThread", **read.form.fixed) == read
    assert isinstance(await small_world.ask("u6", "ReadThread", **read.form.fixed), Refused)


@pytest.mark.parametrize("hear", ["here", "code"])
async def test_a_steward_who_writes_to_the_stewards_is_told_like_the_others(world: World, hear: str) -> None:
    """Who among three readers has written: not in the queue, nor in what each is sent, nor in what each may press."""
    people = b"\n".join([b"key,name,role,web_id", *STEWARDS])
    await import_people(world.product.store, world.organisation, people)
    opened = await world.ask("steward", "OpenThread", body="zq listen", recipient="steward", hear=hear)
    [row] = (await steal(world))["threads"]
    await world.at(BATCH)
    name = await _author_s_name_for_it(world, opened)
    await world.ask("steward", "SayInThread", thread=name, body="zq and more")
    await world.at(BATCH + timedelta(days=1))
    everybody = ("steward", "s2", "s3")
    loot = await steal(world)
    waiting = [row["person_id"] for row in loot["deliveries"] if row["notice"] == "ThreadWaiting"]
    stewards = sorted(str(person["id"]) for person in loot["people"] if str(person["key"]).startswith("ks"))
    assert sorted(map(str, waiting)) == sorted(stewards * 2)
    sent = [button.sends for view in world.mailbox.to("steward") for button in buttons(view)]
    pressed = [command for command in sent if "thread" in command.write()]
    assert [command.write() for command in pressed] == [{"thread": row["id"]}] * 2
    for command in pressed:
        read = [await world.ask(account, command.name(), **command.write()) for account in everybody]
        assert read[0] == read[1] == read[2]
        assert "zq and more" in str(read)
    said = [await world.ask(account, "SayInThread", thread=row["id"], body="We do") for account in everybody]
    assert said[0] == said[1] == said[2]
    told = {
        account: [str(view) for view in world.mailbox.to(account) if "ReadThread" in str(view)] for account in everybody
    }
    assert len(told["steward"]) == 2
    assert sorted(told["steward"]) == sorted(told["s2"]) == sorted(told["s3"]), told
    for account in everybody:
        assert str(row["id"]) in str(await world.ask(account, "MyThreads"))


async def test_p9_no_table_names_an_author_whatever_happens(world: World) -> None:
    """Locked and coded, open, answered, said more in and closed: no row names author and thread; the queue neither."""
    ways = {"u4": "here", "u5": "code", "u6": "here", "u7": "code"}
    codes = {account: await _coded(world, account) for account, way in ways.items() if way == "code"}
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
            assert _named(loot, threads, _person(loot, f"k{account[1:]}"), f"'k{account[1:]}'") == []


async def test_p9_keys_name_those_of_open_threads_and_no_others(world: World) -> None:
    """With the database and every key that is left: the control, an open thread, is named; closed ones never are."""
    for account in ("u4", "u5", "u6", "u7"):
        await world.ask(account, "OpenThread", body=f"zq from {account}")
    before = await steal(world)
    opened = await _unlocked(world, before)
    assert len(opened) == 4
    closed = next(thread for thread, person in opened.items() if person == _person(before, "k5"))
    await world.ask("u5", "CloseThread", thread=closed)
    after = await steal(world)
    assert await _unlocked(world, after) == {thread: who for thread, who in opened.items() if thread != closed}
    assert await _unlocked(world, before) == {thread: who for thread, who in opened.items() if thread != closed}


async def test_p9_no_order_of_rows_is_the_order_of_writing(world: World) -> None:
    """Sixty people write, one after the other. By transaction, place and key a thief of the database guesses at chance.

    The control is the same guess before the hourly tidying, on the one database that keeps such an order at all.
    """
    await import_people(world.product.store, world.organisation, _crowd())
    order = [f"c{number}" for number in range(AUTHORS)]
    Random(9).shuffle(order)
    for turn, account in enumerate(order):
        way = "code" if turn % 6 == 0 else "here"
        await world.ask(account, "OpenThread", body=f"zq by {account}.", hear=way)
    if world.database.startswith("postgres"):
        assert max(_guesses(await steal(world), order).values()) == AUTHORS
    await world.product.store.tidy(BEFORE)
    assert_only_luck(_guesses(await steal(world), order).values())
    await world.at(BATCH)
    await world.product.store.tidy(BATCH)
    found = _guesses(await steal(world), order)
    assert all(len(rows) == AUTHORS for rows in ((await steal(world))["threads"], (await steal(world))["entries"]))
    assert_only_luck(found.values())


async def test_p9_unnamed_stories_lie_in_no_order_either(world: World) -> None:
    """The same for sixty unnamed stories, which have the same way back."""
    await import_people(world.product.store, world.organisation, _crowd())
    order = [f"c{number}" for number in range(AUTHORS)]
    Random(10).shuffle(order)
    await world.at(OPENS)
    for account in order:
        await world.ask(account, "TellStory", text=f"zq by {account}.", audience="organisation")
    for when in (OPENS, BATCH):
        await world.at(when)
        await world.product.store.tidy(when)
        stories = (await steal(world))["stories"]
        guesses = [[_by(str(row["text"])) for row in rows] for rows in _orders(stories)]
        assert_only_luck([right_guesses(guess, order) for guess in guesses])


async def test_what_was_handed_over_keeps_a_day_and_no_time(world: World) -> None:
    """After the batch neither the entry, nor the story, nor what was delivered holds anything finer than its day."""
    await world.at(OPENS)
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.ask("u6", "TellStory", text="zq told", audience="organisation")
    await world.product.store.tidy(OPENS)
    assert {str(row["shown_from"])[11:16] for row in (await steal(world))["entries"]} == {"15:00"}
    await world.at(BATCH)
    [thread] = (await steal(world))["threads"]
    await world.ask("u0", "SayInThread", thread=thread["id"], body="We do")
    await world.at(BATCH + timedelta(days=1))
    await world.product.store.tidy(BATCH + timedelta(days=1))
    loot = await steal(world)
    kept = [row["shown_from"] for row in (*loot["entries"], *loot["stories"])]
    assert len(kept) == 3
    assert {str(at)[11:16] for at in kept} == {"00:00"}
    sent = [row for row in loot["deliveries"] if str(row["notice"]).startswith(("Thread", "Story"))]
    assert {row["notice"] for row in sent} == {"ThreadWaiting", "ThreadAnswered", "StoryShared"}
    assert {(row["state"], str(row["due"])[11:16], row["attempt"], row["tries"]) for row in sent} == {
        ("done", "00:00", 0, 0)
    }
    assert "We do" in str(await world.ask("u5", "ReadThread", thread=thread["id"]))


async def test_ninety_silent_days_close_a_thread(world: World) -> None:
    """After the ninetieth day without a word, route, receipt and key are gone; its leader can still read it."""
    await world.ask("u5", "OpenThread", body="zq please listen")
    await world.ask("u6", "OpenThread", body="zq please listen", hear="code")
    await world.at(BATCH)
    loot = await steal(world)
    assert await _unlocked(world, loot)
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
    assert await _unlocked(world, loot) == {}


async def test_a_thread_that_is_not_silent_stays_open(world: World) -> None:
    """Every new word gives it another ninety days, and its way back with them."""
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.at(BATCH)
    [thread] = (await steal(world))["threads"]
    world.time[0] = BATCH + timedelta(days=80)
    await world.ask("u5", "SayInThread", thread=thread["id"], body="Still here")
    await world.product.store.tidy(BATCH + timedelta(days=150))
    assert len(await _unlocked(world, await steal(world))) == 1


async def _all_that_an_author_is_given(world: World) -> tuple[str, list[dict[str, str]]]:
    """An unnamed conversation from its first word to its close: all that its author was sent, and what they could send.

    With the messages comes the name that the sender gives each: a platform may keep it.
    """
    replies = [await world.ask("u5", "OpenThread", body="zq please listen")]
    await world.at(BATCH)
    [row] = (await steal(world))["threads"]
    await world.ask("u0", "SayInThread", thread=row["id"], body="zq we do")
    await world.at(BATCH + timedelta(hours=18))
    views = world.mailbox.to("u5")
    [read] = [button for view in views if "reply" in view.title for button in buttons(view)]
    replies.append(await world.ask("u5", read.sends.name(), **read.sends.write()))
    replies.append(await world.ask("u5", "SayInThread", body="zq thank you", **_fixed(replies[-1])))
    replies.append(await world.ask("u5", "MyThreads"))
    name = read.sends.write()["thread"]
    replies.append(await world.ask("u5", "CloseThread", thread=name))
    assert isinstance(replies[-1], Replace)
    keys = [key for (to, _), key in zip(world.mailbox.sent, world.mailbox.keys, strict=True) if to == "u5"]
    pressed = [button.sends.write() for shown in (*replies, *map(Show, views)) for button in _pressable(shown)]
    fixed = [_fixed(reply) for reply in replies if isinstance(reply, Ask)]
    return str((replies, views, keys)), [values for values in (*pressed, *fixed) if "thread" in values]


def _pressable(reply: Reply) -> list[Button]:
    match reply:
        case Ask(form):
            return buttons(View("", form.body))
        case Show(view) | Replace(view):
            return buttons(view)
        case _:
            return []


def _fixed(reply: Reply) -> dict[str, str]:
    assert isinstance(reply, Ask)
    return dict(reply.form.fixed)


def _joined(given: str, loot: dict[str, Rows]) -> set[str]:
    """What stands both in what somebody was given and in a row that leads to a conversation or its entries."""
    about = {str(row["id"]) for table in ("threads", "entries") for row in loot[table]}
    leading = [row for rows in loot.values() for row in rows if any(each in str(row) for each in about)]
    names = about | {str(row[name]) for row in leading for name in ("id", "key", "route", "receipt") if row.get(name)}
    assert len(names) > len(about)
    return {name for name in names if name in given}


async def _author_s_name_for_it(world: World, opened: Reply) -> str:
    """What the author calls the conversation they have opened: a handle, or a ticket for its code."""
    if isinstance(opened, Show):
        [button] = buttons(opened.view)
        return button.sends.write()["thread"]
    found = DIGITS.search(str(opened))
    assert found
    return _fixed(await world.ask("steward", "UseCode", code=found[0]))["thread"]


async def _coded(world: World, account: str) -> str:
    """Open a conversation with a code; returns the code."""
    reply = await world.ask(account, "OpenThread", body=f"zq from {account}", hear="code")
    found = DIGITS.search(str(reply))
    assert found
    return found[0]


async def _unlocked(world: World, loot: dict[str, Rows]) -> dict[str, str]:
    """Whose each thread is, as far as all keys that are left can tell."""
    keys = [path.read_bytes() for path in world.keys.rglob("*") if path.is_file()]
    found = {}
    for row in loot["threads"]:
        for key in keys:
            if row["route"] and len(key) == 32 and (person := _opened(key, bytes(row["route"]))):  # type: ignore[call-overload]
                found[str(row["id"])] = person
    return found


def _opened(key: bytes, route: bytes) -> str:
    try:
        return unlock_route(key, route)
    except CryptoError:
        return ""


def _person(loot: dict[str, Rows], key: str) -> str:
    return next(str(row["id"]) for row in loot["people"] if row["key"] == key)


def _named(loot: dict[str, Rows], threads: Iterable[str], *names: str) -> Rows:
    """Rows that hold a thread or one of its entries together with somebody's name for a person."""
    wanted = set(threads)
    about = wanted | {str(row["id"]) for row in loot["entries"] if row["thread_id"] in wanted}
    rows = [row for rows in loot.values() for row in rows if any(each in str(row) for each in about)]
    assert rows
    return [row for row in rows if any(name in str(row) for name in names)]


def _crowd() -> bytes:
    rows = [f"c{n},Person of the crowd {n},Crowd,Council,{'staff' if n else 'leader'},c{n}" for n in range(AUTHORS)]
    return "\n".join([HEADER, "boss,Their leader,Crowd,Council,leader,boss", *rows]).encode()


def _guesses(loot: dict[str, Rows], order: Sequence[str]) -> dict[str, int]:
    """How many authors are guessed right from each order that a table keeps: the n-th row is of the n-th who wrote."""
    whose = {str(row["thread_id"]): _by(str(row["body"])) for row in loot["entries"]}
    rows_of = {
        "threads": loot["threads"],
        "entries": loot["entries"],
        "deliveries": [row for row in loot["deliveries"] if row["notice"] == "ThreadWaiting"],
    }
    found = {}
    for table, rows in rows_of.items():
        for number, kept in enumerate(_orders(rows)):
            authors = [next(author for thread, author in whose.items() if thread in str(row)) for row in kept]
            found[f"{table} {number}"] = right_guesses(list(dict.fromkeys(authors)), order)
    return found


def assert_only_luck(rights: Collection[int]) -> None:
    """Of sixty, chance alone gets one right, and as many as fail here once in a hundred million: see `ONCE_IN`."""
    assert max(rights) <= most_by_chance(len(rights)) < AUTHORS // 4


def _orders(rows: Rows) -> list[Rows]:
    """The rows as they lie, by transaction and by place, each forwards and backwards."""
    orders = [list(rows)]
    if rows and "xmin" in rows[0]:
        orders += [sorted(rows, key=lambda row: int(str(row["xmin"]))), sorted(rows, key=_place)]
    return orders + [kept[::-1] for kept in orders]


def _place(row: dict[str, object]) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", str(row["at"]))))


def _by(words: str) -> str:
    found = re.search(r"zq by (c\d+)\.", words)
    assert found
    return found[1]
