"""Slack's route over real HTTP: who gets in, what they get, and what nobody ever sees."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import aiohttp
import jsonschema
import pytest

from adapters.slack import limits
from adapters.slack.manifest import TEMPLATE, manifest, template
from adapters.slack.manifest import written as as_written
from bot.core import UNKNOWN_ACTION
from bot.domain.people import Address, Platform
from bot.routes import TYPED
from bot.views import Button, Buttons, View, text
from tests.platforms.slack import LocalSlack
from tests.platforms.slack_toy import STRANGER, Save, Toy, Vote, question, toy
from tests.platforms.slack_trouble import Trouble
from tests.platforms.slack_visitor import signed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SECRET_WORDS = "nobody may read this"
ANNA = Address(Platform.SLACK, "T0LOCAL", "U0ANNA")


@pytest.fixture
async def product() -> AsyncIterator[Toy]:
    async with LocalSlack(clock=lambda: NOON) as slack, toy(lambda: NOON, slack) as running:
        yield running


async def post(product: Toy, body: bytes, headers: dict[str, str], content_type: str = FORM) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(product.url, data=body, headers=headers | {"Content-Type": content_type}) as response,
    ):
        return response.status, await response.text()


def signature(product: Toy, body: bytes, timestamp: object = int(NOON.timestamp())) -> dict[str, str]:
    return signed(product.slack.secret, body, str(timestamp))


def typed(words: str, user: str = "U0ANNA") -> bytes:
    body = {"command": "/story", "text": words, "team_id": "T0LOCAL", "user_id": user, "channel_id": "C1"}
    return urlencode(body | {"trigger_id": "t", "response_url": "https://hooks.slack.com/commands/1"}).encode()


STORY = typed(SECRET_WORDS)
NO_ENTRY: dict[str, Callable[[Toy], dict[str, str]]] = {
    "unsigned": lambda _: {},
    "stale": lambda p: signature(p, STORY, int(NOON.timestamp()) - 301),
    "not a number": lambda p: signature(p, STORY, "soon"),
    "not ASCII": lambda p: signature(p, STORY) | {"X-Slack-Signature": "v0=é" + "0" * 63},
    "another secret": lambda _: signed("other", STORY, int(NOON.timestamp())),
    "another body": lambda p: signature(p, STORY + b"1"),
}


@pytest.mark.parametrize("why", NO_ENTRY)
async def test_what_slack_did_not_sign_is_refused(product: Toy, why: str, caplog: pytest.LogCaptureFixture) -> None:
    """401 with not a word about why, nothing handled, and nothing of the body in the log."""
    caplog.set_level(logging.DEBUG)

    assert await post(product, STORY, NO_ENTRY[why](product)) == (401, "")
    assert product.store.asked == []
    assert SECRET_WORDS not in caplog.text


NONSENSE = [
    (b"payload=%7B%22\xff", FORM),
    (b"payload=%7Bnot+json", FORM),
    (b"payload=%5B1%5D", FORM),
    (b"", FORM),
    (b"\xff\xfe", JSON),
    (b"{", JSON),
    (b"[1, 2]", JSON),
    (b"12", JSON),
]


@pytest.mark.parametrize(("body", "content_type"), NONSENSE)
async def test_what_can_not_be_read_is_refused_quietly(
    product: Toy, body: bytes, content_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    """400 for a signed body that is no form and no object: no traceback, and nothing in the log."""
    caplog.set_level(logging.DEBUG)

    assert await post(product, body, signature(product, body), content_type) == (400, "")
    assert "Traceback" not in caplog.text


async def test_a_body_may_not_be_larger_than_slacks(product: Toy) -> None:
    """768 KB are read, one byte more is not, signed or not."""
    full = b"x=" + b"1" * (limits.BODY_BYTES - 2)

    assert (await post(product, full, signature(product, full)))[0] == 404
    assert (await post(product, full + b"1", signature(product, full + b"1")))[0] == 413


@pytest.mark.parametrize("letter", ["e", "ŵ", "\U0001f600"])
async def test_a_button_under_a_long_message_works_in_every_script(product: Toy, letter: str) -> None:
    """Slack sends the whole message along with the press: as long as one may be, in any letters."""
    long = View("", (text(letter * 11_000), Buttons((Button("Yes", Vote("1")),))))
    await product.messenger.send(ANNA, long, "k1")

    await product.slack.visitor("U0ANNA").press("Yes")

    assert [asked.command for asked in product.store.asked] == [Vote("1")]


async def test_nothing_is_unpacked_before_its_signature_is_looked_at(product: Toy) -> None:
    """A small body that would be twenty megabytes is only bytes: without a signature nobody's, with one unreadable."""
    bomb = gzip.compress(bytes(20_000_000))
    assert len(bomb) < limits.BODY_BYTES
    packed = {"Content-Encoding": "gzip"}

    assert (await post(product, bomb, packed))[0] == 401
    assert (await post(product, bomb, packed | signature(product, bomb)))[0] == 400
    assert (await post(product, STORY, packed | signature(product, STORY)))[0] == 200, "it is not even tried"


