"""`POST /api/messages`: what Teams sends, checked before anything reads it."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from aiohttp import web

from adapters.teams import inbound, limits
from adapters.teams.auth import Gate, KeyRing, UnauthorisedError
from adapters.teams.client import TeamsMessenger
from adapters.teams.config import TeamsConfig
from adapters.teams.inbound import Kind, Typed
from adapters.teams.memory import Pocket, Posted, Welcomed
from adapters.teams.outbound import Outbound, UndeliveredError
from adapters.teams.reply import answer
from adapters.teams.shapes import UnreadableError, name, parsed
from bot.core import Core
from bot.faults import log_failure
from bot.ports.clock import Clock
from bot.views import Ask

if TYPE_CHECKING:
    from adapters.teams.botframework import Turns

Json = dict[str, Any]
log = logging.getLogger(__name__)
PATH = "/api/messages"


def mount(
    app: web.Application,
    config: TeamsConfig,
    core: Core,
    messenger: TeamsMessenger,
    clock: Clock,
    typed: Typed | None = None,
) -> None:
    """Answer Teams under this application. `typed` are the commands that can be typed; without it, the product's."""
    if typed is None:
        from bot.routes import TYPED

        typed = TYPED
    gate = Gate(config, KeyRing(config.openid_url, messenger.session, clock))
    conversation = Conversation(
        core, messenger, typed, Welcomed(clock), Pocket(clock), Outbound(core, messenger, Posted())
    )
    app.router.add_post(PATH, Door(config, gate, _turns(), conversation).answer)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is said and what is answered, once it is known to be genuine."""

    core: Core
    messenger: TeamsMessenger
    typed: Typed
    welcomed: Welcomed
    pocket: Pocket
    outbound: Outbound

    async def handle(self, activity: Json) -> Json | None:
        """Do what was asked. Returns the body of an invoke's answer; messages go out before it returns."""
        heard = inbound.read(activity, self.typed)
        here = name(activity, "conversation", "id")
        if heard is None or (heard.kind is Kind.INSTALLED and not self.welcomed.first_time(here)):
            return None
        self.messenger.meet(heard.home, here.partition(";")[0])
        request = self.pocket.filled(heard)
        reply = await self.core.handle(request)
        if isinstance(reply, Ask) and heard.kind is Kind.TYPED and any(request.values.values()):
            self.pocket.hold(request)
        words = self.core.languages.words(request.language, UTC)
        try:
            return await self.outbound.send(heard, here, answer(heard, reply, words))
        except UndeliveredError:
            self.welcomed.forget(here)
            raise


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what is small enough, readable, genuine and from our tenant, in this order."""

    config: TeamsConfig
    gate: Gate
    turns: Turns
    conversation: Conversation

    async def answer(self, request: web.Request) -> web.Response:
        """One activity. Whatever is wrong is answered by a bare status, and noted without what was in it."""
        try:
            return await self._answer(request)
        except web.HTTPException as refused:
            log.info("teams.refused", extra={"status": refused.status})
            return web.Response(status=refused.status)
        except Exception as error:  # noqa: BLE001 (the outermost edge: a traceback could quote what somebody wrote)
            log_failure(log, "teams.failed", error)
            return web.Response(status=500)

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            activity = parsed(await _body(request))
            claims = await self._claims(request, activity)
            if inbound.tenant(activity) != self.config.tenant_id:
                raise web.HTTPForbidden
            status, body = await self.turns.take(activity, claims, self.conversation.handle)
        except UnreadableError:
            raise web.HTTPBadRequest from None
        except UndeliveredError:
            raise web.HTTPServiceUnavailable from None
        return web.json_response(body, status=status) if body else web.Response(status=status)

    async def _claims(self, request: web.Request, activity: Json) -> Json:
        try:
            return await self.gate.check(request.headers.get("Authorization", ""), activity)
        except UnauthorisedError as error:
            log.info("teams.unauthorised", extra={"error": str(error)})
            raise web.HTTPUnauthorized from None


def _turns() -> Turns:
    """Microsoft's library is final and uses what newer Pythons warn of: only its import is excused from warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from adapters.teams.botframework import Turns
    return Turns()


async def _body(request: web.Request) -> bytes:
    """The body, if it is not too large: no more of it is read than we would take."""
    if (request.content_length or 0) > limits.BODY_BYTES:
        raise web.HTTPRequestEntityTooLarge(limits.BODY_BYTES, request.content_length or 0)
    body = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > limits.BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(limits.BODY_BYTES, len(body))
    return bytes(body)
