"""What an activity asks for, and who asks it."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.teams.inbound import Kind, read, words
from bot.domain.people import Identity, Platform
from tests.platforms.teams import LocalTeams
from tests.platforms.teams_toy import TYPED

Json = dict[str, Any]
TEAMS = LocalTeams(url="http://127.0.0.1:1")
BOT = f"28:{TEAMS.app_id}"


def activity(given: Json, channel: str = "") -> Json:
    return TEAMS.visitor("ana").activity(given, channel)


def mention(text: str, who: str = BOT) -> Json:
    return {"type": "mention", "text": text, "mentioned": {"id": who, "name": "Hundred Days"}}


@pytest.mark.parametrize(
    ("typed", "action", "text"),
    [
        ("story We closed it", "Tell", "We closed it"),
        ("/story We closed it", "Tell", "We closed it"),
        ("  STORY\n We\nclosed it ", "Tell", "We\nclosed it"),
        ("/pulse", "Echo", ""),
        ("help", "Home", "help"),
        ("", "Home", ""),
        ("what is this", "Home", "what is this"),
        ("100days plan", "Home", "plan"),
        ("story a &lt;b&gt; &amp; c", "Tell", "a <b> & c"),
        ("storyteller", "Home", "storyteller"),
    ],
)
def test_typed_command_is_known_by_its_first_word(typed: str, action: str, text: str) -> None:
    """The first word says which command it is, with or without a slash; anything else asks what there is to say."""
    heard = read(activity({"type": "message", "text": typed}), TYPED)
    assert heard is not None
    shown = {"shown": "yes"} if text else {}
    assert (heard.kind, heard.request.action) == (Kind.TYPED, action)
    assert heard.request.values == {"text": text, **shown}


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        (
            "<at>Hundred Days</at> story My Hundred Days went",
            [mention("<at>Hundred Days</at>")],
            "story My Hundred Days went",
        ),
        ('<at id="0">Hundred Days</at>&nbsp;help', [mention('<at id="0">Hundred Days</at>')], "help"),
        ("<at>Ben</at> did it", [mention("<at>Ben</at>", "29:ben")], "<at>Ben</at> did it"),
        ("<at>Hundred Days</at> hi", [], "<at>Hundred Days</at> hi"),
        ("<at>X</at> <at>X</at> hi", [mention("<at>X</at>")], "<at>X</at> hi"),
        ("hi", "none", "hi"),
        ("hi", [3, None, {"mentioned": []}, mention("")], "hi"),
    ],
)
def test_only_the_mention_of_the_bot_is_taken_out(text: str, entities: object, expected: str) -> None:
    """Exactly the text that Teams marks as the mention of the bot goes; its name elsewhere, and others, stay."""
    assert words(activity({"type": "message", "text": text, "entities": entities})) == expected


def test_identity_comes_from_the_envelope() -> None:
    """Who speaks is the sender's directory id in the verified activity, whatever the values claim."""
    data = {"hd_verb": "Vote", "score": "3", "user": "ben", "from": "ben", "aadObjectId": "ben"}
    heard = read(activity({"type": "message", "value": data}), TYPED)
    assert heard is not None
    assert heard.request.identity == Identity(Platform.TEAMS, TEAMS.workspace, "ana")
    assert heard.request.values["score"] == "3"


def test_account_without_a_directory_id_goes_by_its_teams_id() -> None:
    """Where Teams names no directory id, its own id for the account counts."""
    heard = read(activity({"type": "message", "text": "help", "from": {"id": "29:x"}}), TYPED)
    assert heard is not None
    assert heard.request.identity.user == "29:x"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (
            {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"verb": "Vote", "data": {}}}},
            Kind.EXECUTED,
        ),
        ({"type": "invoke", "name": "task/fetch", "value": {"data": {"hd_verb": "Vote"}}}, Kind.OPENED),
        ({"type": "invoke", "name": "task/submit", "value": {"data": {"hd_verb": "Vote"}}}, Kind.SUBMITTED),
        ({"type": "message", "value": {"hd_verb": "Vote"}}, Kind.PRESSED),
    ],
)
def test_every_press_is_known_by_its_kind(given: Json, kind: Kind) -> None:
    """A press, a form that opens, a form that was sent and an old client's press each become a request."""
    heard = read(activity({**given, "replyToId": "17"}), TYPED)
    assert heard is not None
    assert (heard.kind, heard.request.action, heard.message) == (kind, "Vote", "17")