async def test_the_same_envelope_is_handled_once(product: Toy) -> None:
    """A copy of a signed request is answered as the first was, and does nothing."""
    headers = signature(product, STORY)

    first, second = await post(product, STORY, headers), await post(product, STORY, headers)

    assert first[0] == second[0] == 200
    assert SECRET_WORDS in first[1]
    assert second == first
    assert len(product.store.asked) == 1


async def test_a_failure_inside_is_told_by_its_kind_only(product: Toy, caplog: pytest.LogCaptureFixture) -> None:
    """500, so that Slack says it failed; the log has the kind and the place, and none of the words."""
    caplog.set_level(logging.DEBUG)
    body = STORY.replace(b"story", b"speakup")

    assert await post(product, body, signature(product, body)) == (500, "")
    assert SECRET_WORDS not in caplog.text
    [failed] = [r.__dict__ for r in caplog.records if r.message == "slack.failed"]
    assert failed["error"] == "RuntimeError"
    assert failed["place"].rstrip("0123456789") == "bot.core:"


async def test_nothing_that_was_said_is_in_the_log(product: Toy, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, with every library talking, the words of commands, forms and messages are nowhere."""
    caplog.set_level(logging.DEBUG)
    anna = product.slack.visitor("U0ANNA")

    await anna.say(f"/story {SECRET_WORDS}")
    await anna.press("Write")
    await anna.fill({"words": SECRET_WORDS})

    assert SECRET_WORDS not in caplog.text
    assert product.slack.token not in caplog.text
    assert "U0ANNA" not in caplog.text


async def test_slack_may_check_that_we_are_there(product: Toy) -> None:
    """The handshake of the event subscription gets its challenge back."""
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "t"}).encode()

    status, answered = await post(product, body, signature(product, body), JSON)

    assert (status, json.loads(answered)) == (200, {"challenge": "abc"})


IMPOSSIBLE = [
    {"type": "block_actions", "actions": SECRET_WORDS},
    {"type": "block_actions", "actions": [], "user": SECRET_WORDS},
    {"type": "view_submission", "view": SECRET_WORDS},
    {"type": "view_submission", "view": {"callback_id": 7}},
    {"type": "event_callback", "event": SECRET_WORDS},
    {"type": "event_callback", "event": {"type": ["app_home_opened"]}},
    {"type": {"a": SECRET_WORDS}},
    {"command": 7},
]


@pytest.mark.parametrize("payload", IMPOSSIBLE)
async def test_a_payload_of_an_impossible_shape_leaves_no_trace(
    product: Toy, payload: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """Signed, but nothing that Slack would send: no word of it comes back or into the log, and nothing is done."""
    caplog.set_level(logging.DEBUG)
    body = urlencode({"payload": json.dumps(payload)}).encode()

    assert await post(product, body, signature(product, body)) == (400, "")
    assert SECRET_WORDS not in caplog.text
    assert product.store.asked == []


async def test_the_messages_tab_is_no_home(product: Toy) -> None:
    """Slack tells of both tabs; only the home tab is drawn."""
    event = {"type": "app_home_opened", "user": "U0ANNA", "tab": "messages"}
    body = json.dumps({"type": "event_callback", "team_id": "T0LOCAL", "event": event}).encode()

    assert (await post(product, body, signature(product, body), JSON))[0] == 200
    assert product.store.asked == []


@pytest.mark.parametrize("kind", ["message_action", "view_closed", "dialog_submission", "event_callback", "other"])
async def test_what_we_do_not_know_is_refused_clearly(product: Toy, kind: str) -> None:
    """404 and no second try, without a trace."""
    payload = {"type": kind, "callback_id": "x", "event": {"type": "reaction_added"}, "view": {"callback_id": "x"}}
    body = urlencode({"payload": json.dumps(payload | {"user": {"id": "U1"}, "action_ts": "1", "trigger_id": "t"})})

    status, answered = await post(product, body.encode(), signature(product, body.encode()))

    assert (status, answered) == (404, "")
    assert product.store.asked == []


async def test_an_unknown_command_is_answered_in_words(product: Toy) -> None:
    """Who types a command that we do not have is told so, privately."""
    body = STORY.replace(b"story", b"dance")

    status, answered = await post(product, body, signature(product, body))

    assert (status, json.loads(answered)["text"]) == (200, UNKNOWN_ACTION)


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


async def test_no_answer_goes_to_another_host(product: Toy, caplog: pytest.LogCaptureFixture) -> None:
    """A response_url that is not Slack's is left alone, though the press itself counts."""
    action = {"type": "button", "action_id": "hd:Vote:0", "value": '{"choice":"1"}'}
    payload = {"type": "block_actions", "team": {"id": "T0LOCAL"}, "user": {"id": "U0ANNA"}, "actions": [action]}
    evil = {"trigger_id": "t", "response_url": "http://127.0.0.1:9/evil", "channel": {"id": "C1"}}
    body = urlencode({"payload": json.dumps(payload | evil)}).encode()

    assert await post(product, body, signature(product, body)) == (200, "")
    await asyncio.sleep(0)

    assert [asked.command for asked in product.store.asked] == [Vote("1")]
    assert "slack.follow_up.rejected" in caplog.messages


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


SCHEMA = {
    "type": "object",
    "required": ["display_information", "features", "oauth_config", "settings"],
    "properties": {
        "display_information": {
            "required": ["name"],
            "properties": {
                "name": {"maxLength": 35},
                "description": {"maxLength": 140},
                "long_description": {"minLength": 175, "maxLength": 4000},
            },
        },
        "features": {
            "properties": {
                "slash_commands": {
                    "maxItems": 50,
                    "items": {
                        "required": ["command", "description", "url"],
                        "properties": {"command": {"maxLength": 32}, "usage_hint": {"maxLength": 1000}},
                    },
                }
            }
        },
    },
}


def test_the_manifest_says_what_the_code_does() -> None:
    """Its commands are those that we answer, its address the one we listen at, its limits Slack's."""
    written = manifest("https://pulse.council.example/")
    jsonschema.validate(written, SCHEMA)
    commands = written["features"]["slash_commands"]

    assert TEMPLATE.read_text(encoding="utf-8") == as_written(template()), "run: make derived"
    assert {command["command"].removeprefix("/") for command in commands} == set(TYPED)
    assert all(command["should_escape"] for command in commands)
    urls = [command["url"] for command in commands]
    urls += [written["settings"][part]["request_url"] for part in ("event_subscriptions", "interactivity")]
    assert set(urls) == {"https://pulse.council.example/slack/events"}
    assert "hundred-days.example" not in json.dumps(written)
