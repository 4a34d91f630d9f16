"""Requests to Teams: one shared session, and a plain word for how each one ended. Who has patience may try again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from adapters.teams import limits
from adapters.teams.config import TeamsConfig
from adapters.teams.patience import Patience
from adapters.teams.tokens import NoTokenError, Tokens
from bot.ports.clock import Clock
from bot.ports.sending import InDoubt, Later, Rejected

Json = dict[str, Any]
Failed = Later | Rejected | InDoubt
CONVERSATIONS = "/v3/conversations"
UNASKED = 0.0
"""Stands for a wait whose length is left to us."""


@dataclass(frozen=True, slots=True)
class Connector:
    """Teams' own interface, as far as we use it."""

    config: TeamsConfig
    session: aiohttp.ClientSession
    tokens: Tokens
    clock: Clock
    patience: Patience | None = None

    async def call(self, method: str, service_url: str, path: str, body: Json | None = None) -> Json | Failed:
        """Returns what was answered, or how it failed.

        Asks once. With patience, it asks again what was not taken; never what may have been, unless that does no harm.
        Then it also takes no longer than there is patience for: what is cut off may have been taken.
        """
        while True:
            found = await self._once(method, service_url, path, body)
            if self.patience is None:
                return _in_seconds(found)
            if isinstance(found, InDoubt) and _harmless(method, path):
                found = Later(UNASKED)
            if not isinstance(found, Later) or not await self.patience.waits(found.seconds):
                return _in_seconds(found)

    async def _once(self, method: str, service_url: str, path: str, body: Json | None) -> Json | Failed:
        """Ask. Our token goes to hosts on the list and nowhere else."""
        if not self.config.allows(service_url):
            return Rejected("service address not allowed")
        try:
            async with asyncio.timeout(self._left()):
                token = await self.tokens.get()
        except (NoTokenError, TimeoutError):
            return Later(UNASKED, lane=True)
        if self.patience is not None and self.patience.left < limits.TRY_SECONDS:
            return Later(UNASKED)
        try:
            return await self._ask(method, f"{service_url.rstrip('/')}{path}", body, token)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Later(UNASKED)
        except (aiohttp.ClientError, TimeoutError) as error:
            return InDoubt(type(error).__name__)

    async def _ask(self, method: str, url: str, body: Json | None, token: str) -> Json | Failed:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.request(
            method, url, json=body, headers=headers, timeout=_timeout(self._left()), allow_redirects=False
        ) as response:
            answer = await _json(response)
            if response.status == 401:
                self.tokens.forget(token)
            return answer if response.ok and response.status < 300 else self._failed(response, answer)

    def _left(self) -> float:
        """How many seconds a try may last from now on."""
        return min(limits.REQUEST_SECONDS, self.patience.left) if self.patience else limits.REQUEST_SECONDS

    def _failed(self, response: aiohttp.ClientResponse, answer: Json) -> Failed:
        status = response.status
        if status == 401:
            return Later(UNASKED)
        if status in {412, 429}:
            return Later(self._patience(response.headers), lane=status == 429)
        if status == 408 or status >= 500:
            return InDoubt(str(status))
        return Rejected(_reason(answer) or str(status))

    def _patience(self, headers: Mapping[str, str]) -> float:
        """How long Teams asks us to wait: a number of seconds or a date."""
        asked = headers.get("Retry-After", "")
        try:
            seconds = float(asked) if asked.strip().isdigit() else self._until(asked)
        except ValueError:
            return UNASKED
        return min(max(seconds, 1.0), limits.WAIT_MOST_SECONDS)

    def _until(self, asked: str) -> float:
        when = parsedate_to_datetime(asked)
        return (when.replace(tzinfo=when.tzinfo or UTC) - self.clock()).total_seconds()


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """To connect takes a part of the time only: where there is no connection, nothing can have been taken."""
    connect = min(limits.CONNECT_SECONDS, seconds / 2)
    return aiohttp.ClientTimeout(total=seconds, connect=connect, sock_connect=connect)


def _harmless(method: str, path: str) -> bool:
    """Whether doing it twice is as good as once. A message that is posted twice is read twice."""
    return method != "POST" or path == CONVERSATIONS


def _in_seconds(found: Json | Failed) -> Json | Failed:
    return replace(found, seconds=found.seconds or limits.WAIT_SECONDS) if isinstance(found, Later) else found


async def _json(response: aiohttp.ClientResponse) -> Json:
    try:
        found = await response.json(content_type=None)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(answer: Json) -> str:
    """Teams' own short word for the refusal, such as `MessageWritesBlocked`. Never its sentence, which may quote us."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return ""
    inner = error.get("innerHttpError") or error.get("subCode") or error.get("subcode")
    word = inner if isinstance(inner, str) else error.get("code")
    return word[:64] if isinstance(word, str) and word.replace("_", "").isalnum() else ""
