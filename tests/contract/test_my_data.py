"""What is held about me, and erase me, as somebody on each platform sees and presses it."""

from __future__ import annotations

from datetime import timedelta

from tests.contract.stage import Stage
from tests.world import BATCH, OPENS

STORY = "We closed the form nobody read"


async def test_a_person_sees_what_is_held_and_has_it_erased(stage: Stage) -> None:
    """From the words to the form to the end: refused without the tick; with it the story is gone everywhere."""
    ann = stage.person(5)
    await stage.at(OPENS)
    await ann.say("/story")
    await ann.fill({"text": STORY, "audience": "organisation", "named": "yes"})
    await stage.at(BATCH)
    assert STORY in await stage.general()
    await ann.say("/100days my data")
    seen = await ann.sees()
    assert "Person 5" in seen and "Stories with your name" in seen
    await ann.press("Erase me")
    assert "What stays, and why" in await ann.sees()
    await ann.fill({"sure": "no"})
    assert "Nothing was erased" in await ann.sees()
    await ann.fill({"sure": "yes"})
    assert "You have been forgotten" in await ann.sees()
    await stage.at(BATCH + timedelta(minutes=1))
    assert STORY not in await stage.general()


async def test_it_is_all_said_in_welsh_to_whoever_reads_welsh(stage: Stage) -> None:
    """The Welsh words ask for it, and no English title comes back."""
    dai = stage.person(3)
    await stage.at(OPENS)
    await dai.say("/100days fy nata")
    assert "Yr hyn a gedwir amdanoch" in await dai.sees()
    assert "What is held about you" not in await dai.sees()
