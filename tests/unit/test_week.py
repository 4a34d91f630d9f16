"""A whole week through the core, on both databases."""

from bot.domain.pulses import State
from bot.views import Replace, Show
from tests.world import BATCH, CLOSES, DIGEST, OPENS, REMINDS, World, buttons


async def test_a_week_runs_from_the_opening_to_the_digest(world: World) -> None:
    """Everybody is asked once, who answered is not reminded, and the digest says what may be said."""
    await world.at(OPENS)
    assert len(world.mailbox.sent) == 28
    for number in range(20):
        await world.answer(f"u{number}", 4, "The workload is too much and nobody listens")
    await world.at(REMINDS)
    assert len(world.mailbox.sent) == 28 + 8
    await world.at(CLOSES)
    assert (await world.pulse()).state is State.SEALED
    await world.at(DIGEST)
    [digest] = world.mailbox.to("general")
    assert (
        "70 to 79 %" in str(digest)
        and "20 comments" in str(digest)
        and "100 % agree, of at least 20 answers" in str(digest)
    )


async def test_a_thread_goes_there_and_back(world: World) -> None:
    """A member of staff writes, the leader answers, and the answer finds its way without a name."""
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.at(BATCH)
    [told] = [view for view in world.mailbox.to("u0") if "has written to you" in view.title]
    thread = buttons(told)[0].sends.write()["thread"]
    assert isinstance(await world.ask("u0", "SayInThread", thread=thread, body="We do"), Replace)
    await world.at(OPENS.replace(day=17, hour=9))
    assert [v.title for v in world.mailbox.to("u5")] == ["How is the change going for you?", "You have a reply"]


async def test_a_withdrawn_story_is_edited_out(world: World) -> None:
    """What was posted says that it is gone, without a word of the story."""
    await world.ask("u5", "TellStory", text="We closed the form", audience="organisation", named="yes")
    await world.at(OPENS)
    [posted] = world.mailbox.to("general")
    assert "We closed the form" in str(posted)
    assert isinstance(await world.ask("u5", "WithdrawStory", story=posted.about), (Replace, Show))
    await world.at(BATCH)
    assert "withdrawn" in world.mailbox.edits[-1][1].title and "form" not in str(world.mailbox.edits)
