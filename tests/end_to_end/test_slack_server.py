"""Slack's route over real HTTP: who gets in, and what nobody ever sees."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from adapters.slack import limits
from bot.core import UNKNOWN_ACTION
from tests.end_to_end.slack_requests import FORM, JSON, NOON, SECRET_WORDS, STORY, post, signature
from tests.platforms.slack_toy import Toy, Vote
from tests.platforms.slack_visitor import signed

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
