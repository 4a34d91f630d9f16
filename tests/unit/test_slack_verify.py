"""Only what Slack signed, and lately, is from Slack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack.verify import envelope, verified
from tests.platforms.slack_visitor import signed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = int(NOON.timestamp())
SECRET = "shh"
BODY = b"payload=%7B%7D"


def test_a_signed_request_is_from_slack() -> None:
    """Slack's own signature over the raw bytes is accepted."""
    assert verified(signed(SECRET, BODY, NOW), BODY, SECRET, NOON)


def test_slacks_published_example_is_accepted() -> None:
    """The example in Slack's documentation, with its secret and its signature, verifies."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    assert verified(headers, body, "8f742231b10e8888abcd99yyyzzz85a5", datetime.fromtimestamp(1531420618, UTC))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_or_a_future_request_is_not_accepted(seconds: int) -> None:
    """Outside five minutes, a perfect signature is worth nothing."""
    assert verified(
        signed(SECRET, BODY, NOW), BODY, SECRET, NOON + timedelta(seconds=seconds - seconds // abs(seconds))
    )
    assert not verified(signed(SECRET, BODY, NOW), BODY, SECRET, NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "١٢٣", "1" * 13, f"{NOW} ", f"{NOW}\n"])
def test_a_timestamp_that_is_not_a_number_is_refused(timestamp: str) -> None:
    """What bolt answers with a traceback is a plain refusal here, though it is signed."""
    assert not verified(signed(SECRET, BODY, timestamp), BODY, SECRET, NOON)


@pytest.mark.parametrize(
    "signature", ["", "v0=", "v0=é" + "0" * 63, "v1=" + "0" * 64, "v0=" + "F" * 64, "v0=" + "0" * 64]
)
def test_a_signature_that_is_not_one_is_refused(signature: str) -> None:
    """Wrong, empty, of another version or not even ASCII."""
    headers = signed(SECRET, BODY, NOW) | {"X-Slack-Signature": signature}
    assert not verified(headers, BODY, SECRET, NOON)


def test_no_headers_are_no_signature() -> None:
    """A request without a signature is nobody's."""
    assert not verified({}, BODY, SECRET, NOON)


@pytest.mark.parametrize(("body", "secret"), [(BODY + b" ", SECRET), (BODY, "other")])
def test_another_body_or_secret_is_refused(body: bytes, secret: str) -> None:
    """One byte more, or another secret, and it is not what Slack signed."""
    assert not verified(signed(SECRET, BODY, NOW), body, secret, NOON)


def test_an_envelope_names_the_request_and_not_the_signature() -> None:
    """The same request has the same name, another one another, and the signature cannot be read from it."""
    one, two = (signed(SECRET, body, NOW)["X-Slack-Signature"] for body in (b"1", b"2"))
    assert envelope(one) == envelope(one) != envelope(two)
    assert one.removeprefix("v0=") not in envelope(one)
