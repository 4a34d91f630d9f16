"""The same scenarios on web, Slack and Teams, on both databases: what a person sees and presses, over real HTTP."""

from __future__ import annotations

from datetime import timedelta

from tests.contract.stage import Stage
from tests.platforms import Visitor, said_twice
from tests.platforms.slack_visitor import SlackVisitor
from tests.platforms.teams_cards import inputs
from tests.platforms.teams_visitor import TeamsVisitor
from tests.platforms.web import WebVisitor
from tests.world import BATCH, BEFORE, CLOSES, DIGEST, OPENS, REMINDS

SECRET = "zq-only-the-leader-may-read-this"
STORY = "We closed the form nobody read"


async def test_a_pulse_is_answered_and_changed(stage: Stage) -> None:
    """A press records and says so without saying what; a comment goes into a form; nothing shows the answer."""
    ann = stage.person(5)
    await stage.at(OPENS)
    assert "How is the change going for you?" in await ann.sees()
    await ann.press("Strongly disagree")
    assert "Recorded." in await ann.sees()
    await ann.press("Agree")
    await ann.press("Add a comment")
    await ann.fill({"comment": "More notice would help", "quotable": "yes"})
    seen = await ann.sees()
    assert "Replace my comment" in seen
    assert "More notice" not in seen
    assert said_twice(seen) == []
    async with stage.product.store.view() as tx:
        pulse = await tx.pulses.current(stage.programme.id)
        person = next(p for p in await tx.people.list_all(stage.programme.organisation) if p.key == "k5")
        assert pulse is not None
        assert await tx.ballots.items_answered(pulse, person.id) == {"motivated", "comment"} or len(pulse.items) == 5


async def test_the_last_answer_counts(stage: Stage) -> None:
    """Six people change their minds; the digest counts what they said last."""
    await stage.at(OPENS)
    for number in range(5, 11):
        person = stage.person(number)
        await person.press("Strongly disagree")
        await person.press("Strongly agree")
    await stage.at(CLOSES)
    await stage.at(DIGEST)
    said = await stage.general()
    assert "85 % agree" in said and "15 % agree" not in said


async def test_only_those_who_said_nothing_are_reminded(stage: Stage) -> None:
    """One reminder, to those who have not answered."""
    await stage.at(OPENS)
    await stage.person(5).press("Agree")
    await stage.at(REMINDS)
    assert "only reminder" not in await stage.person(5).sees()
    assert "only reminder" in await stage.person(6).sees()


async def test_a_closed_pulse_refuses_kindly(stage: Stage) -> None:
    """A button from last week gets an answer, not an error, and changes nothing."""
    await stage.at(OPENS)
    await stage.at(CLOSES + timedelta(minutes=1))
    await stage.person(5).press("Agree")
    assert "has closed" in await stage.person(5).sees()


async def test_a_named_story_is_told_shown_and_withdrawn(stage: Stage) -> None:
    """A form, a message in the channel with the name, and after the withdrawal one without the story."""
    ann = stage.person(5)
    await stage.at(OPENS)
    await ann.say("/story")
    await ann.fill({"text": STORY, "changed": "Forty letters fewer", "audience": "organisation", "named": "yes"})
    assert "Thank you for telling it" in await ann.sees()
    await stage.at(OPENS + timedelta(minutes=1))
    assert STORY in await stage.general()
    assert "Person 5" in await stage.general()
    await ann.press("Withdraw it")
    await stage.at(OPENS + timedelta(minutes=2))
    assert STORY not in await stage.general()
    assert "withdrawn" in await stage.general()


async def test_a_draft_becomes_an_unnamed_story_in_the_next_batch(stage: Stage) -> None:
    """Words after the command are a draft that only its teller sees; unnamed, it appears at three and not before."""
    ann = stage.person(5)
    await stage.at(OPENS)
    await ann.say(f"/story {STORY}")
    assert "Only you can see this draft." in await ann.sees()
    assert said_twice(await ann.sees()) == []
    await ann.press("Choose who may see it")
    await ann.fill({"audience": "organisation"})
    await stage.at(BATCH - timedelta(minutes=1))
    assert STORY not in await stage.general()
    await stage.at(BATCH)
    assert STORY in await stage.general()
    assert "Person 5" not in await stage.general()
    await ann.say("/100days")
    await ann.press("My stories")
    await ann.press("Withdraw it")
    await stage.at(BATCH + timedelta(minutes=1))
    assert STORY not in await stage.general()


async def test_a_thread_is_opened_answered_and_closed(stage: Stage) -> None:
    """Its words are read in a form by those it is for, never in a message; once closed, nobody can say more."""
    ann, leader, other = stage.person(5), stage.person(0), stage.person(14)
    await stage.at(BEFORE)
    await ann.say("/speakup")
    await ann.fill({"body": SECRET})
    await stage.at(BATCH)
    assert "Somebody in Housing has written to you" in await leader.sees()
    assert "has written to you" not in await other.sees()
    assert SECRET not in await leader.sees()
    await leader.press("Read and answer")
    assert SECRET in await leader.sees()
    assert "Person 5" not in await leader.sees()
    await leader.fill({"body": "We hear you"})
    await stage.at(BATCH + timedelta(days=1))
    assert "You have a reply" in await ann.sees()
    await ann.press("Read it")
    assert "We hear you" in await ann.sees()
    await ann.press("Close this conversation")
    await leader.press("Read or close it")
    assert "has been closed" in await leader.sees()


