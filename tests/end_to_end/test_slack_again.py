"""What Slack sends again, or too late: done once, and never answered into the void."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.people import Platform
from tests.conftest import Databases
from tests.contract.stage import Stage, open_stage
from tests.platforms.slack import LocalSlack
from tests.platforms.slack_visitor import SlackVisitor, signed
from tests.world import OPENS, every_row, slack_name

STORY = {"text": "We closed the form nobody read", "audience": "organisation", "named": "yes"}


@dataclass
class Council:
    """A council in Slack whose pulse is open, and one person of it."""

    stage: Stage
    slack: LocalSlack
    ann: SlackVisitor
    database: str

    async def rows(self) -> dict[str, Counter[str]]:
        """Every row there is, except the envelopes, which are what copies are known by."""
        return await every_row(self.database, but=("envelopes",))

    async def again(self, which: int = -1) -> int:
        """Send once more what was sent before, signed afresh as Slack does it."""
        body, content_type = self.slack.told[which]
        headers = signed(self.slack.secret, body.encode(), int(self.slack.clock().timestamp()) + 9)
        url = f"{self.slack.product}/slack/events"
        headers |= {"Content-Type": content_type}
        async with self.slack.session.post(url, data=body.encode(), headers=headers) as answered:
            await answered.read()
            return answered.status


@pytest.fixture
async def council(empty_sqlite: Databases, tmp_path: Path) -> AsyncIterator[Council]:
    database = empty_sqlite.sqlite(tmp_path)
    async with open_stage(Platform.SLACK, database, tmp_path / "stage") as stage:
        assert isinstance(stage.platform, LocalSlack)
        await stage.at(OPENS)
        yield Council(stage, stage.platform, stage.platform.visitor(slack_name("u5")), database)


async def test_a_form_that_is_sent_again_has_one_effect(council: Council) -> None:
    """ "Try again" sends the same view with another signature: one story and one conversation, and no complaint."""
    await council.ann.say("/story")
    await council.ann.fill(STORY)
    once = await council.rows()
    assert await council.again() == 200
    assert await council.rows() == once
    await council.ann.say("/speakup")
    await council.ann.fill({"body": "Please listen"})
    twice = await council.rows()
    assert await council.again() == 200
    assert await council.rows() == twice
    assert (twice["stories"].total(), twice["threads"].total()) == (1, 1)


async def test_a_form_that_is_sent_again_with_other_words_is_another_one(council: Council) -> None:
    """Whoever adds a sentence before they try again has lost neither what was sent nor what was added."""
    await council.ann.say("/speakup")
    await council.ann.fill({"body": "zq first"})
    body, content_type = council.slack.told[-1]
    more = body.replace("zq+first", "zq+first+and+more")
    assert more != body
    council.slack.told.append((more, content_type))
    assert await council.again() == 200
    words = str(await council.rows())
    assert (words.count("'zq first'"), words.count("'zq first and more'")) == (1, 1)


async def test_a_command_and_a_press_that_are_sent_again_have_one_effect(council: Council) -> None:
    """One draft, and an answer that was changed since stays changed: the trigger says that it is the same press."""
    await council.ann.say("/story We closed the form nobody read")
    await council.ann.press("Strongly disagree")
    first = len(council.slack.told) - 1
    await council.ann.press("Agree")
    before = await council.rows()
    assert await council.again(first) == 200
    assert await council.again(first - 1) == 200
    assert await council.rows() == before
    assert (before["stories"].total(), before["ballots"].total()) == (1, 1)


async def test_a_refused_form_may_be_sent_again(council: Council) -> None:
    """Nothing was done, so nothing is remembered: the same view is taken once its words are."""
    await council.ann.say("/story")
    await council.ann.fill(STORY | {"text": "\x01"})
    assert (await council.rows())["stories"].total() == 0
    assert await council.again() == 200
    await council.ann.fill(STORY)
    assert (await council.rows())["stories"].total() == 1


@pytest.mark.parametrize(("minutes", "posts"), [(24, 1), (26, 0)])
async def test_a_form_that_was_open_for_long_says_how_it_ended(council: Council, minutes: int, posts: int) -> None:
    """Slack takes no answer to a message after half an hour: then it stands in the form itself, and is seen."""
    await council.ann.press("Add a comment")
    council.stage.clock.set(OPENS + timedelta(minutes=minutes))
    council.slack.received.clear()
    await council.ann.fill({"comment": "Words that took a while"})
    assert sum(each.method == "response_url" for each in council.slack.received) == posts
    modals = council.slack.state.modals[council.ann.user]
    assert len(modals) == 1 - posts
    assert "Recorded." in await council.ann.sees()
