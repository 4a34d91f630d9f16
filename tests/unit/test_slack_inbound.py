"""Payloads become requests, and nothing in them is believed but the envelope."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.slack import inbound
from adapters.slack.blocks import Drawing, packed
from adapters.slack.inbound import Surface
from adapters.slack.payloads import decoded, storable
from adapters.slack.render import Way, luggage
from bot.domain.people import Address, Identity, Platform
from bot.views import Button, Buttons
from tests.platforms.slack_toy import Vote

ANNA = Identity(Platform.SLACK, "T1", "U1")
COMMAND = {"team_id": "T1", "user_id": "U1", "text": " R&amp;D &lt;3 ", "channel_id": "C1", "response_url": "https://x"}
PERSON = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "trigger_id": "t"}


def press(**more: object) -> dict[str, Any]:
    [row] = Drawing().draw([Buttons((Button("Good", Vote("4")),))])
    return {**PERSON, "actions": row["elements"], "channel": {"id": "C1"}, "response_url": "https://r", **more}


def test_a_command_is_its_text_and_its_place() -> None:
    """The text is decoded once and trimmed; the channel is where an answer may be posted."""
    asked = inbound.command(COMMAND, "StartStory", "e").request
    assert (asked.identity, asked.action, asked.values) == (ANNA, "StartStory", {"text": "R&D <3"})
    assert (asked.place, asked.envelope) == (Address(Platform.SLACK, "T1", "C1", personal=False), "e")


def test_a_direct_message_is_no_place() -> None:
    """A conversation with the bot is not a channel that news could be posted to."""
    assert inbound.command(COMMAND | {"channel_id": "D1"}, "StartStory", "e").request.place is None


def test_a_button_sends_the_command_it_holds() -> None:
    """What was drawn comes back as the same command."""
    asked = inbound.pressed(press(), "e").request
    assert (asked.identity, asked.action) == (ANNA, Vote.name())
    assert Vote.read(asked.values) == Vote("4")


def test_a_person_of_a_grid_belongs_to_their_own_workspace() -> None:
    """The person's own workspace counts, not the one they are visiting; without any, the grid's own id."""
    visiting = press(user={"id": "U1", "team_id": "T2"})
    assert inbound.pressed(visiting, "e").request.identity.workspace == "T2"
    grid = press(user={"id": "U1"}, team=None, enterprise={"id": "E1"})
    assert inbound.pressed(grid, "e").request.identity.workspace == "E1"


def test_values_do_not_say_who_is_speaking() -> None:
    """Somebody else's id in a button is only a value."""
    forged = press(actions=[{"action_id": "hd:Vote:0", "value": packed({"choice": "1", "user_id": "U2"})}])
    assert inbound.pressed(forged, "e").request.identity == ANNA


@pytest.mark.parametrize(
    "actions", [[], "x", [{}], [None], [{"action_id": "other:1", "value": "[1]"}], [{"value": "{"}]]
)
def test_a_press_that_makes_no_sense_asks_for_nothing(actions: object) -> None:
    """No action and no values, which the core refuses."""
    asked = inbound.pressed(press(actions=actions), "e").request
    assert (asked.action, asked.values) == ("", {})


def submission(**view: object) -> dict[str, Any]:
    values = {
        "words": {"in:words": {"type": "plain_text_input", "value": "a &lt;b&gt; c &amp;amp;"}},
        "kind": {"in:kind": {"type": "radio_buttons", "selected_option": {"value": "b"}}},
        "named": {"in:named": {"type": "checkboxes", "selected_options": []}},
        "title": {"in:title": {"type": "plain_text_input", "value": None}},
    }
    carried = luggage(Way("https://r", from_message=True), "Save", {"about": "p1"})
    blocks = [{"type": "actions", "block_id": "x"}, {"type": "input", "block_id": "words"}]
    return {**PERSON, "view": {"private_metadata": carried, "state": {"values": values}, "blocks": blocks, **view}}


def test_a_form_brings_what_it_carried_and_what_was_typed() -> None:
    """Fixed values and inputs together are the command; entities are undone once and not twice."""
    asked = inbound.submitted(submission(), "e")
    assert asked.request.action == "Save"
    assert asked.request.values == {"about": "p1", "words": "a <b> c &amp;", "kind": "b", "named": "no", "title": ""}
    assert (asked.origin.way, asked.origin.inputs) == (Way("https://r", from_message=True), ("words",))


@pytest.mark.parametrize("metadata", ["", "[]", '{"a":1,"f":[],"r":{}}', "\ud800"])
def test_a_form_without_its_luggage_asks_for_nothing(metadata: str) -> None:
    """Luggage of any other shape names no command and leads nowhere."""
    asked = inbound.submitted(submission(private_metadata=metadata, state={}, blocks=None), "e")
    assert (asked.request.action, asked.request.values, asked.origin.way) == ("", {}, Way())


def test_where_a_button_stood_is_known() -> None:
    """A message, a modal and the home tab each lead the answer another way back."""
    surfaces = [inbound.pressed(press(**where), "e").origin.surface for where in WHERE]
    assert surfaces == [Surface.MESSAGE, Surface.MODAL, Surface.HOME]


WHERE: list[dict[str, object]] = [{}, {"view": {"type": "modal", "id": "V1"}}, {"view": {"type": "home", "id": "V2"}}]


def test_the_home_tab_asks_for_home() -> None:
    """Opening the tab is a request like any other, of the person in the event."""
    body = {"team_id": "T1", "event": {"user": "U1", "tab": "home"}}
    asked = inbound.opened_home(body, "Home", "e").request
    assert (asked.identity, asked.action, asked.values) == (ANNA, "Home", {"text": ""})


def test_a_locale_is_a_language() -> None:
    """Slack's locale, where it says one, and English elsewhere."""
    assert inbound.pressed(press(user={"id": "U1", "locale": "cy-GB"}), "e").request.language == "cy"
    assert inbound.pressed(press(), "e").request.language == "en"


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
