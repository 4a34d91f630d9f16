"""What somebody in Slack types, presses, fills in and sees, over real HTTP."""

from __future__ import annotations

import asyncio

import pytest

from adapters.slack import limits
from bot.views import Button, Buttons, View, text
from tests.end_to_end.slack_requests import ANNA, NOON
from tests.platforms.slack import LocalSlack
from tests.platforms.slack_toy import STRANGER, Save, Toy, Vote, question, toy
from tests.platforms.slack_trouble import Trouble


@pytest.mark.parametrize("letter", ["e", "ŵ", "\U0001f600"])
async def test_a_button_under_a_long_message_works_in_every_script(product: Toy, letter: str) -> None:
    """Slack sends the whole message along with the press: as long as one may be, in any letters."""
    long = View("", (text(letter * 11_000), Buttons((Button("Yes", Vote("1")),))))
    await product.messenger.send(ANNA, long, "k1")

    await product.slack.visitor("U0ANNA").press("Yes")

    assert [asked.command for asked in product.store.asked] == [Vote("1")]


async def test_a_stranger_is_told_who_can_help(product: Toy) -> None:
    """Nobody whom the organisation does not know gets further than a kind word."""
    stranger = product.slack.visitor(STRANGER)

    await stranger.say("/story hello")

    assert "I do not know you yet" in await stranger.sees()


async def test_a_person_types_presses_and_sees(product: Toy) -> None:
    """A command is answered in the place it was typed, and a button replaces the message it stood in."""
    anna = product.slack.visitor("U0ANNA").at("C0NEWS")

    await anna.say("/story R&D <!channel> & more")
    assert "You said: R&D <!channel> & more" in await anna.sees()
    await anna.press("2")

    assert "Thank you" in await anna.sees()
    assert "You said" not in await anna.sees()
    [first, second] = product.store.asked
    assert (second.person, second.command) == ("U0ANNA", Vote("2"))
    assert first.place is not None
    assert first.place.ref == "C0NEWS"


async def test_a_private_answer_leaves_the_message_alone(product: Toy) -> None:
    """Show and Refused stand beside the message whose button was pressed."""
    await product.messenger.send(ANNA, question(""), "k1")
    anna = product.slack.visitor("U0ANNA")

    await anna.press("show")
    await anna.press("never")

    assert [line for line in ("Noted", "That is not for you.", "How was it?") if line in await anna.sees()] == [
        "Noted",
        "That is not for you.",
        "How was it?",
    ]


async def test_a_form_is_filled_in_and_its_result_lands_where_it_was_opened(product: Toy) -> None:
    """Refused beside its input with the words kept, then saved; and the message it came from is replaced."""
    await product.messenger.send(ANNA, question(""), "k1")
    anna = product.slack.visitor("U0ANNA")

    await anna.press("Write")
    await anna.fill({"words": "bad", "kind": "Small", "named": "yes"})
    assert "Please say more." in await anna.sees()
    await anna.fill({"words": "Better & <b>"})

    assert product.store.asked[-1].command == Save("p1", "Better & <b>", "b", "yes", "")
    assert await anna.sees() == "Saved\nKept for Friday."


async def test_a_form_may_be_followed_by_a_form(product: Toy) -> None:
    """The next form stands in the place of the first, and knows the way back just as well."""
    anna = product.slack.visitor("U0ANNA")
    await anna.say("/story hello")

    await anna.press("Write")
    await anna.fill({"words": "again"})
    await anna.fill({"words": "good"})

    assert "Kept for Friday." in await anna.sees()


async def test_buttons_in_a_modal_work(product: Toy) -> None:
    """A refusal comes on top of the form; a result takes its place."""
    anna = product.slack.visitor("U0ANNA")
    await anna.say("/story hello")
    await anna.press("Write")

    await anna.press("Refuse me")
    assert "That is not for you." in await anna.sees()
    product.slack.state.modals["U0ANNA"].pop()
    await anna.press("In a modal")

    assert "Thank you" in await anna.sees()


async def test_the_home_tab_is_drawn_and_its_buttons_work(product: Toy) -> None:
    """Where there is no message to answer in, a modal says how it went, and a form closes with its result."""
    anna = product.slack.visitor("U0ANNA")

    assert "How was it?" in await anna.home()
    await anna.press("never")
    assert "That is not for you." in await anna.sees()
    product.slack.state.modals["U0ANNA"].clear()
    await anna.press("Write")
    await anna.fill({"words": "from home"})
    assert await anna.sees() == "Saved\nKept for Friday."
    product.slack.state.modals["U0ANNA"].clear()
    await anna.press("2")

    assert product.slack.state.homes["U0ANNA"]["blocks"][0]["text"]["text"] == "Thank you"


async def test_a_press_that_came_too_late_is_told_so(product: Toy) -> None:
    """Where Slack opens no modal any more, the person gets words instead of nothing."""
    await product.messenger.send(ANNA, question(""), "k1")
    product.slack.inject(Trouble("views.open", error="expired_trigger_id"))
    anna = product.slack.visitor("U0ANNA")

    await anna.press("Write")

    assert "Please try again" in await anna.sees()


async def test_a_modal_that_slack_is_slow_to_open_holds_up_no_answer(
    product: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack waits three seconds for our answer as well: it leaves in time, and the person gets words."""
    monkeypatch.setattr(limits, "TRIGGER_SECONDS", 0.1)
    await product.messenger.send(ANNA, question(""), "k1")
    product.slack.inject(Trouble("views.open", hang=30.0, error="internal_error"))
    anna = product.slack.visitor("U0ANNA")

    await anna.press("Write")

    assert "Please try again" in await anna.sees()


async def test_what_follows_an_answer_is_not_lost_at_shutdown() -> None:
    """A private answer that is still on its way when the product stops arrives."""
    async with LocalSlack(clock=lambda: NOON) as slack:
        async with toy(lambda: NOON, slack) as product:
            await product.messenger.send(ANNA, question(""), "k1")
            slack.response_delay = 0.2
            anna = slack.visitor("U0ANNA")
            press = asyncio.create_task(anna.press("2"))
            await product.store.was_asked.wait()
        await press
        assert "Thank you" in await anna.sees()
