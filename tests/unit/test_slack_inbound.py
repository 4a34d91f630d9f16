"""Payloads become requests, and nothing in them is believed but the envelope."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.slack import inbound
from adapters.slack.blocks import Drawing, packed
from adapters.slack.inbound import Inbound, Signed, Surface
from adapters.slack.incoming import Incoming, Unreadable
from adapters.slack.payloads import decoded, storable
from adapters.slack.render import Way, luggage
from bot.domain.people import Address, Identity, Platform
from bot.views import Button, Buttons
from tests.platforms.slack_toy import Vote

ANNA = Identity(Platform.SLACK, "T1", "U1")
COMMAND = {"team_id": "T1", "user_id": "U1", "text": " R&amp;D &lt;3 ", "channel_id": "C1", "response_url": "https://x"}
PERSON = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "trigger_id": "t"}


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIGNED = Signed("v0=1", NOON)
BACK = Way("https://r", from_message=True, opened=int(NOON.timestamp()), step=1)


def command(body: dict[str, Any], signed: Signed = SIGNED) -> Inbound:
    return inbound.command(Incoming(body), "StartStory", signed)


def pressed(body: dict[str, Any], signed: Signed = SIGNED) -> Inbound:
    return inbound.pressed(Incoming(body), signed)


def submitted(body: dict[str, Any], signed: Signed = SIGNED) -> Inbound:
    return inbound.submitted(Incoming(body), signed)


def press(**more: object) -> dict[str, Any]:
    [row] = Drawing().draw([Buttons((Button("Good", Vote("4")),))])
    return {**PERSON, "actions": row["elements"], "channel": {"id": "C1"}, "response_url": "https://r", **more}


def test_a_command_is_its_text_and_its_place() -> None:
    """The text is decoded once and trimmed; the channel is where an answer may be posted."""
    asked = command(COMMAND).request
    assert (asked.identity, asked.action, asked.values) == (ANNA, "StartStory", {"text": "R&D <3"})
    assert asked.place == Address(Platform.SLACK, "T1", "C1", personal=False)


def test_a_direct_message_is_no_place() -> None:
    """A conversation with the bot is not a channel that news could be posted to."""
    assert command(COMMAND | {"channel_id": "D1"}).request.place is None


def test_a_button_sends_the_command_it_holds() -> None:
    """What was drawn comes back as the same command."""
    asked = pressed(press()).request
    assert (asked.identity, asked.action) == (ANNA, Vote.name())
    assert Vote.read(asked.values) == Vote("4")


def test_a_person_of_a_grid_belongs_to_their_own_workspace() -> None:
    """The person's own workspace counts, not the one they are visiting; without any, the grid's own id."""
    visiting = press(user={"id": "U1", "team_id": "T2"})
    assert pressed(visiting).request.identity.workspace == "T2"
    grid = press(user={"id": "U1"}, team=None, enterprise={"id": "E1"})
    assert pressed(grid).request.identity.workspace == "E1"


def test_values_do_not_say_who_is_speaking() -> None:
    """Somebody else's id in a button is only a value."""
    forged = press(actions=[{"action_id": "hd:Vote:0", "value": packed({"choice": "1", "user_id": "U2"})}])
    assert pressed(forged).request.identity == ANNA


@pytest.mark.parametrize("button", [{}, {"action_id": "other:1", "value": "[1]"}, {"action_id": None, "value": "{"}])
def test_a_press_that_makes_no_sense_asks_for_nothing(button: object) -> None:
    """No action and no values, which the core refuses."""
    asked = pressed(press(actions=[button])).request
    assert (asked.action, asked.values) == ("", {})


def submission(**view: object) -> dict[str, Any]:
    values = {
        "words": {"in:words": {"type": "plain_text_input", "value": "a &lt;b&gt; c &amp;amp;"}},
        "kind": {"in:kind": {"type": "radio_buttons", "selected_option": {"value": "b"}}},
        "named": {"in:named": {"type": "checkboxes", "selected_options": []}},
        "title": {"in:title": {"type": "plain_text_input", "value": None}},
    }
    carried = luggage(BACK, "Save", {"about": "p1"})
    blocks = [{"type": "actions", "block_id": "x"}, {"type": "input", "block_id": "words"}]
    return {
        **PERSON,
        "view": {"id": "V1", "private_metadata": carried, "state": {"values": values}, "blocks": blocks, **view},
    }


def test_a_form_brings_what_it_carried_and_what_was_typed() -> None:
    """Fixed values and inputs together are the command; entities are undone once and not twice."""
    asked = submitted(submission())
    assert asked.request.action == "Save"
    assert asked.request.values == {"about": "p1", "words": "a <b> c &amp;", "kind": "b", "named": "no", "title": ""}
    assert (asked.origin.way, asked.origin.inputs) == (BACK, ("words",))


@pytest.mark.parametrize("metadata", ["", "[]", '{"a":1,"f":[],"r":{},"t":"x","n":[]}', "\ud800", "[" * 5000])
def test_a_form_without_its_luggage_asks_for_nothing(metadata: str) -> None:
    """Luggage of any other shape names no command and leads nowhere."""
    asked = submitted(submission(private_metadata=metadata, state={}, blocks=None))
    assert (asked.request.action, asked.request.values, asked.origin.way) == ("", {}, Way())


