"""Requests to our Slack route as Slack sends them, signed for noon of one day."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import aiohttp

from bot.domain.people import Address, Platform
from tests.platforms.slack_toy import Toy
from tests.platforms.slack_visitor import signed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SECRET_WORDS = "nobody may read this"
ANNA = Address(Platform.SLACK, "T0LOCAL", "U0ANNA")


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
