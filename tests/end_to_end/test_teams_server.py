"""The Teams adapter over real HTTP: a signed activity in, a card or a dialog out."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.platforms.teams import LocalTeams
from tests.platforms.teams_toy import Running

Json = dict[str, Any]
CHANNEL = "19:news@thread.tacv2"
SECRET = "the thing nobody may log"


async def status(teams: LocalTeams, body: bytes, header: str | None = None) -> int:
    headers = {"Content-Type": "application/json"} | ({"Authorization": header} if header else {})
    async with teams.session.post(f"{teams.product}/api/messages", data=body, headers=headers) as got:
        assert await got.read() == b"" or got.status == 200
        return got.status


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
    [(_, details)] = toy.store.linked.values()
    assert details == {
        "service_url": teams.service_url,
        "mri": "29:ana",
        "bot": f"28:{teams.app_id}",
        "conversation": "a:ana",
    }


async def test_same_envelope_is_handled_once(teams: LocalTeams, toy: Running) -> None:
    """An activity that comes again is answered without doing its work again; its name does not name the person."""
    ana = teams.visitor("ana")
    await ana.say("pulse once")
    await ana.post(*ana.sent[-1])
    assert (await ana.sees()).count("once") == 1
    assert all("ana" not in envelope for envelope in toy.store.envelopes)


@pytest.mark.usefixtures("toy")
async def test_press_and_form_that_come_again_change_nothing(teams: LocalTeams) -> None:
    """A press or a form that Teams sends twice is done once; the second answer is the first one again."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("4")
    again = await ana.post(*ana.sent[-1])
    assert again is not None
    assert again["value"]["speak"] == "Recorded. You can change it."
    await ana.say("story")
    await ana.fill({"words": "We closed it.", "unit": "s"})
    sent = {message.get("id") for message in teams.received}
    assert await ana.post(*ana.sent[-1]) is not None
    assert {message.get("id") for message in teams.received} == sent


@pytest.mark.parametrize("refused", [False, True])
async def test_form_that_is_submitted_again_is_done_once(teams: LocalTeams, toy: Running, *, refused: bool) -> None:
    """Who is told that the app cannot be reached presses again: that is a new activity of the same form.

    It is done once and answered by the same again; other words in the form that still stands are something else.
    """
    ana = teams.visitor("ana")
    await ana.say("story")
    if refused:
        await ana.fill({"words": "badword", "unit": "s"})
        await ana.fill({"words": "badword again"})
    standing = ana.dialog
    await ana.fill({"words": "read", "unit": "s"})
    answered = ana.dialog
    ana.dialog = standing
    await ana.fill({"words": "read", "unit": "s"})
    assert ana.dialog == answered
    assert ana.sent[-1][0]["id"] != ana.sent[-2][0]["id"]
    assert len(toy.store.envelopes) == 1
    ana.dialog = standing
    await ana.fill({"words": "read this too", "unit": "s"})
    assert len(toy.store.envelopes) == 2


@pytest.mark.usefixtures("toy")
async def test_form_that_is_opened_again_is_another(teams: LocalTeams) -> None:
    """The same words may be sent in twice from a form opened twice; shown again with a refusal, it is the same form."""
    ana = teams.visitor("ana")
    ids = []
    for _ in range(2):
        await ana.say("story")
        for words in ("badword", "another badword"):
            await ana.fill({"words": words, "unit": "s"})
            assert ana.dialog is not None
            ids.append(ana.dialog.card["actions"][0]["data"]["hd_form"]["id"])
    assert [ids[0] == ids[1], ids[1] == ids[2], ids[2] == ids[3]] == [True, False, True]
    assert all(len(each) == 32 for each in ids)


