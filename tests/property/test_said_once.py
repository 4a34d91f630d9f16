"""What a row of buttons is about is read once, wherever it is drawn."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import render as slack
from adapters.teams import render as teams
from adapters.web import render as web
from bot.features.stories.commands import StartStory
from bot.views import Button, Buttons, Strong, Text, View
from tests.platforms import slack_state, teams_cards

TAGS = re.compile(r"<[^>]*>")
WORDS = st.text("abc ŵé[]*_(){}", min_size=1, max_size=60).map(lambda said: f"q{said}q")
BUTTONS = tuple(Button(str(n), StartStory()) for n in range(7))


def _shown(view: View) -> dict[str, str]:
    return {
        "slack": slack_state.shown(slack.message(view)["blocks"]),
        "teams": teams_cards.shown(teams.card(view)),
        "web": TAGS.sub("", web.view(view)),
    }


@given(WORDS)
def test_words_just_said_are_not_said_again_above_their_buttons(about: str) -> None:
    """A question with its number and a mark stands above its answers once, on every platform."""
    view = View("T", (Text((Strong(f"1. {about}"), " (recorded)")), Buttons(BUTTONS, about)))
    assert {name: said.count(about) for name, said in _shown(view).items()} == {"slack": 1, "teams": 1, "web": 1}


@given(WORDS, WORDS)
def test_words_not_said_yet_stand_above_their_buttons(before: str, about: str) -> None:
    """In chat, buttons that nothing in front of them explains are explained."""
    view = View("T", (Text((f"{before} and",)), Buttons(BUTTONS, f"{about}!")))
    shown = _shown(view)
    assert [shown[name].count(f"{about}!") for name in ("slack", "teams")] == [1, 1]
