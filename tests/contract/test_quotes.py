"""The queue of comments that may be quoted, on web, Slack and Teams, on both databases."""

from __future__ import annotations

from datetime import timedelta

from tests.contract.stage import Stage
from tests.world import CLOSES, DIGEST, OPENS

WRITERS = (1, 2, *range(4, 14))
NAMED = "Nobody but Stella Steward says that the workload is far too heavy"
UNNAMED = "Nobody but [name] says that the workload is far too heavy"


async def commented(stage: Stage) -> None:
    """Twelve people of Housing write about one thing; three of them may be quoted. Then the pulse closes."""
    await stage.at(OPENS)
    for number in WRITERS:
        person = stage.person(number)
        await person.press("Agree")
        await person.press("Add a comment")
        await person.fill({"comment": NAMED, "quotable": "yes" if number in {1, 2, 4} else "no"})
    await stage.at(CLOSES)


async def test_a_steward_looks_before_anybody_is_quoted(stage: Stage) -> None:
    """Told after the close, shown the words without names, asked for each; one yes is enough for one quote."""
    steward = stage.person("steward")
    await commented(stage)
    assert "please look whether they name anybody" in await steward.sees()
    await steward.press("Look at them")
    assert UNNAMED in await steward.sees()
    assert "Stella Steward says" not in await steward.sees()
    await steward.press("Do not quote")
    await steward.press("Do not quote")
    await steward.press("May be quoted")
    assert "No comment waits to be looked at" in await steward.sees()
    await stage.at(DIGEST)
    assert UNNAMED in await stage.general()
    assert UNNAMED not in await stage.housing()


async def test_nobody_is_quoted_unseen(stage: Stage) -> None:
    """No steward looks: the digest counts the comments and quotes none of them."""
    await commented(stage)
    await stage.at(DIGEST)
    assert "12 comments" in await stage.housing()
    assert UNNAMED not in await stage.general()
    assert UNNAMED not in await stage.housing()


async def test_a_decision_is_changed_until_the_digest(stage: Stage) -> None:
    """A yes is taken back among those that were decided; after the digest a press is refused kindly."""
    steward = stage.person("steward")
    await commented(stage)
    await steward.say("/100days quotes")
    for _ in range(3):
        await steward.press("May be quoted")
    await steward.press("Those that were decided")
    for _ in range(3):
        await steward.press("Do not quote it after all")
    await stage.at(DIGEST + timedelta(minutes=1))
    assert UNNAMED not in await stage.general()
    await steward.press("May be quoted after all")
    assert "has been posted" in await steward.sees()


async def test_only_stewards_are_asked(stage: Stage) -> None:
    """A leader and a member of staff are neither told nor shown."""
    await commented(stage)
    for number in (0, 5):
        person = stage.person(number)
        await person.say("/100days quotes")
        assert UNNAMED not in await person.sees()
        assert "Only the programme's stewards can do that." in await person.sees()