@pytest.mark.usefixtures("toy")
async def test_press_may_bring_a_new_message(teams: LocalTeams) -> None:
    """Where a press is answered by something to show, it comes as a new message and the card stays."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("Echo")
    assert "What I can do" in await ana.sees()
    assert "pressed" in await ana.sees()


@pytest.mark.usefixtures("toy")
async def test_opening_that_is_refused_says_why(teams: LocalTeams) -> None:
    """A dialog that cannot open says why, in a sentence."""
    whole = {"type": "invoke", "name": "task/fetch", "value": {"data": {"hd_verb": "Nothing"}}}
    got = await teams.visitor("ana").send(whole)
    assert got == {"task": {"type": "message", "value": "That is not something I can do."}}


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 200_000, 400),
        (b'{"a":"' + b"x" * 270_000 + b'"}', 413),
        (b"{}", 401),
        (b'{"type": 1, "serviceUrl": []}', 401),
    ],
)
async def test_bad_body_is_refused_quietly(
    teams: LocalTeams, caplog: pytest.LogCaptureFixture, body: bytes, expected: int
) -> None:
    """What is not a small JSON object from Teams gets a bare status, and no traceback or body in the log."""
    caplog.set_level(logging.DEBUG)
    assert await status(teams, body) == expected
    assert await status(teams, body) == expected
    assert "Traceback" not in caplog.text
    assert "xxxx" not in caplog.text


async def chunks(n: int) -> AsyncIterator[bytes]:
    for _ in range(n):
        yield b" " * 1024


@pytest.mark.usefixtures("toy")
async def test_endless_body_is_cut_off(teams: LocalTeams) -> None:
    """A body without a length is read no further than what is taken."""
    async with teams.session.post(f"{teams.product}/api/messages", data=chunks(300)) as got:
        assert got.status == 413


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    "odd",
    [
        {"timestamp": "not a time"},
        {"timestamp": {"a": 1}},
        {"entities": "none"},
        {"entities": [1, None, {"mentioned": 3}]},
        {"from": "ana"},
        {"from": {}},
        {"conversation": 7},
        {"text": 5},
        {"text": "pulse \ud800 \x00"},
        {"type": "invoke", "name": "adaptiveCard/action", "value": "x"},
        {"type": "invoke", "name": "task/submit", "value": {"data": {"hd_verb": "Keep", "hd_form": {"label": 1}}}},
        {"type": "invoke", "name": "unknown/thing"},
        {"type": "messageReaction"},
        {"type": 3},
    ],
)
async def test_genuine_but_odd_activity_never_fails(
    teams: LocalTeams, caplog: pytest.LogCaptureFixture, odd: Json
) -> None:
    """A signed activity of any shape is answered, by 400 where it asks for what we do not have, and leaves no trace."""
    caplog.set_level(logging.DEBUG)
    whole = teams.visitor("ana").activity({"type": "message", "text": f"pulse {SECRET}", **odd})
    got = await status(teams, json.dumps(whole).encode(), teams.identities.header())
    assert got in {200, 400, 403}
    assert "Traceback" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.usefixtures("toy")
async def test_other_tenants_are_refused(teams: LocalTeams) -> None:
    """A genuine activity from a tenant that is not ours gets 403."""
    whole = teams.visitor("ana").activity({"type": "message", "text": "help"})
    whole["channelData"] = {"tenant": {"id": "another"}}
    assert await status(teams, json.dumps(whole).encode(), teams.identities.header()) == 403


@pytest.mark.usefixtures("toy")
async def test_failure_is_logged_without_words(teams: LocalTeams, caplog: pytest.LogCaptureFixture) -> None:
    """When something breaks inside, the answer is a bare 500; the log has its kind, its place and nothing said."""
    caplog.set_level(logging.DEBUG)
    odd = {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "value": {"action": {"verb": "Vote", "data": {"score": "9"}}},
    }
    whole = teams.visitor("ana").activity(odd)
    teams.visitor("ana")
    body = json.dumps(whole).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.core.Core.handle", broken)
        assert await status(teams, body, teams.identities.header()) == 500
    [failed] = [r.__dict__ for r in caplog.records if r.message == "teams.failed"]
    assert failed["error"] == "RuntimeError"
    assert failed["place"].rstrip("0123456789") == "adapters.teams.server:"
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text


async def broken(*_: object) -> None:
    raise RuntimeError(SECRET)


@pytest.mark.usefixtures("toy")
async def test_one_token_serves_many_messages(teams: LocalTeams) -> None:
    """However many messages are answered within an hour, one token is asked for and the keys are read once."""
    for n in range(20):
        await teams.visitor(f"u{n}").say("help")
    assert teams.token_requests == 1
    assert teams.identities.key_requests == 1
