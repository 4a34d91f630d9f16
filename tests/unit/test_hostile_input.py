"""Input that is wrong in ways that people and machines find, on both databases where it reaches them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.administration import import_people
from bot.domain.pulses import State
from bot.views import Refused
from storage.engine import open_engines
from storage.rows.pulses import BallotRow
from tests.attack.thief import steal
from tests.exact import listening
from tests.world import BATCH, CLOSES, DIGEST, OPENS, World, staff_list


@pytest.mark.parametrize("words", ["a\x00b", "\ud800 alone", "\x01" * 400, "\u202eright to left", "\U0001f600" * 400])
async def test_no_character_keeps_a_pulse_from_closing(world: World, words: str) -> None:
    """Whatever is written, it is taken or refused, and the pulse closes and publishes."""
    await world.at(OPENS)
    pulse = await world.pulse()
    for number in range(12):
        given = words if number == 3 else "something ordinary"
        await world.ask(f"u{number}", "SaveComment", pulse=pulse.id, comment=given)
    assert len({len(bytes(row["sealed"])) for row in (await steal(world))["ballots"]}) == 1  # type: ignore[call-overload]
    await world.at(CLOSES)
    assert (await world.pulse()).state is State.SEALED
    assert len((await steal(world))["comments"]) >= 11


async def test_a_ten_thousand_character_story_is_kept_as_a_draft(small_world: World) -> None:
    """It is not cut and not lost: it waits as a draft, and sharing it says how long it may be."""
    words = "x" * 10_000
    await small_world.at(OPENS)
    assert "10000" in str(await small_world.ask("u5", "StartStory", text=words))
    [draft] = (await steal(small_world))["stories"]
    assert draft["text"] == words
    refused = await small_world.ask("u5", "TellStory", text=words, story=draft["id"])
    assert isinstance(refused, Refused)
    assert refused.field == "text"


async def test_a_pulse_closes_however_long_nobody_was_running(world: World) -> None:
    """A service that comes back after three weeks closes what should have closed, destroys its keys, and publishes."""
    await world.at(OPENS)
    pulse = await world.pulse()
    await world.answer("u5", 4)
    await world.at(OPENS + timedelta(days=22))
    async with world.product.store.view() as tx:
        found = await tx.pulses.get(pulse.id)
    assert found is not None
    assert found.state is State.SEALED
    assert not [path for path in world.keys.iterdir() if pulse.id in path.name]


async def test_a_ballot_that_was_tampered_with_counts_for_nothing(world: World) -> None:
    """One row that does not open keeps nobody else's from being counted."""
    await world.at(OPENS)
    for number in range(8):
        await world.answer(f"u{number}", 4)
    engines = open_engines(world.database)
    async with engines.write.begin() as connection:
        one = select(BallotRow.slot).order_by(BallotRow.slot).limit(1).scalar_subquery()
        await connection.execute(update(BallotRow).where(BallotRow.slot == one).values(sealed=b"x"))
    await engines.dispose()
    with listening() as listener:
        await world.at(CLOSES)
    assert (await world.pulse()).state is State.SEALED
    items = len((await world.pulse()).items)
    assert sum(sum(counts) for counts in listener.heard[-1].counts.values()) == 8 * items - 1
    assert (await steal(world))["numbers"]


async def test_a_week_without_a_word_posts_no_digest(world: World) -> None:
    """Where nothing was asked and nothing happened, the channels are left in peace."""
    await world.at(DIGEST)
    assert world.mailbox.to("general") == []


async def test_a_team_of_three_is_never_shown_by_itself(world: World) -> None:
    """Three answers in all: no number at all, only that there were too few."""
    await world.at(OPENS)
    for number in range(3):
        await world.answer(f"u{number}", 5, "a comment of some length to be read by nobody")
    await world.at(CLOSES)
    await world.at(DIGEST)
    [digest] = world.mailbox.to("general")
    assert "Too few people" in str(digest)
    assert "%" not in str(digest).replace("nearest 5 %", "")
    loot = await steal(world)
    assert loot["numbers"] == loot["comments"] == loot["turnouts"] == []


async def test_a_double_click_tells_one_story(world: World) -> None:
    """Sharing the same draft twice at once shows it once."""
    await world.at(OPENS)
    await world.ask("u5", "StartStory", text="Told once")
    [draft] = (await steal(world))["stories"]
    values = {"text": "Told once", "story": draft["id"], "audience": "organisation", "named": "yes"}
    await world.ask("u5", "TellStory", **values)
    await world.ask("u5", "TellStory", **values)
    await world.at(BATCH)
    assert len([view for view in world.mailbox.to("general") if "Told once" in str(view)]) == 1


async def test_people_keep_their_own_settings_when_the_list_comes_again(world: World) -> None:
    """Somebody who chose Welsh still reads Welsh after the next import; their unit and role follow the list."""
    await world.ask("u5", "SaveSettings", language="cy")
    await import_people(world.product.store, world.organisation, staff_list())
    [person] = [row for row in (await steal(world))["people"] if row["key"] == "k5"]
    assert person["language"] == "cy"
