"""What an activity asks for, and who asks it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.teams.inbound import Kind, read, words
from adapters.teams.shapes import UnreadableError, parsed
from bot.domain.people import Identity, Platform
from tests.platforms.teams import LocalTeams
from tests.platforms.teams_toy import TYPED

Json = dict[str, Any]
TEAMS = LocalTeams(url="http://127.0.0.1:1")
BOT = f"28:{TEAMS.app_id}"
VALUES = {"score": "3"}
PRESS = {"hd_verb": "Vote", **VALUES}
NO_FORMS: tuple[object, ...] = (
    3,
    "x",
    {"body": {}},
    {"body": [3]},
    {"body": [{"type": []}]},
    {"given": {"a": 1}},
    {"label": []},
    {"id": 1},
    {"id": "x" * 601},
)
FORM_ID = "f0" * 16


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
        ("/sotry We closed it", "Home", "/sotry We closed it"),
        ("speekup It is cold here", "Home", "speekup …"),
        ("/speakup It is cold here", "Read", "…"),
        ("speakup", "Read", ""),
        ("100days speakup It is cold here", "Home", "speakup …"),
        ("100days /speakp It is cold here", "Home", "speakp …"),
        ("100days speakup", "Home", "speakup"),
    ],
)
def test_typed_command_is_known_by_its_first_word(typed: str, action: str, text: str) -> None:
    """The first word says which command it is, with or without a slash; anything else asks what there is to say.

    What was to be said without a name stands in the chat already: it goes no further, only that there was something.
    """
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
        ("hi", None, "hi"),
        ("hi", [{"type": "clientInfo", "mentioned": []}, {"type": 3}, mention("")], "hi"),
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


def submitted(activity_id: str, user: str = "ana", form_id: str = FORM_ID, **given: str) -> str:
    """The envelope of a form that somebody submits."""
    data = {"hd_verb": "Keep", "words": "Once", "hd_form": {"id": form_id, "label": "Send"}, **given}
    whole = {"type": "invoke", "name": "task/submit", "id": activity_id, "value": {"data": data}}
    heard = read(TEAMS.visitor(user).activity(whole), TYPED)
    assert heard is not None
    return heard.request.envelope


def test_what_is_submitted_again_has_the_same_envelope() -> None:
    """Teams makes a new activity of every press: the form, who sends it and what is in it say whether it is the same.

    A form of an older version has no id: it goes by its activity.
    """
    first = submitted("1")
    assert submitted("2") == first
    others = [
        submitted("1", user="ben"),
        submitted("1", form_id="0f" * 16),
        submitted("1", words="Twice"),
        submitted("1", hd_verb="Read"),
        submitted("1", form_id=""),
        submitted("2", form_id=""),
    ]
    assert len({first, *others}) == 1 + len(others)
    assert submitted("1", form_id="") == submitted("1", form_id="")


@pytest.mark.parametrize("given", [{"type": "message"}, {"type": "invoke", "name": "task/fetch"}])
def test_only_a_submission_goes_by_its_form(given: Json) -> None:
    """A press that claims to come with a form is told from another by its activity, as any press."""
    data = {**PRESS, "hd_form": {"id": FORM_ID}}
    value = data if given["type"] == "message" else {"data": data}
    heard = [read(activity({**given, "value": value, "id": each}), TYPED) for each in "12"]
    assert len({each.request.envelope for each in heard if each}) == 2


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
        {"type": "message", "text": "help", "from": {}},
        {"type": "message", "text": "help", "channelData": {}},
        {},
    ],
)
def test_nothing_to_us(given: Json) -> None:
    """Other news, and what comes from nobody, is nothing to us."""
    whole = activity(given) if given else {}
    assert read(whole, TYPED) is None


@pytest.mark.parametrize(
    "given",
    [
        {"type": "invoke", "name": "composeExtension/query"},
        {"type": "invoke", "name": "adaptiveCard/action", "value": "x"},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"verb": 3}}},
        {"type": "invoke", "name": "task/fetch", "value": {"data": "[]"}},
        {"type": "invoke", "name": "task/fetch", "value": {"data": {"hd_verb": "Vote", "hd_held": []}}},
        {"type": "invoke", "name": "task/fetch", "value": {"data": PRESS}, "from": {}},
        {"type": "invoke", "name": "task/submit", "value": [PRESS]},
        *(
            {"type": "invoke", "name": "task/submit", "value": {"data": {**PRESS, "hd_form": form}}}
            for form in NO_FORMS
        ),
        {"type": "message", "text": 5},
        {"type": "message", "text": "help", "value": 5},
        {"type": "message", "text": "help", "entities": "none"},
        {"type": "message", "text": "help", "entities": [3]},
        {"type": "message", "text": "help", "entities": [{"type": "mention", "mentioned": []}]},
        {"type": "message", "text": "help", "from": "ana"},
        {"type": "message", "text": "help", "conversation": 7},
        {"type": "message", "text": "help", "channelData": {"tenant": []}},
        {"type": "conversationUpdate", "membersAdded": {"id": BOT}},
        {"type": "installationUpdate", "action": 1},
        *({"type": "message", "text": "help", name: "é" * 301} for name in ("id", "replyToId", "serviceUrl")),
        *(
            {"type": "message", "text": "help", name: {"id": "x" * 601}}
            for name in ("from", "recipient", "conversation")
        ),
    ],
)
def test_what_is_of_another_kind_is_unreadable(given: Json) -> None:
    """An activity in which anything that we read is not what it has to be is refused as a whole, not half read."""
    with pytest.raises(UnreadableError):
        read(activity(given), TYPED)


@pytest.mark.parametrize("ids", [{"id": None, "replyToId": None}, {"id": "1"}])
@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Kind.PRESSED, {"type": "message", "value": json.dumps({**PRESS, "id": None})}),
        (
            Kind.EXECUTED,
            {"name": "adaptiveCard/action", "value": {"action": json.dumps({"verb": "Vote", "data": VALUES})}},
        ),
        (
            Kind.EXECUTED,
            {"name": "adaptiveCard/action", "value": json.dumps({"action": {"verb": "Vote", "data": VALUES}})},
        ),
        (
            Kind.EXECUTED,
            {
                "name": "adaptiveCard/action",
                "value": {"action": {"id": None, "verb": "Vote", "data": json.dumps(VALUES)}, "trigger": None},
            },
        ),
        (Kind.OPENED, {"name": "task/fetch", "value": json.dumps({"data": PRESS})}),
        (Kind.OPENED, {"name": "task/fetch", "value": {"data": json.dumps(PRESS), "context": None}}),
        (Kind.SUBMITTED, {"name": "task/submit", "value": {"data": json.dumps(PRESS)}}),
    ],
)
def test_data_in_a_string_is_read_all_the_same(kind: Kind, given: Json, ids: Json) -> None:
    """Some clients send what a card holds as JSON in a string, or name no ids: nothing of it is lost."""
    heard = read(activity({"type": "invoke", **given, **ids}), TYPED)
    assert heard is not None
    assert (heard.kind, heard.request.action, heard.request.values) == (kind, "Vote", VALUES)
    assert bool(heard.request.envelope) == bool(ids["id"])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"NaN", b'{"a": NaN}', b'{"a": -Infinity}', b"\xff", b'{"a":' * 200 + b"1" + b"}" * 200]
)
def test_only_an_object_of_plain_json_is_parsed(body: bytes) -> None:
    """What the standard does not know, and what nobody means, is no activity."""
    with pytest.raises(UnreadableError):
        parsed(body)