def test_where_a_button_stood_is_known() -> None:
    """A message, a modal and the home tab each lead the answer another way back."""
    surfaces = [pressed(press(**where)).origin.surface for where in WHERE]
    assert surfaces == [Surface.MESSAGE, Surface.MODAL, Surface.HOME]


WHERE: list[dict[str, object]] = [{}, {"view": {"type": "modal", "id": "V1"}}, {"view": {"type": "home", "id": "V2"}}]


MISSHAPEN: list[dict[str, Any]] = [
    press(actions=[]),
    press(actions="x"),
    press(actions=[None]),
    press(actions=[{"action_id": 7}]),
    press(user="U1"),
    press(user={"id": "U1\ud800", "team_id": "T1"}),
    press(user={}),
    press(team=None, user={"id": "U1"}),
    press(trigger_id=["t"]),
    press(channel={"id": "C1 or another"}),
    press(response_url="https://hooks.slack.com/\u202e"),
    press(view={"type": "modal"}),
    press(view={"type": "modal", "id": "V1", "private_metadata": 3}),
]


@pytest.mark.parametrize("body", MISSHAPEN)
def test_a_press_of_another_shape_is_not_read(body: dict[str, Any]) -> None:
    """Whatever is not as Slack writes it is no press, wherever it stands."""
    with pytest.raises(Unreadable):
        pressed(body)


@pytest.mark.parametrize(
    "view", [{"state": []}, {"state": {"values": {"words": 1}}}, {"state": {"values": {"w": {"i": {"value": 1}}}}}]
)
def test_a_form_of_another_shape_is_not_read(view: dict[str, Any]) -> None:
    """What was typed is words, or there is no form."""
    with pytest.raises(Unreadable):
        submitted(submission(**view))


AGAIN = Signed("v0=2", NOON + timedelta(seconds=9))


def test_what_is_sent_again_with_another_signature_has_the_same_name() -> None:
    """A press and a command are known by their trigger, a form by its view and by which form it is there."""
    for body, read in ((press(), pressed), (submission(), submitted), (COMMAND | {"trigger_id": "t"}, command)):
        assert read(body, SIGNED).request.envelope == read(body, AGAIN).request.envelope
    carried = luggage(replace(BACK, step=2), "Save", {"about": "p1"})
    others = [press(trigger_id="t2"), submission(private_metadata=carried), submission(id="V2"), submission()]
    reads = (pressed, submitted, submitted, submitted)
    assert len({read(body).request.envelope for read, body in zip(reads, others, strict=True)}) == 4


def test_what_has_no_name_is_known_by_its_signature() -> None:
    """Only the very same signed request counts as a copy then."""
    assert command(COMMAND, SIGNED).request.envelope == command(COMMAND, SIGNED).request.envelope
    assert command(COMMAND, SIGNED).request.envelope != command(COMMAND, AGAIN).request.envelope


def test_a_name_says_nothing_of_who_it_was() -> None:
    """A hash, and nothing of the trigger, which begins with the workspace."""
    assert re.fullmatch("[0-9a-f]{64}", pressed(press()).request.envelope)


@pytest.mark.parametrize(("opened", "url"), [(25, "https://r"), (26, ""), (None, "")])
def test_a_way_back_that_is_too_old_leads_nowhere(opened: int | None, url: str) -> None:
    """Slack closes it after half an hour. A modal of an older version does not say when it was opened."""
    carried = packed({"a": "Save", "f": {}, "r": "https://r", "m": 1})
    if opened is not None:
        then = int((NOON - timedelta(minutes=opened)).timestamp())
        carried = luggage(replace(BACK, opened=then), "Save", {})
    assert submitted(submission(private_metadata=carried)).origin.way.response_url == url
    view = {"type": "modal", "id": "V1", "private_metadata": carried}
    assert pressed(press(view=view)).origin.way.response_url == url


def test_the_home_tab_asks_for_home() -> None:
    """Opening the tab is a request like any other, of the person in the event."""
    body = {"team_id": "T1", "event": {"user": "U1", "tab": "home"}}
    asked = inbound.opened_home(Incoming(body), "Home", SIGNED).request
    assert (asked.identity, asked.action, asked.values) == (ANNA, "Home", {"text": ""})


def test_a_locale_is_a_language() -> None:
    """Slack's locale, where it says one, and English elsewhere."""
    assert pressed(press(user={"id": "U1", "locale": "cy-GB"})).request.language == "cy"
    assert pressed(press()).request.language == "en"


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("&lt;!channel&gt;", "<!channel>"),
        ("&amp;lt;", "&lt;"),
        ("thanks <@U1|anna> in <#C1|news>", "thanks @anna in #news"),
        ("<@U1>", "@U1"),
    ],
)
def test_what_was_typed_is_read_back(sent: str, typed: str) -> None:
    """Entities are undone once, and a mention is a name."""
    assert decoded(sent) == typed


def test_half_a_character_can_be_stored() -> None:
    """A lone surrogate and a zero would break a database; a real emoji is kept."""
    assert storable("a\ud800b\x00🙂") == "a\ufffdb🙂"
