"""A Teams of our own on loopback: it signs activities, takes messages, and complains about what Teams would refuse."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.platforms import said_twice, teams_cards
from tests.platforms.teams_identity import Identities
from tests.platforms.teams_visitor import TeamsVisitor

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"


@dataclass(frozen=True)
class Fault:
    """How one coming request to the connector goes wrong."""

    status: int = 0
    retry_after: str = ""
    reset: bool = False
    seconds: float = 0.0
    code: str = "ServiceError"
    page: str = ""


@dataclass
class Posted:
    """A message in a conversation. `cards` are what single people see in place of what was posted."""

    id: str
    order: int
    activity: Json
    cards: dict[str, Json] = field(default_factory=dict)

    def card(self, user: str) -> Json:
        if user in self.cards:
            return self.cards[user]
        found: Json = self.activity["attachments"][0]["content"]
        return found


@dataclass
class LocalTeams:
    """One tenant with one bot. What is wrong with a call is kept in `violations` and raised at the end."""

    workspace: str = "7a1d2f0e-0000-4000-8000-00000000cafe"
    app_id: str = "3b6f1c52-0000-4000-8000-0000000000b0"
    password: str = "local-teams-password"
    received: list[Json] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    conversations: dict[str, list[Posted]] = field(default_factory=dict)
    members: dict[str, Json] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    token_requests: int = 0
    token_seconds: int = 3599
    token_down: bool = False
    token_hangs: float = 0.0
    latency: float = 0.0
    product: str = ""
    people: dict[str, TeamsVisitor] = field(default_factory=dict, repr=False)
    url: str = ""

    async def __aenter__(self) -> Self:
        self.identities = Identities(self)
        self.order = itertools.count(1)
        self.session = aiohttp.ClientSession()
        app = web.Application(client_max_size=2**20)
        self._routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.session.close()
        await self._runner.cleanup()
        if exc[:1] == (None,) and self.violations:
            raise AssertionError("Teams would have refused: " + "; ".join(self.violations))

    def environment(self) -> Mapping[str, str]:
        return {
            "TEAMS_APP_ID": self.app_id,
            "TEAMS_APP_PASSWORD": self.password,
            "TEAMS_TENANT_ID": self.workspace,
            "TEAMS_OPENID_URL": f"{self.url}/openid",
            "TEAMS_TOKEN_URL": f"{self.url}/token",
            "TEAMS_SERVICE_HOSTS": self.url.removeprefix("http://"),
        }

    @property
    def service_url(self) -> str:
        return f"{self.url}/"

    def point_at(self, url: str) -> None:
        self.product = url.rstrip("/")

    def visitor(self, user: str) -> TeamsVisitor:
        return self.people.setdefault(user, TeamsVisitor(self, user))

    async def in_channel(self, channel: str) -> str:
        return "\n".join(teams_cards.shown(posted.card("")) for posted in self.conversations.get(channel, []))

    def home(self, user: str) -> str:
        """The conversation that a person has with the bot alone."""
        return f"a:{user}"

    def _routes(self, app: web.Application) -> None:
        one = "/v3/conversations/{conversation}/activities"
        app.router.add_get("/openid", self.identities.openid)
        app.router.add_get("/keys", self.identities.jwks)
        app.router.add_post("/token", self.identities.token)
        app.router.add_post("/v3/conversations", self._guarded(self._create))
        app.router.add_post(one, self._guarded(self._post))
        app.router.add_post(one + "/{activity}", self._guarded(self._post))
        app.router.add_put(one + "/{activity}", self._guarded(self._put))
        app.router.add_delete(one + "/{activity}", self._guarded(self._delete))
        app.router.add_get("/v3/conversations/{conversation}/members/{member}", self._guarded(self._member))

    def _guarded(self, handler: Any) -> Any:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.identities.issued:
                self.violations.append(f"{request.method} {request.path} without our token")
                return web.Response(status=401)
            await asyncio.sleep(self.latency)
            fault = self.faults.popleft() if self.faults else None
            if fault:
                return await self._fail(request, fault)
            answer: web.StreamResponse = await handler(request)
            return answer

        return guarded

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.seconds)
        if fault.reset and request.transport:
            request.transport.abort()
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        if fault.page:
            return web.Response(status=fault.status, text=fault.page, content_type="text/html")
        return _error(fault.status or 500, fault.code, headers)

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.received.append(body)
        member = str(body["members"][0]["id"])
        if body.get("tenantId") != self.workspace or body.get("bot", {}).get("id") != f"28:{self.app_id}":
            self.violations.append("a conversation for another tenant or bot")
        user = member.removeprefix("29:")
        if user in self.blocked:
            return _error(403, "MessageWritesBlocked")
        self.conversations.setdefault(self.home(user), [])
        return web.json_response({"id": self.home(user)}, status=201)

    async def _post(self, request: web.Request) -> web.Response:
        conversation, activity = request.match_info["conversation"], await request.json()
        self._check(activity)
        if conversation.removeprefix("a:") in self.blocked:
            return _error(403, "MessageWritesBlocked")
        order = next(self.order)
        self.conversations.setdefault(conversation, []).append(Posted(str(1_700_000_000_000 + order), order, activity))
        return web.json_response({"id": str(1_700_000_000_000 + order)}, status=201)

    async def _put(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self._check(activity)
        posted = self._find(request)
        if posted is None:
            return _error(404, "ActivityNotFoundInConversation")
        posted.activity, posted.cards = activity, {}
        return web.json_response({"id": posted.id})

    async def _delete(self, request: web.Request) -> web.Response:
        posted = self._find(request)
        if posted is None:
            return _error(404, "ActivityNotFoundInConversation")
        self.conversations[request.match_info["conversation"]].remove(posted)
        return web.Response(status=200)

    async def _member(self, request: web.Request) -> web.Response:
        user = request.match_info["member"].removeprefix("29:")
        email = f"{user}@example.gov.uk"
        known = {"email": email, "userPrincipalName": email, "tenantId": self.workspace, "userRole": "user"}
        return web.json_response({"id": f"29:{user}", "aadObjectId": user, **known, **self.members.get(user, {})})

    def _find(self, request: web.Request) -> Posted | None:
        found = self.conversations.get(request.match_info["conversation"], [])
        return next((posted for posted in found if posted.id == request.match_info["activity"]), None)

    def _check(self, activity: Json) -> None:
        """A message must be one card with a summary, and every card must be one that Teams can draw."""
        self.received.append(activity)
        if activity.get("type") != "message" or not activity.get("summary"):
            self.violations.append("a message without a summary")
        if teams_cards.size(activity) > teams_cards.BYTES:
            self.violations.append("a message that is too large")
        for attachment in activity.get("attachments", [{}]):
            if attachment.get("contentType") != CARD:
                self.violations.append(f"an attachment of type {attachment.get('contentType')}")
            else:
                self.violations += teams_cards.faults(attachment["content"], dialog=False)
                self.violations += [
                    f"said twice: {words}" for words in said_twice(teams_cards.shown(attachment["content"]))
                ]


def _error(status: int, code: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {"error": {"code": code, "message": "Refused by the local Teams."}}
    return web.json_response(body, status=status, headers=headers)
