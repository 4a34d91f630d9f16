"""The one route that Slack calls. Checks the signature on the raw bytes before anything reads them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from adapters.slack import limits
from adapters.slack.client import SlackMessenger
from adapters.slack.config import SlackConfig
from adapters.slack.follow import Afterwards
from adapters.slack.inbound import Signed
from adapters.slack.incoming import Unreadable
from adapters.slack.listeners import HEARD, Listeners, bolt, report
from adapters.slack.reading import Heard, Unknown, heard
from adapters.slack.verify import verified
from bot.core import Core
from bot.ports.clock import Clock

__all__ = ["PATH", "SlackConfig", "mount"]

PATH = "/slack/events"
NO_RETRY = {"X-Slack-No-Retry": "1"}
ROUTED = {"Content-Type": "application/json"}


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
        signed = Signed(request.headers["X-Slack-Signature"], self.clock())
        try:
            return await self._dispatch(heard(body, request.content_type, signed))
        except Unreadable:
            return web.Response(status=400, headers=NO_RETRY)
        except Unknown:
            return web.Response(status=404, headers=NO_RETRY)

    async def _dispatch(self, said: Heard) -> web.Response:
        routed = AsyncBoltRequest(body=json.dumps(said.route), headers={**ROUTED}, context={HEARD: said.what})
        try:
            answered = await self.bolt.async_dispatch(routed)
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