def test_only_flat_strings_are_values() -> None:
    """Whatever else a card sends, such as lists, numbers and our own marks, is not a value."""
    data = {"hd_verb": "Keep", "words": "a\u202eb", "msteams": {"type": "task/submit"}, "n": 3, "l": [1], "hd_form": {}}
    heard = read(activity({"type": "invoke", "name": "task/submit", "value": {"data": data}}), TYPED)
    assert heard is not None
    assert heard.request.values == {"words": "ab"}


def test_channel_is_a_place_and_gives_no_address() -> None:
    """What is said in a channel has the channel as its place, and changes nothing about how the person is reached."""
    reply = "19:news@thread.tacv2;messageid=12"
    heard = read(activity({"type": "message", "text": "help"}, reply), TYPED)
    assert heard is not None
    assert heard.request.place is not None
    assert heard.request.details == {}
    assert "conversation" not in heard.home.details


def test_group_chat_is_a_place() -> None:
    """A group chat has no channel; its conversation is the place."""
    given = {"conversation": {"id": "19:abc@thread.v2", "conversationType": "groupChat"}}
    heard = read(activity({"type": "message", "text": "help", **given}), TYPED)
    assert heard is not None
    assert heard.request.place is not None
    assert (heard.request.place.ref, heard.request.place.personal) == ("19:abc@thread.v2", False)


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("cy-GB", "cy"), ("", "en"), (None, "en")])
def test_language_is_the_clients(locale: str | None, language: str) -> None:
    """The language is the one that Teams itself is set to."""
    heard = read(activity({"type": "message", "text": "help", "locale": locale}), TYPED)
    assert heard is not None
    assert heard.request.language == language


def test_envelope_is_one_activitys_and_names_nobody() -> None:
    """The same activity has the same name, another has another, and neither has the person in it."""
    first, again = (read(activity({"type": "message", "text": "help", "id": "1"}), TYPED) for _ in range(2))
    other = read(activity({"type": "message", "text": "help", "id": "2"}), TYPED)
    nameless = read(activity({"type": "message", "text": "help", "id": ""}), TYPED)
    assert first is not None
    assert again is not None
    assert other is not None
    assert nameless is not None
    assert first.request.envelope == again.request.envelope != other.request.envelope
    assert len(first.request.envelope) == 64
    assert nameless.request.envelope == ""


@pytest.mark.parametrize(
    "given",
    [
        {"type": "conversationUpdate", "membersAdded": [{"id": BOT}]},
        {"type": "installationUpdate", "action": "add"},
    ],
)
def test_installation_asks_for_help(given: Json) -> None:
    """Either way in which Teams tells of an installation for one person is a request for help."""
    heard = read(activity(given), TYPED)
    assert heard is not None
    assert (heard.kind, heard.request.action) == (Kind.INSTALLED, "Home")
    assert read(activity(given, "19:news@thread.tacv2"), TYPED) is None


@pytest.mark.parametrize(
    "given",
    [
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:ben"}]},
        {"type": "conversationUpdate", "membersRemoved": [{"id": BOT}]},
        {"type": "installationUpdate", "action": "remove"},
        {"type": "messageReaction"},
        {"type": "invoke", "name": "composeExtension/query"},
        {"type": "message", "text": "help", "from": {}},
        {"type": "message", "text": "help", "channelData": {}},
        {},
    ],
)
def test_nothing_to_us(given: Json) -> None:
    """Other news, and what comes from nobody, is nothing to us."""
    whole = activity(given) if given else {}
    assert read(whole, TYPED) is None
