"""The local Teams complains about what the real one would refuse, so that a wrong call fails in a test."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.teams import render
from bot.views import Button, Buttons, Form, Line, View, text
from tests.platforms import teams_cards
from tests.platforms.teams import LocalTeams
from tests.platforms.teams_toy import Home, running

Json = dict[str, Any]
GOOD = render.card(View("Title", (text("Words"), Buttons((Button("Go", Home()),)))))


def changed(at: int, **by: object) -> Json:
    body = [dict(part) for part in GOOD["body"]]
    body[at] = {name: value for name, value in {**body[at], **by}.items() if value is not None}
    return {**GOOD, "body": body}


@pytest.mark.parametrize(
    "card",
    [
        {**GOOD, "version": "1.6"},
        changed(0, text="[HR](http://evil)"),
        changed(0, text="**bold**"),
        changed(0, text="# Heading"),
        changed(0, text="https://evil"),
        changed(0, text=""),
        changed(0, wrap=None),
        changed(0, size="Huge"),
        changed(0, colour="red"),
        changed(0, type="TextBlok"),
        changed(1, inlines=[]),
        changed(1, inlines=[{"type": "TextRun", "text": "{{DATE(2026-01-01)}}"}]),
        changed(2, actions=[]),
        changed(2, actions=[{**GOOD["body"][2]["actions"][0], "fallback": {}}]),
        changed(2, actions=GOOD["body"][2]["actions"] * 7),
        changed(1, inlines=[{"type": "TextRun", "text": "x" * 50_000}]),
        render.form(Form("T", Home, (Line("a", "A"),), "Send", "Cancel")),
    ],
)
def test_card_that_teams_would_not_take_is_found(card: Json) -> None:
    """Each of these differs in one thing from a card that is right, and is found out."""
    assert teams_cards.faults(GOOD, dialog=False) == []
    assert teams_cards.faults(card, dialog=False) != []


def test_dialog_has_no_execute_and_no_two_inputs_of_a_name() -> None:
    """A dialog takes neither Action.Execute nor two inputs with one id."""
    twice = render.form(Form("T", Home, (Line("a", "A"), Line("a", "B")), "Send", "Cancel"))
    assert teams_cards.faults(GOOD, dialog=True) == ["Action.Execute in a dialog"]
    assert teams_cards.faults(twice, dialog=True) == ["two inputs with one id"]


async def test_wrong_calls_fail_at_the_end() -> None:
    """What was wrong during a test is raised when the local Teams stops, and a call without our token is wrong."""
    with pytest.raises(AssertionError, match="without our token"):
        async with LocalTeams() as teams, teams.session.post(f"{teams.url}/v3/conversations", json={}) as got:
            assert got.status == 401


async def test_visitor_can_do_only_what_is_there() -> None:
    """A button or an input that the person does not see, or a value the client would not take, fails the test."""
    async with LocalTeams() as teams, running(teams):
        ana = teams.visitor("ana")
        with pytest.raises(AssertionError, match="no button"):
            await ana.press("Nowhere")
        with pytest.raises(AssertionError, match="no form"):
            await ana.fill({})
        await ana.say("story")
        for values in ({"other": "x"}, {"words": ""}, {"words": "x" * 3_001}, {"words": "x", "unit": "nowhere"}):
            with pytest.raises(AssertionError):
                await ana.fill(values)
