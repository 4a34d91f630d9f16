"""A message that comes twice is done once and answered twice."""

from __future__ import annotations

import pickle
import sqlite3
from datetime import timedelta

import pytest

from bot.core import ALREADY_DONE, Request
from bot.domain.people import Identity, Platform
from bot.recall import LIFE, MOST, Recall
from bot.views import Ask, Refused, Reply, Show, View
from storage.one_hop import OneHopConnection
from tests.world import OPENS, World

ANA, BEN = Identity(Platform.SLACK, "T1", "ANA"), Identity(Platform.SLACK, "T1", "BEN")
REPLY = Show(View("Your code is 1234"))


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


async def ask(world: World, account: str, envelope: str, action: str, /, **values: object) -> Reply:
    given = {name: str(value) for name, value in values.items()}
    return await world.product.core.handle(Request(world.person(account), action, given, envelope=envelope))


async def test_a_conversation_that_is_sent_twice_is_opened_once_and_its_code_shown_again(world: World) -> None:
    """Who tries again because nothing seemed to happen gets the very code that cannot be found out otherwise."""
    form = {"body": "The forms are too long", "hear": "code"}
    first = await ask(world, "u5", "e1", "OpenThread", **form)
    second = await ask(world, "u5", "e1", "OpenThread", **form)
    assert isinstance(first, Ask)
    assert second == first
    async with world.product.store.view() as tx:
        units = (await tx.people.tree(world.organisation.id)).units
        assert len(await tx.threads.of_units(world.organisation.id, list(units))) == 1


async def test_an_answer_that_comes_twice_is_shown_as_it_stands_by_then(world: World) -> None:
    """The copy of an old press brings the card of now, with what was answered since, and overwrites nothing."""
    await world.at(OPENS)
    pulse = await world.pulse()
    one, two = pulse.items[:2]
    await ask(world, "u5", "e1", "AnswerPulse", pulse=pulse.id, item=one, score=1)
    now = await ask(world, "u5", "e2", "AnswerPulse", pulse=pulse.id, item=two, score=5)
    assert await ask(world, "u5", "e1", "AnswerPulse", pulse=pulse.id, item=one, score=1) == now


async def test_what_was_refused_may_be_sent_again(world: World) -> None:
    """A form that was refused was not done: the same one, mended, is taken."""
    refused = await ask(world, "u5", "e1", "TellStory", text=" ", audience="organisation", named="yes")
    taken = await ask(world, "u5", "e1", "TellStory", text="We meet on foot", audience="organisation", named="yes")
    assert isinstance(refused, Refused)
    assert not isinstance(taken, Refused)


async def test_after_a_while_a_copy_is_told_that_it_was_done(world: World) -> None:
    """When the reply is forgotten a sentence says so; the story is told once all the same."""
    story = {"text": "We meet on foot", "audience": "organisation", "named": "yes"}
    await ask(world, "u5", "e1", "TellStory", **story)
    world.time[0] += LIFE
    reply = await ask(world, "u5", "e1", "TellStory", **story)
    assert isinstance(reply, Show)
    assert reply.view.spoken() == ALREADY_DONE
    async with world.product.store.view() as tx:
        person = await tx.people.member_by_account(world.person("u5"))
        assert person is not None
        assert len(await tx.stories.by_teller(world.organisation.id, person.person.id)) == 1


def test_nobody_is_given_another_ones_reply() -> None:
    """The same envelope from somebody else brings nothing, and what is kept names nobody."""
    recall = Recall(lambda: OPENS)
    recall.keep(ANA, "e1", REPLY)
    assert recall.find(ANA, "e1") == REPLY
    assert recall.find(BEN, "e1") is None
    kept = pickle.dumps(dict(recall._replies))
    assert b"ANA" not in kept
    assert b"1234" not in kept


def test_replies_are_forgotten_by_time_and_by_number() -> None:
    """Ten minutes, and never more than a thousand of them."""
    time = [OPENS]
    recall = Recall(lambda: time[0])
    for number in range(MOST + 1):
        recall.keep(ANA, f"e{number}", REPLY)
    assert recall.find(ANA, "e0") is None
    assert recall.find(ANA, f"e{MOST}") == REPLY
    time[0] += LIFE - timedelta(seconds=1)
    assert recall.find(ANA, f"e{MOST}") == REPLY
    time[0] += timedelta(seconds=1)
    assert recall.find(ANA, f"e{MOST}") is None


async def test_what_was_not_committed_is_not_recalled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code of a conversation that was not stored after all is shown to nobody; the next try gets one that counts."""
    form = {"body": "The forms are too long", "hear": "code"}
    with monkeypatch.context() as patch:
        patch.setattr(OneHopConnection, "commit", _cannot)
        assert isinstance(await ask(world, "u5", "e1", "OpenThread", **form), Refused)
    assert world.product.core.recall.find(world.person("u5"), "e1") is None
    assert isinstance(await ask(world, "u5", "e1", "OpenThread", **form), Ask)


async def _cannot(_: OneHopConnection) -> None:
    raise sqlite3.OperationalError("database or disk is full")
