"""A theme that is new in a week takes its name from what people write; it must not be the name of a colleague."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.administration import import_people
from bot.domain.ids import new_id
from bot.domain.pulses import State
from bot.domain.results import PublishedComment, Results, Turnout
from bot.views import Show
from tests.world import CLOSES, OPENS, World

WEEK = timedelta(weeks=1)
BEFORE = [f"The heating in room {number} is cold again" for number in range(120)]
OTHERS = [f"The heating in room {number} is still cold" for number in range(6)]


async def published(world: World, weeks: timedelta, said: list[str]) -> None:
    """A week in which the whole organisation wrote this."""
    await world.at(OPENS + weeks)
    pulse = await world.pulse()
    async with world.product.store.begin() as tx:
        root = (await tx.people.tree(pulse.organisation)).root.id
        await tx.pulses.transition(pulse.id, State.OPEN, State.CLOSING)
        comments = tuple(PublishedComment(new_id(), root, body, None, quotable=False) for body in said)
        await tx.results.seal(pulse, Results((Turnout(root, 50),), comments=comments))
    world.time[0] = CLOSES + weeks


@pytest.mark.parametrize(
    ("about", "shown"), [("Gethin Pryce", False), ("gethin pryce", False), ("Parking permits", True)]
)
async def test_no_digest_makes_a_theme_of_a_colleague(
    small_world: World,
    about: str,
    shown: bool,  # noqa: FBT001
) -> None:
    """Six complain about one person by name: no word of it is in the digest. Six about a thing are a new theme."""
    await import_people(small_world.product.store, small_world.organisation, b"key,name\nk5,Gethin Pryce")
    await published(small_world, timedelta(), BEFORE)
    await published(small_world, WEEK, [*OTHERS, *(f"{about} ruined the rota of team {n}" for n in range(6))])
    digest = await small_world.ask("steward", "ShowDigest")
    assert isinstance(digest, Show)
    words = str(digest.view).casefold()
    assert (about.casefold().split()[0] in words) is shown
    assert "gethin" not in words
    assert "pryce" not in words
