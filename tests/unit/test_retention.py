"""What is kept as long as was said, and no longer, on both databases."""

from __future__ import annotations

from datetime import timedelta

from tests.attack.thief import steal
from tests.world import CLOSES, OPENS, World


async def test_a_roster_is_kept_for_thirteen_weeks(world: World) -> None:
    """That somebody was asked is forgotten after thirteen weeks; the published numbers stay."""
    await world.at(OPENS)
    for number in range(8):
        await world.answer(f"u{number}", 4)
    await world.at(CLOSES)
    await world.product.store.tidy(OPENS + timedelta(weeks=13))
    assert (await steal(world))["pulse_roster"]
    await world.product.store.tidy(OPENS + timedelta(weeks=13, days=1))
    loot = await steal(world)
    assert loot["pulse_roster"] == []
    assert loot["tallies"]


async def test_the_way_back_to_unnamed_tellers_goes_ninety_days_after_the_programme(world: World) -> None:
    """Then not even the key store and the database together tell who told a story; the story stays."""
    await world.at(OPENS)
    await world.ask("u5", "TellStory", text="A story", audience="organisation")
    end = OPENS + timedelta(days=100 + 90)
    await world.product.store.tidy(end)
    assert [path for path in world.keys.iterdir() if path.name.startswith("stories-")]
    await world.product.store.tidy(end + timedelta(days=2))
    assert not [path for path in world.keys.iterdir() if path.name.startswith("stories-")]
    assert "A story" in str((await steal(world))["stories"])


async def test_a_handled_envelope_is_forgotten_after_two_days(world: World) -> None:
    """It is remembered while a platform might send it again, and then no more."""
    async with world.product.store.begin() as tx:
        assert await tx.inbox.first_time("e1", OPENS.date())
        assert not await tx.inbox.first_time("e1", OPENS.date())
    await world.product.store.tidy(OPENS + timedelta(days=3))
    assert (await steal(world))["envelopes"] == []
