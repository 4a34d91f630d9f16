"""The token that we send with: fetched once an hour, by one request, however many messages wait for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from adapters.teams import limits
from adapters.teams.config import TeamsConfig
from bot.errors import HundredDaysError
from bot.ports.clock import Clock

SCOPE = "https://api.botframework.com/.default"


class NoTokenError(HundredDaysError):
    """Microsoft gave us no token just now."""


@dataclass(slots=True)
class Tokens:
    """Our token, kept until shortly before it ends. While a new one cannot be had, the old one serves to its end."""

    config: TeamsConfig
    session: aiohttp.ClientSession
    clock: Clock
    _token: str = field(default="", repr=False)
    _until: datetime | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self) -> str:
        """A token that is valid for a while yet. Raises `NoTokenError`."""
        if self._fresh(limits.TOKEN_EARLY_SECONDS):
            return self._token
        async with self._lock:
            if not self._fresh(limits.TOKEN_EARLY_SECONDS):
                await self._renew()
        return self._token

    def forget(self, token: str) -> None:
        """Use this token no more: it was refused."""
        if token == self._token:
            self._until = None

    async def _renew(self) -> None:
        try:
            self._keep(await self._fetch())
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            if not self._fresh(0):
                raise NoTokenError(type(error).__name__) from None

    async def _fetch(self) -> dict[str, Any]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.config.app_id,
            "client_secret": self.config.app_password,
            "scope": SCOPE,
        }
        timeout = aiohttp.ClientTimeout(total=limits.REQUEST_SECONDS)
        url = self.config.token_address
        async with self.session.post(url, data=form, timeout=timeout, allow_redirects=False) as response:
            response.raise_for_status()
            found: dict[str, Any] = await response.json(content_type=None)
        return found

    def _keep(self, found: dict[str, Any]) -> None:
        token, seconds = str(found["access_token"]), int(found["expires_in"])
        self._token, self._until = token, self.clock() + timedelta(seconds=seconds)

    def _fresh(self, seconds: int) -> bool:
        return self._until is not None and self.clock() + timedelta(seconds=seconds) < self._until
