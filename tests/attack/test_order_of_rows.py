"""Attacks with the order and the times of rows: who wrote when must not tell who wrote what."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from random import Random

import pytest

from bot.administration import import_people
from bot.audit.chance import most_by_chance
from storage.ideas import KIND, backing_slot
from storage.programme_keys import key_name
from tests.attack.thief import Rows, right_guesses, steal
from tests.world import BATCH, BEFORE, OPENS, World

AUTHORS = 60
HEADER = "key,name,unit,parent_unit,role,web_id"


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


@pytest.mark.parametrize(
    ("action", "given", "table"),
    [("TellStory", {"audience": "organisation"}, "stories"), ("OfferIdea", {}, "ideas")],
    ids=["stories", "ideas"],
)
async def test_p9_unnamed_stories_and_ideas_lie_in_no_order_either(
    world: World, action: str, given: dict[str, str], table: str
) -> None:
    """The same for sixty unnamed stories, and as many ideas, which have the same way back."""
    await import_people(world.product.store, world.organisation, _crowd())
    order = [f"c{number}" for number in range(AUTHORS)]
    Random(10).shuffle(order)
    await world.at(OPENS)
    for account in order:
        await world.ask(account, action, text=f"zq by {account}.", **given)
    for when in (OPENS, BATCH):
        await world.at(when)
        await world.product.store.tidy(when)
        told = (await steal(world))[table]
        assert len(told) == AUTHORS
        guesses = [[_by(str(row["text"])) for row in rows] for rows in _orders(told)]
        assert_only_luck([right_guesses(guess, order) for guess in guesses])


async def test_what_was_handed_over_keeps_a_day_and_no_time(world: World) -> None:
    """After the batch neither entry, story, idea nor what was delivered holds anything finer than its day."""
    await world.at(OPENS)
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.ask("u6", "TellStory", text="zq told", audience="organisation")
    await world.ask("u7", "OfferIdea", text="zq offered")
    await world.product.store.tidy(OPENS)
    assert {str(row["shown_from"])[11:16] for row in (await steal(world))["entries"]} == {"15:00"}
    await world.at(BATCH)
    [thread] = (await steal(world))["threads"]
    await world.ask("u0", "SayInThread", thread=thread["id"], body="We do")
    await world.at(BATCH + timedelta(days=1))
    await world.product.store.tidy(BATCH + timedelta(days=1))
    loot = await steal(world)
    kept = [row["shown_from"] for row in (*loot["entries"], *loot["stories"], *loot["ideas"])]
    assert len(kept) == 4
    assert {str(at)[11:16] for at in kept} == {"00:00"}
    sent = [row for row in loot["deliveries"] if str(row["notice"]).startswith(("Thread", "Story", "Idea"))]
    assert {row["notice"] for row in sent} == {"ThreadWaiting", "ThreadAnswered", "StoryShared", "IdeaShared"}
    assert {(row["state"], str(row["due"])[11:16], row["attempt"], row["tries"]) for row in sent} == {
        ("done", "00:00", 0, 0)
    }
    assert "We do" in str(await world.ask("u5", "ReadThread", thread=thread["id"]))


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


async def test_p9_backings_lie_in_no_order_either(world: World) -> None:
    """Sixty people back one idea, one after the other: with its key a thief knows who, and the rows are in no order."""
    await import_people(world.product.store, world.organisation, _crowd())
    order = [f"c{number}" for number in range(AUTHORS)]
    Random(11).shuffle(order)
    await world.at(OPENS)
    await world.ask("u5", "OfferIdea", text="Fewer forms")
    await world.at(BATCH)
    [idea] = (await steal(world))["ideas"]
    for account in order:
        await world.ask(account, "BackIdea", idea=idea["id"])
    await world.product.store.tidy(BATCH)
    loot = await steal(world)
    key = (world.keys / key_name(KIND, str(idea["programme_id"]))).read_bytes()
    whose = {backing_slot(key, str(idea["id"]), str(row["id"])): str(row["key"]) for row in loot["people"]}
    assert len(loot["backings"]) == AUTHORS
    guesses = [[whose[bytes(row["slot"])] for row in rows] for rows in _orders(loot["backings"])]  # type: ignore[call-overload]
    assert_only_luck([right_guesses(guess, order) for guess in guesses])
