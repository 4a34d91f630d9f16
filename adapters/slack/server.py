"""The one route that Slack calls. Checks the signature on the raw bytes before anything reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from adapters.slack import limits
from adapters.slack.client import SlackMessenger
from adapters.slack.config import SlackConfig
from adapters.slack.follow import Afterwards
from adapters.slack.listeners import Listeners, bolt, report
from adapters.slack.payloads import unpacked
from adapters.slack.verify import verified
from bot.core import Core
from bot.ports import Clock

__all__ = ["PATH", "SlackConfig", "mount"]

PATH = "/slack/events"
FORM = "application/x-www-form-urlencoded"


def mount(app: web.Application, config: SlackConfig, core: Core, messenger: SlackMessenger, clock: Clock) -> None:
    """Let Slack reach the core. What follows an answer is waited for at the end."""
    afterwards = Afterwards()
    door = Door(config, clock, bolt(Listeners(core, messenger, afterwards)))
    app.router.add_post(PATH, door.enter)
    app.on_cleanup.append(afterwards.drain)


@dataclass(frozen=True, slots=True)
class Door:
    """What a request meets first."""

    config: SlackConfig
    clock: Clock
    bolt: AsyncApp

    async def enter(self, request: web.Request) -> web.Response:
        """Answer one request from Slack, or refuse it without a word about why."""
        body = await _body(request)
        if body is None:
            return web.Response(status=413)
        if not verified(request.headers, body, self.config.signing_secret, self.clock()):
            return web.Response(status=401)
        text = _readable(body, request.content_type)
        if text is None:
            return web.Response(status=400)
        return await self._dispatch(text, request)

    async def _dispatch(self, text: str, request: web.Request) -> web.Response:
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        try:
            answered = await self.bolt.async_dispatch(AsyncBoltRequest(body=text, headers=headers))
        except Exception as error:  # noqa: BLE001 (the outermost edge: no stranger sees a trace, and no log a body)
            report(error)
            return web.Response(status=500)
        return await to_aiohttp_response(answered)


async def _body(request: web.Request) -> bytes | None:
    """The whole body, unless it is larger than anything that Slack sends."""
    try:
        await request.content.readexactly(limits.BODY_BYTES + 1)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    return None


def _readable(body: bytes, content_type: str) -> str | None:
    """The body as text, if it is a form or a JSON object."""
    try:
        text = body.decode()
        fields = parse_qs(text, strict_parsing=True) if content_type == FORM else {"payload": [text]}
    except ValueError:
        return None
    payload = fields.get("payload")
    return text if fields and (payload is None or unpacked(payload[0])) else None
