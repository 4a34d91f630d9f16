"""How a call to the local Slack is read, and how it can go wrong."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from aiohttp import web

from tests.platforms.slack_lint import Json


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong with the next call of a method; `stored` when it happens after the work was done."""

    method: str
    status: int = 0
    error: str = ""
    retry_after: int = 0
    hang: float = 0.0
    reset: bool = False
    stored: bool = False

    @property
    def comes_first(self) -> bool:
        failing = self.status or self.error or self.retry_after or self.reset
        return bool(failing) and not self.stored

    async def answer(self, answer: Json, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.hang)
        if self.reset and request.transport:
            request.transport.abort()
        if self.retry_after:
            headers = {"Retry-After": str(self.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if self.status:
            return web.Response(text="<html>Oh</html>", content_type="text/html", status=self.status)
        return web.json_response({"ok": False, "error": self.error} if self.error else answer)


async def arguments_of(request: web.Request) -> Json:
    """The arguments of a call, in whichever of its three forms they came."""
    if request.content_type == "application/json":
        found: Json = json.loads(await request.text() or "{}")
        return found
    return {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