async def test_words_that_stand_in_the_chat_under_a_name_are_not_made_unnamed(stage: Stage) -> None:
    """What is typed after a command goes into the form, unless it is seen under its writer's name where it was typed:
    then it is left out, with the reason. A story of such words says what they are before anybody chooses."""
    ann, seen = stage.person(5), stage.kind == "teams"
    await stage.at(OPENS)
    for typed in ("/speakup", "/100days speakup", "/100days speakp"):
        await ann.say(f"{typed} {SECRET}")
        assert await _typed(ann, "body") == ("" if seen else SECRET)
        assert ("left out, because it stands in the chat under your name" in await ann.sees()) == seen
    await ann.say("/speakup")
    assert "left out" not in await ann.sees()
    await ann.say(f"/story {STORY}")
    assert ("stands in the chat under your name, whatever you choose" in await ann.sees()) == seen


async def test_a_digest_reaches_its_channels(stage: Stage) -> None:
    """The organisation's channel and the unit's own, each with what may be said there."""
    await stage.at(OPENS)
    for number in (1, 2, *range(4, 14)):
        person = stage.person(number)
        await person.press("Strongly agree")
        await person.press("Add a comment")
        await person.fill({"comment": f"The workload is far too heavy in week {number} of this", "quotable": "yes"})
    await stage.at(CLOSES)
    await stage.person("steward").press("Look at them")
    await stage.person("steward").press("May be quoted")
    await stage.at(DIGEST)
    assert "12 comments" in await stage.housing()
    assert "90 % agree" in await stage.housing()
    assert "40 to 49 %" in await stage.general()
    assert "The workload is far too heavy" in await stage.general()
    assert said_twice(await stage.general()) == []
    assert said_twice(await stage.person("steward").sees()) == []


async def test_a_welsh_speaker_is_answered_in_welsh(stage: Stage) -> None:
    """Person 3 reads Welsh: not one English sentence of the pulse reaches them."""
    await stage.at(OPENS)
    seen = await stage.person(3).sees()
    assert "How is the change going for you?" not in seen
    assert "dydd Iau" in seen or "Dydd Iau" in seen


async def test_what_was_typed_is_kept_when_a_form_is_refused(stage: Stage) -> None:
    """The pulse closes while somebody is still writing: they are told so, and their words stay in front of them."""
    ann = stage.person(5)
    await stage.at(OPENS)
    await ann.press("Add a comment")
    await stage.at(CLOSES + timedelta(minutes=1))
    await ann.fill({"comment": "Words that took a while"})
    assert "has closed" in await ann.sees()
    assert await _typed(ann, "comment") == "Words that took a while"


async def test_a_misspelled_command_keeps_its_words(stage: Stage) -> None:
    """It asks what was meant, and the button does that with the words that were typed."""
    ann = stage.person(5)
    await stage.at(BEFORE)
    await ann.say("/100days sotry We closed a form")
    assert "Did you mean /story?" in await ann.sees()
    await ann.press("Yes, /story")
    assert "Only you can see this draft." in await ann.sees()
    assert "We closed a form" in await ann.sees()


async def test_hostile_words_are_only_words(stage: Stage) -> None:
    """Mentions, links, markup, right-to-left text and emoji come out as they were written, and do nothing."""
    hostile = "<!channel> <@U1> [HR](http://evil) <b>x</b> &amp; \u202eabc {{DATE()}} \U0001f600 *bold* ${7*7}"
    await stage.at(OPENS)
    await stage.person(5).say("/story")
    await stage.person(5).fill({"text": hostile, "audience": "organisation", "named": "yes"})
    await stage.at(OPENS + timedelta(minutes=1))
    said = await stage.general()
    for words in ("<!channel>", "[HR](http://evil)", "<b>x</b>", "&amp;", "*bold*", "${7*7}", "\U0001f600"):
        assert words in said


async def test_a_stranger_is_told_so(stage: Stage) -> None:
    """Somebody who is on no list gets a sentence, and sees nothing of anybody."""
    if stage.kind == "web":
        return
    stranger = stage.person(99)
    await stranger.say("/pulse")
    assert "I do not know you yet" in await stranger.sees()


async def _typed(person: Visitor, name: str) -> str:
    """What stands in a field of the open form, read from the platform's own memory."""
    match person:
        case WebVisitor():
            return (await person.form()).values[f"v.{name}"]
        case SlackVisitor():
            modal = person.slack.state.modals[person.user][-1]
            [field] = [block["element"] for block in modal.view["blocks"] if block.get("block_id") == name]
            return modal.typed.get(name) or str(field.get("initial_value", ""))
        case TeamsVisitor():
            assert person.dialog is not None
            [field] = [part for part in inputs(person.dialog.card) if part["id"] == name]
            return str(field.get("value", ""))
    raise AssertionError(person)
