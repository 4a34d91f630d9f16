"""P10: somebody who looks every minute learns when the batches are, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from bot.administration import import_people
from bot.audit.chance import agreement, most_agreement, most_by_chance, right_guesses
from bot.views import Ask, Buttons, Reply, Show
from tests.soak.figures import SOAK
from tests.world import BATCH, OPENS, World, buttons

REPLY = "zq-reply-1"
MARK = re.compile(r"zq-\w+-\d+")
DAY = OPENS.replace(hour=8, minute=30)
MINUTES = 9 * 60
BETWEEN = 1 if SOAK else 45
"""Minutes from look to look, away from the batches; around them it is always one."""
SLOTS = {DAY.replace(hour=9, minute=0), BATCH, (BATCH + timedelta(days=1)).replace(hour=9)}
ANSWERS = BATCH + timedelta(minutes=17)
CLOSE = timedelta(minutes=3)
TOLD = 30


async def test_p10_a_day_of_looking_every_minute_shows_batches_only(world: World) -> None:
    """Threads, coded and not, replies and unnamed stories, written at random minutes: each is first seen in a batch.

    Watched are the leader's list and conversations, their digest, every message to them and both channels; and, for
    the replies, what the authors are shown.
    """
    writing = _plan(Random(10))
    seen: dict[str, datetime] = {}
    answered: set[str] = set()
    for minute in range(MINUTES):
        now = world.time[0] = DAY + timedelta(minutes=minute)
        for account, kind, words in writing.get(minute, ()):
            await _write(world, account, kind, words)
        if minute % BETWEEN == 0 or now == ANSWERS or _near_a_batch(now):
            await world.at(now)
            _note(seen, now, await _looked_at(world, now, answered))
    for later in (timedelta(hours=24, minutes=29), timedelta(hours=24, minutes=30), timedelta(hours=24, minutes=31)):
        await world.at(DAY + later)
        _note(seen, DAY + later, await _looked_at(world, DAY + later, answered))
    written = {words for each in writing.values() for _, _, words in each}
    assert written | answered == set(seen)
    assert set(seen.values()) <= SLOTS
    assert len(set(seen.values())) == 3


async def test_p10_the_order_within_a_batch_is_not_that_of_writing(world: World) -> None:
    """Thirty write one after the other; the leader's list, their messages and the channel show another order.

    Chance alone fails each of the two limits once in a hundred million runs: see `ONCE_IN`. An order that tells has
    thirty right and agrees by 7.8 deviations.
    """
    await import_people(world.product.store, world.organisation, _crowd())
    authors = [f"c{n}" for n in range(TOLD)]
    Random(11).shuffle(authors)
    await world.at(OPENS)
    for number, account in enumerate(authors):
        await world.ask(account, "OpenThread", body=f"zq-thread-{number}", hear="code" if number % 3 == 0 else "here")
        await world.ask(account, "TellStory", text=f"zq-story-{number}", audience="organisation")
    await world.at(BATCH)
    threads = [f"zq-thread-{number}" for number in range(TOLD)]
    told = [f"zq-story-{number}" for number in range(TOLD)]
    waiting = [view for view in world.mailbox.to("boss") if "has written to you" in view.title]
    posts = MARK.findall(str(world.mailbox.to("general")))
    orders = {
        "list": await _read_all(world, "boss", await world.ask("boss", "MyThreads")),
        "messages": [words for view in waiting for words in await _read_all(world, "boss", Show(view))],
        "channel": list(dict.fromkeys(posts)),
    }
    assert {name: len(order) for name, order in orders.items()} == dict.fromkeys(orders, TOLD)
    for name, order in orders.items():
        truth = told if name == "channel" else threads
        ways = 2 * len(orders)
        assert max(right_guesses(order, truth), right_guesses(order[::-1], truth)) <= most_by_chance(ways), name
        assert abs(agreement(order, truth)) <= most_agreement(len(orders)) < agreement(truth, truth), name


def _plan(dice: Random) -> Mapping[int, Sequence[tuple[str, str, str]]]:
    """Who writes what in which minute: a thing every ten minutes or so, from half past eight to half past five."""
    plan: dict[int, list[tuple[str, str, str]]] = {}
    for number in range(48):
        kind = ("here", "code", "story")[number % 3]
        account = f"u{dice.randrange(1, 13)}"
        plan.setdefault(dice.randrange(MINUTES), []).append((account, kind, f"zq-{kind}-{number}"))
    return plan


async def _write(world: World, account: str, kind: str, words: str) -> None:
    if kind == "story":
        await world.ask(account, "TellStory", text=words, audience="organisation")
    else:
        await world.ask(account, "OpenThread", body=words, hear=kind)


async def _looked_at(world: World, now: datetime, answered: set[str]) -> str:
    """Everything the leader can call up and has been sent, and what a channel shows, except their own reply."""
    listed = await world.ask("u0", "MyThreads")
    shown = [str(listed), str(world.mailbox.sent), str(world.mailbox.edits)]
    if _closely(now):
        shown.append(str(await world.ask("u0", "ShowDigest")))
        shown += [str(await world.ask("u0", "ReadThread", thread=thread)) for thread in _threads(listed)]
    own = "".join(shown).replace(REPLY, "")
    return own + await _replies(world, now, listed, answered)


async def _replies(world: World, now: datetime, listed: Reply, answered: set[str]) -> str:
    """What the authors see of the reply that the leader writes at seventeen past three."""
    if now == ANSWERS:
        answered.add(REPLY)
        for thread in _threads(listed):
            await world.ask("u0", "SayInThread", thread=thread, body=REPLY)
    if not answered or not _closely(now):
        return ""
    own = [await world.ask(f"u{number}", "MyThreads") for number in range(1, 13)]
    read = [
        str(await world.ask(f"u{number}", "ReadThread", thread=thread))
        for number, mine in enumerate(own, 1)
        for thread in _threads(mine)
    ]
    return "".join(mark for mark in MARK.findall("".join(read)) if "reply" in mark)


def _near_a_batch(now: datetime) -> bool:
    return any(abs(now - slot) < CLOSE for slot in SLOTS)


def _closely(now: datetime) -> bool:
    """Whether each conversation is read through at this look, and not only the list of them."""
    return now.minute % 12 == 0 or _near_a_batch(now)


def _note(seen: dict[str, datetime], now: datetime, shown: str) -> None:
    for words in MARK.findall(shown):
        seen.setdefault(words, now)


def _threads(reply: Reply) -> list[str]:
    assert isinstance(reply, Show)
    sent = (button.sends.write() for button in buttons(reply.view))
    return [values["thread"] for values in sent if "thread" in values]


async def _read_all(world: World, account: str, reply: Reply) -> list[str]:
    """What is said in these conversations, in the order in which they stand there."""
    found = []
    for thread in _threads(reply):
        read = await world.ask(account, "ReadThread", thread=thread)
        assert isinstance(read, Ask)
        found += MARK.findall(str([part for part in read.form.body if not isinstance(part, Buttons)]))
    return found


def _crowd() -> bytes:
    rows = [f"c{n},Person of the crowd {n},Crowd,Council,staff,c{n}" for n in range(TOLD)]
    header = "key,name,unit,parent_unit,role,web_id"
    return "\n".join([header, "boss,Their leader,Crowd,Council,leader,boss", *rows]).encode()
