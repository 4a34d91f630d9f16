"""What somebody in Teams types, presses, fills in and sees, over real HTTP."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.test_teams_server import SECRET
from tests.platforms.teams import LocalTeams
from tests.platforms.teams_toy import Running

CHANNEL = "19:news@thread.tacv2"


@pytest.mark.usefixtures("toy")
async def test_typed_command_is_answered_in_the_persons_own_chat(teams: LocalTeams) -> None:
    """A command typed to the bot is answered there, with what was typed as plain text."""
    ana = teams.visitor("ana")
    await ana.say("/pulse [HR](http://evil) <at>all</at> & {{DATE(2026-01-01)}}")
    assert "[HR](http://evil) <at>all</at> & {{DATE(2026-01-01)}}" in await ana.sees()
    assert "private" in await ana.sees()


@pytest.mark.usefixtures("toy")
async def test_command_in_a_channel_is_answered_in_private(teams: LocalTeams) -> None:
    """A mention in a channel is answered to the person alone, whose chat is made for it, and never in the channel."""
    ana = teams.visitor("ana")
    await ana.say_in(CHANNEL, "pulse My Hundred Days went well")
    assert "My Hundred Days went well" in await ana.sees()
    assert CHANNEL in await ana.sees()
    assert await teams.in_channel(CHANNEL) == ""


@pytest.mark.usefixtures("toy")
async def test_press_replaces_the_card(teams: LocalTeams) -> None:
    """Action.Execute puts the answer in place of the card, without the value that was chosen."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("4")
    assert "Recorded" in await ana.sees()
    assert "What I can do" not in await ana.sees()


@pytest.mark.usefixtures("toy")
async def test_press_that_is_refused_says_why(teams: LocalTeams) -> None:
    """A refusal of a press is a sentence beside the card, which stays."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("5")
    assert "That is too much." in await ana.sees()
    assert "What I can do" in await ana.sees()


@pytest.mark.usefixtures("toy")
async def test_old_client_can_press_too(teams: LocalTeams) -> None:
    """A client without Action.Execute sends its fallback, and the message is edited instead."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press_old("3")
    assert "Recorded" in await ana.sees()
    assert "What I can do" not in await ana.sees()


@pytest.mark.usefixtures("toy")
async def test_button_that_asks_opens_a_form(teams: LocalTeams) -> None:
    """A form opens in a dialog; when it is accepted, the message whose button was pressed is replaced."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("Tell a story")
    assert "Your story from a button" in await ana.sees()
    await ana.fill({"words": "We closed it.", "unit": "s", "named": "yes"})
    assert "d1/s//yes" in await ana.sees()
    assert "What I can do" not in await ana.sees()


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(("words", "why"), [("a badword", "Please say it kindly."), ("too late", "That is closed.")])
async def test_refused_form_keeps_what_was_typed(teams: LocalTeams, words: str, why: str) -> None:
    """A form that is refused is shown again with the reason and with what was typed, as often as it takes."""
    ana = teams.visitor("ana")
    await ana.say("story Once upon a time")
    await ana.fill({"words": words, "title": "A title", "unit": "n"})
    await ana.fill({})
    seen = await ana.sees()
    assert seen.count(why) == 1
    assert words in seen
    await ana.fill({"words": "kind"})
    assert "d1/n/A title/no" in await ana.sees()


@pytest.mark.usefixtures("toy")
async def test_what_is_refused_stands_beside_its_input(teams: LocalTeams) -> None:
    """The reason stands directly in front of the input that it is about."""
    ana = teams.visitor("ana")
    await ana.say("story")
    await ana.fill({"words": "badword", "title": "A title", "unit": "n"})
    assert ana.dialog is not None
    parts = [part.get("id") for part in ana.dialog.card["body"]]
    assert parts.index("wrong") + 1 == parts.index("words")


@pytest.mark.usefixtures("toy")
async def test_ask_that_nobody_announced_gives_a_button(teams: LocalTeams) -> None:
    """Where no dialog can be opened at once, a button that opens it is sent, and the card that was pressed stays."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("Ask too late")
    await ana.fill({"words": "We closed it.", "unit": "s"})
    assert "d1/s//no" in await ana.sees()
    assert "What I can do" in await ana.sees()


@pytest.mark.usefixtures("toy")
async def test_view_in_a_dialog_is_never_a_message(teams: LocalTeams) -> None:
    """What is shown after a form stays in the dialog, with buttons that work there, and is not stored in the chat."""
    ana = teams.visitor("ana")
    await ana.say("story")
    await ana.fill({"words": "read", "unit": "s"})
    await ana.press("Read it")
    assert "Only here." in await ana.sees()
    assert all("Only here." not in json.dumps(sent) for sent in teams.received)


@pytest.mark.usefixtures("toy")
async def test_typed_text_waits_for_its_form_outside_the_card(teams: LocalTeams) -> None:
    """What was typed with a command whose answer is a form stands in the form, and in no message of ours."""
    ana = teams.visitor("ana")
    await ana.say(f"story {SECRET}")
    assert ana.dialog is not None
    assert f"Your story {SECRET}" in await ana.sees()
    assert all(SECRET not in json.dumps(sent) for sent in teams.received)


@pytest.mark.usefixtures("toy")
async def test_installation_is_greeted_once(teams: LocalTeams) -> None:
    """Teams tells of an installation twice; the person is greeted once."""
    ana = teams.visitor("ana")
    await ana.install()
    assert (await ana.sees()).count("What I can do") == 1


async def test_stranger_is_met_by_their_address(teams: LocalTeams, toy: Running) -> None:
    """Somebody unknown is found by the e-mail address that Teams gives; what is needed to write to them is kept."""
    toy.store.strangers |= {"ana", "guest"}
    toy.store.emails = {"ana@example.gov.uk": "ana", "guest@example.gov.uk": "guest"}
    teams.members["guest"] = {"userRole": "guest"}
    ana, guest = teams.visitor("ana"), teams.visitor("guest")
    await ana.say("help")
    await guest.say("help")
    assert "Ana said" in await ana.sees()
    assert "I do not know you yet" in await guest.sees()
    assert list(toy.store.vouched.values()) == ["ana@example.gov.uk"]
    [(_, details)] = toy.store.linked.values()
    assert details == {
        "service_url": teams.service_url,
        "mri": "29:ana",
        "bot": f"28:{teams.app_id}",
        "conversation": "a:ana",
    }


@pytest.mark.usefixtures("toy")
async def test_press_may_bring_a_new_message(teams: LocalTeams) -> None:
    """Where a press is answered by something to show, it comes as a new message and the card stays."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("Echo")
    assert "What I can do" in await ana.sees()
    assert "pressed" in await ana.sees()
