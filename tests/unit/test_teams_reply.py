"""Every reply has a shape that Teams takes, for every way of asking."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from adapters.teams.inbound import Heard, Kind, read
from adapters.teams.reply import answer, unsent
from bot.views import Ask, Button, Buttons, Done, Form, Line, Refused, Replace, Reply, Show, View, text
from bot.words import load_languages
from tests.platforms import teams_answers
from tests.platforms.teams import LocalTeams
from tests.platforms.teams_toy import TYPED, Home, Keep

Json = dict[str, Any]
WORDS = load_languages().words("en", UTC)
VIEW = View("Title", (text("Words"), Buttons((Button("Go", Home()), Button("Ask", Home(), asks=True)), "About")))
BARE = View("", (text("Words"),))
FORM = Form("Tell " * 40, Keep, (Line("words", "Words"),), "Send", "Cancel", (text("Words"),), {"draft": "d"})
EMPTY = Form("", Keep, (), "Done", "Close", (text("Words"),))
REPLIES: tuple[Reply, ...] = (
    *(kind(view) for kind in (Show, Replace) for view in (VIEW, BARE)),
    *(Ask(form) for form in (FORM, EMPTY)),
    *(Refused("No.", field) for field in ("", "words")),
    Done(),
)
PRESS: Json = {"hd_verb": "Home"}
KEPT: Json = {"label": "Send", "title": "T", "given": {}, "body": [{"type": "Input.Text", "id": "words", "label": "W"}]}
INVOKES: dict[Kind, Json] = {
    Kind.EXECUTED: {"name": "adaptiveCard/action", "value": {"action": {"verb": "Home", "data": {}}}},
    Kind.OPENED: {"name": "task/fetch", "value": {"data": PRESS}},
    Kind.SUBMITTED: {"name": "task/submit", "value": {"data": {**PRESS, "hd_form": KEPT}}},
}


def heard(given: Json, channel: str) -> Heard:
    found = read(
        LocalTeams(url="http://127.0.0.1:1").visitor("ana").activity({"replyToId": "1", **given}, channel), TYPED
    )
    assert found is not None
    return found


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("kind", INVOKES)
@pytest.mark.parametrize("channel", ["", "19:news@thread.tacv2"])
def test_every_invoke_is_answered_in_a_shape_that_teams_takes(kind: Kind, reply: Reply, channel: str) -> None:
    """No reply is empty or of another shape, also where the message that belongs to it could not be sent."""
    invoke = INVOKES[kind]
    asked = heard({"type": "invoke", **invoke}, channel)
    said = answer(asked, reply, WORDS)
    assert asked.kind is kind
    assert said.body is not None
    assert teams_answers.faults(invoke["name"], said.body) == []
    if said.private or said.instead:
        assert teams_answers.faults(invoke["name"], unsent(said, "Not sent.")) == []


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("given", [{"text": "help"}, {"value": PRESS}])
def test_message_is_answered_by_a_message_and_has_no_body(given: Json, reply: Reply) -> None:
    """What was typed, or pressed with an old client, has no answer of its own: what there is to say is a message."""
    said = answer(heard({"type": "message", **given}, ""), reply, WORDS)
    assert said.body is None
    assert bool(said.private or said.instead) is not isinstance(reply, Done)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("adaptiveCard/action", None),
        ("adaptiveCard/action", {"statusCode": 200, "type": teams_answers.WORDS, "value": ""}),
        ("adaptiveCard/action", {"statusCode": 200, "type": teams_answers.CARD, "value": {}}),
        ("adaptiveCard/action", {"statusCode": 500, "type": teams_answers.WORDS, "value": "No."}),
        ("adaptiveCard/action", {"task": {"type": "message", "value": "No."}}),
        ("task/fetch", None),
        ("task/fetch", {"task": {"type": "message", "value": " "}}),
        ("task/submit", {"task": {"type": "continue", "value": {"title": "T"}}}),
        ("task/submit", {"statusCode": 200, "type": teams_answers.WORDS, "value": "Yes."}),
    ],
)
def test_answer_that_teams_would_not_take_is_found(name: str, body: Json | None) -> None:
    """The local Teams knows an answer that the real one shows as a failure."""
    assert teams_answers.faults(name, body) != []
