"""A conversation that leads to nobody, on web, Slack and Teams: the author has a code, and nothing else is kept."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.contract.stage import Stage
from tests.platforms import Visitor
from tests.platforms.slack_visitor import SlackVisitor
from tests.platforms.teams_cards import shown
from tests.platforms.teams_visitor import TeamsVisitor
from tests.platforms.web import WebVisitor
from tests.world import BATCH, BEFORE

SECRET, ANSWER, MORE = "zq-only-the-leader-may-read-this", "zq-we-hear-you", "zq-thank-you"
SPELLED = re.compile(r"\d{4} \d{4} \d{4} \d{4}")


async def test_an_author_with_a_code_reads_answers_and_closes(stage: Stage) -> None:
    """Shown once, in a form, the code opens the conversation from either door, and nothing of it is in the chat."""
    ann, leader = stage.person(5), stage.person(0)
    await stage.at(BEFORE)
    code = await _opened(ann)
    await stage.at(BATCH)
    await leader.press("Read and answer")
    assert SECRET in await leader.sees()
    assert "Person 5" not in await leader.sees()
    await leader.fill({"body": ANSWER})
    await stage.at(BATCH + timedelta(days=1))
    assert "You have a reply" not in await ann.sees()

    await ann.say("/speakup")
    await ann.press("I have a code")
    await ann.fill({"code": code.replace(" ", "-")})
    assert ANSWER in await ann.sees()
    await ann.fill({"body": MORE})
    assert MORE in await ann.sees()
    await ann.press("Close this conversation")
    assert "The way back to its author has been destroyed." in await ann.sees()
    await ann.fill({})
    for word in (SECRET, ANSWER, MORE, code, code.replace(" ", ""), "destroyed", "Read or close it"):
        assert word not in await _in_chat(ann)

    await ann.say("/100days")
    await ann.press("My conversations")
    await ann.press("I have a code")
    await ann.fill({"code": code})
    assert "There is no open conversation with this code." in await ann.sees()


async def test_the_chat_keeps_nothing_of_a_code(stage: Stage) -> None:
    """What the platform holds after the code was shown and put away is what it held before."""
    ann = stage.person(5)
    await stage.at(BEFORE)
    await ann.say("/speakup")
    before = await _in_chat(ann)
    await ann.fill({"body": SECRET, "hear": "code"})
    assert SPELLED.search(await ann.sees())
    assert await _in_chat(ann) == before
    await ann.fill({})
    assert not SPELLED.search(await ann.sees())
    assert await _in_chat(ann) == before


async def _opened(ann: Visitor) -> str:
    await ann.say("/speakup")
    assert "The way back" not in await ann.sees()
    await ann.fill({"body": SECRET, "hear": "code"})
    found = SPELLED.search(await ann.sees())
    assert found
    await ann.fill({})
    return found[0]


async def _in_chat(person: Visitor) -> str:
    """Everything the platform keeps of this person's conversation with the bot: words, and what the buttons hold."""
    match person:
        case WebVisitor():
            async with person.platform.session.get(f"{person.platform.product}/", headers=person._who()) as page:
                return (await page.text()).partition('id="messages"')[2].partition('class="composer"')[0]
        case SlackVisitor():
            return str([item.payload for item in person.slack.state.seen_by(person.user)])
        case TeamsVisitor():
            home = person.teams.conversations.get(person.teams.home(person.user), [])
            cards = [posted.card(person.user) for posted in home]
            return str([*cards, *map(shown, cards), *(words for _, words in person.notes)])
    raise AssertionError(person)
