"""Attacks with what an author was given: their chat, their forms, their messages and their codes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.administration import import_people
from bot.domain.ids import new_id
from bot.domain.threads import Thread
from bot.views import Ask, Button, Refused, Replace, Reply, Show, View
from storage.rows.outbox import DeliveryRow
from tests.attack.conversations import DIGITS, fixed_values
from tests.attack.thief import Rows, steal
from tests.world import BATCH, World, buttons

STEWARDS = (b"ks2,Sam Steward,steward,s2", b"ks3,Sue Steward,steward,s3")


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
    replies.append(await world.ask("u5", "SayInThread", body="zq thank you", **fixed_values(replies[-1])))
    replies.append(await world.ask("u5", "MyThreads"))
    name = read.sends.write()["thread"]
    replies.append(await world.ask("u5", "CloseThread", thread=name))
    assert isinstance(replies[-1], Replace)
    keys = [key for (to, _), key in zip(world.mailbox.sent, world.mailbox.keys, strict=True) if to == "u5"]
    pressed = [button.sends.write() for shown in (*replies, *map(Show, views)) for button in _pressable(shown)]
    fixed = [fixed_values(reply) for reply in replies if isinstance(reply, Ask)]
    return str((replies, views, keys)), [values for values in (*pressed, *fixed) if "thread" in values]


def _pressable(reply: Reply) -> list[Button]:
    match reply:
        case Ask(form):
            return buttons(View("", form.body))
        case Show(view) | Replace(view):
            return buttons(view)
        case _:
            return []


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
    return fixed_values(await world.ask("steward", "UseCode", code=found[0]))["thread"]
