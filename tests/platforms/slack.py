"""A local Slack: real HTTP on loopback, Slack's rules, and everything the product sent to it."""

from __future__ import annotations

import asyncio
import inspect
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack_lint import Json, message_faults, view_faults
from tests.platforms.slack_state import RESPONSE_SECONDS, RESPONSE_USES, STACK, Item, Workspace, direct, shown
from tests.platforms.slack_trouble import Trouble, arguments_of
from tests.platforms.slack_visitor import SlackVisitor

USER = re.compile(r"[UW]\w+")
CHANNEL = re.compile(r"[CD]\w+")
RESPONSE_KEYS = {"response_type", "replace_original", "delete_original", "text", "blocks"}
METADATA_KEYS = {"event_type", "event_payload"}


def real_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Received:
    """One thing that the product sent: the name of the method, or `response_url`, and its arguments."""

    method: str
    payload: Json


class SlackError(Exception):
    """An answer with "ok": false."""


class LocalSlack:
    """One workspace, and the app that is installed in it. Leaves its block with an error if a call broke a rule."""

    def __init__(self, clock: Callable[[], datetime] = real_time, workspace: str = "T0LOCAL") -> None:
        self.clock = clock
        self.workspace = workspace
        self.token = f"xoxb-{secrets.token_hex(8)}"
        self.secret = secrets.token_hex(16)
        self.state = Workspace()
        self.received: list[Received] = []
        self.told: list[tuple[str, str]] = []
        self.violations: list[str] = []
        self.troubles: list[Trouble] = []
        self.absent: set[str] = set()
        self.removed = ""
        self.latency = 0.0
        self.response_delay = 0.0
        self.product = ""
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/commands/{name}", self._respond)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.session.close()
        await self._runner.cleanup()
        if exc[:1] == (None,) and self.violations:
            raise AssertionError(f"Slack would have refused: {self.violations}")

    def environment(self) -> Mapping[str, str]:
        return {
            "SLACK_BOT_TOKEN": self.token,
            "SLACK_SIGNING_SECRET": self.secret,
            "SLACK_API_URL": f"{self.url}/api/",
        }

    def point_at(self, url: str) -> None:
        self.product = url.rstrip("/")

    def visitor(self, user: str) -> SlackVisitor:
        return SlackVisitor(self, user)

    async def in_channel(self, channel: str) -> str:
        return "\n".join(shown(i.payload["blocks"]) for i in self.messages(channel))

    def messages(self, channel: str) -> list[Item]:
        """What stands in a channel; give a person's id for their direct messages."""
        place = direct(channel) if USER.fullmatch(channel) else channel
        return [item for item in self.state.items if item.channel == place and not item.only_for]

    def inject(self, trouble: Trouble) -> None:
        """Let the next call of a method go wrong."""
        self.troubles.append(trouble)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await arguments_of(request)
        self.received.append(Received(method, arguments))
        await asyncio.sleep(self.latency)
        trouble = next((t for t in self.troubles if t.method == method), Trouble(method))
        if trouble in self.troubles:
            self.troubles.remove(trouble)
        answer = {} if trouble.comes_first else self._done(method, arguments, request.headers.get("Authorization", ""))
        return await trouble.answer(answer, request)

    def _done(self, method: str, arguments: Json, authorization: str) -> Json:
        try:
            self._check(method, arguments, authorization)
            return {"ok": True, **METHODS[method](self, arguments)}
        except SlackError as error:
            return {"ok": False, "error": str(error)}

    def _check(self, method: str, arguments: Json, authorization: str) -> None:
        if authorization != f"Bearer {self.token}":
            raise SlackError("invalid_auth")
        if self.removed:
            raise SlackError(self.removed)
        if method not in METHODS:
            self._violate("unknown_method", method)
        known = inspect.signature(getattr(AsyncWebClient, method.replace(".", "_"))).parameters
        needed = {name for name, p in known.items() if p.default is p.empty and p.kind is not p.VAR_KEYWORD} - {"self"}
        if set(arguments) - set(known) or needed - set(arguments):
            self._violate("invalid_arguments", f"{method}: {sorted(arguments)}")

    def _violate(self, error: str, detail: object) -> None:
        self.violations.append(f"{error}: {detail}")
        raise SlackError(error)

    def _sound(self, faults: list[str], error: str) -> None:
        if faults:
            self._violate(error, faults)

    def _place(self, ref: str) -> str:
        if ref in self.absent or not (USER.fullmatch(ref) or CHANNEL.fullmatch(ref)):
            raise SlackError("channel_not_found")
        return direct(ref) if USER.fullmatch(ref) else ref

    def _changed(self, channel: str) -> None:
        self.state.change(channel.removeprefix("D"))

    def auth_test(self, _: Json) -> Json:
        return {"team_id": self.workspace, "team": "Local", "user_id": "U0BOT", "bot_id": "B0BOT"}

    def chat_post_message(self, arguments: Json) -> Json:
        self._sound(message_faults(arguments), "invalid_blocks")
        if "metadata" in arguments and set(arguments["metadata"]) != METADATA_KEYS:
            self._violate("invalid_metadata_format", arguments["metadata"])
        channel = self._place(arguments["channel"])
        item = self.state.put(channel, arguments, self.clock().timestamp())
        self._changed(channel)
        return {"channel": channel, "ts": item.ts, "message": {"text": arguments["text"]}}

    def chat_update(self, arguments: Json) -> Json:
        self._sound(message_faults(arguments), "invalid_blocks")
        item = self.state.at(arguments["channel"], arguments["ts"])
        if item is None:
            raise SlackError("message_not_found")
        item.payload = item.payload | arguments
        self._changed(item.channel)
        return {"channel": item.channel, "ts": item.ts, "text": arguments["text"]}

    def chat_post_ephemeral(self, arguments: Json) -> Json:
        self._sound(message_faults(arguments), "invalid_blocks")
        channel = self._place(arguments["channel"])
        item = self.state.put(channel, arguments, self.clock().timestamp(), only_for=arguments["user"])
        self.state.change(arguments["user"])
        return {"message_ts": item.ts}

    def views_open(self, arguments: Json) -> Json:
        return self._open(arguments, on_top=False)

    def views_push(self, arguments: Json) -> Json:
        return self._open(arguments, on_top=True)

    def _open(self, arguments: Json, *, on_top: bool) -> Json:
        self._sound(view_faults(arguments["view"]), "invalid_arguments")
        trigger = self.state.triggers.get(arguments["trigger_id"])
        if trigger is None or not trigger.spend():
            raise SlackError("expired_trigger_id")
        stack = self.state.modals[trigger.user]
        if on_top and not 1 <= len(stack) < STACK:
            raise SlackError("push_limit_reached")
        modal = self.state.modal(arguments["view"])
        stack[:] = [*(stack if on_top else []), modal]
        self.state.change(trigger.user)
        return {"view": {"id": modal.id, **modal.view}}

    def views_update(self, arguments: Json) -> Json:
        self._sound(view_faults(arguments["view"]), "invalid_arguments")
        for user, modal in self.state.open_modals():
            if modal.id == arguments.get("view_id"):
                modal.view, modal.errors, modal.typed = arguments["view"], {}, {}
                self.state.change(user)
                return {"view": {"id": modal.id, **modal.view}}
        raise SlackError("not_found")

    def views_publish(self, arguments: Json) -> Json:
        self._sound(view_faults(arguments["view"]), "invalid_arguments")
        self.state.homes[arguments["user_id"]] = arguments["view"]
        self.state.change(arguments["user_id"])
        return {"view": {"id": f"H{arguments['user_id']}", **arguments["view"]}}

    def conversations_open(self, arguments: Json) -> Json:
        return {"channel": {"id": self._place(arguments["users"])}}

    def conversations_history(self, arguments: Json) -> Json:
        """A page of a direct conversation, newest first. Channels need a scope that the app does not ask for."""
        if not arguments["channel"].startswith("D"):
            raise SlackError("missing_scope")
        since = float(arguments.get("oldest", 0))
        found = [i for i in reversed(self.messages(arguments["channel"])) if float(i.ts) > since]
        start, most = int(arguments.get("cursor", 0)), int(arguments.get("limit", 100))
        more = start + most < len(found)
        page = [{"type": "message", "ts": i.ts, **i.payload} for i in found[start : start + most]]
        return {"messages": page, "response_metadata": {"next_cursor": str(start + most) if more else ""}}

    def users_info(self, arguments: Json) -> Json:
        user = arguments["user"]
        if user in self.absent or not USER.fullmatch(user):
            raise SlackError("user_not_found")
        profile = {"real_name": user, "email": self.state.emails.get(user, "")}
        return {"user": {"id": user, "team_id": self.workspace, "is_email_confirmed": True, "profile": profile}}

    async def _respond(self, request: web.Request) -> web.Response:
        payload = await request.json()
        self.received.append(Received("response_url", payload))
        await asyncio.sleep(self.response_delay)
        url = self.state.response_urls.get(request.match_info["name"])
        if url is None or url.uses >= RESPONSE_USES or time.monotonic() - url.made > RESPONSE_SECONDS:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        url.uses += 1
        faults = message_faults(payload) + [f"response_url: {key}" for key in set(payload) - RESPONSE_KEYS]
        if faults:
            self.violations += faults
            return web.json_response({"ok": False, "error": "invalid_blocks"}, status=400)
        if payload.get("replace_original") and url.item:
            url.item.payload = {**url.item.payload, **payload}
        else:
            self.state.put(url.channel, payload, self.clock().timestamp(), only_for=url.user)
        self.state.change(url.user)
        return web.Response(text="ok")


METHODS: Mapping[str, Callable[[LocalSlack, Json], Json]] = {
    "auth.test": LocalSlack.auth_test,
    "chat.postMessage": LocalSlack.chat_post_message,
    "chat.update": LocalSlack.chat_update,
    "chat.postEphemeral": LocalSlack.chat_post_ephemeral,
    "views.open": LocalSlack.views_open,
    "views.push": LocalSlack.views_push,
    "views.update": LocalSlack.views_update,
    "views.publish": LocalSlack.views_publish,
    "conversations.open": LocalSlack.conversations_open,
    "conversations.history": LocalSlack.conversations_history,
    "users.info": LocalSlack.users_info,
}
