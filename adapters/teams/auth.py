"""Whether an activity really comes from Teams. Whatever is not right about it is `Unauthorised`, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import jwt

from adapters.teams import limits
from adapters.teams.config import TeamsConfig
from bot.errors import HundredDaysError
from bot.ports.clock import Clock

Json = dict[str, Any]
ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"


class UnauthorisedError(HundredDaysError):
    """The activity is not from Teams, or not for us. The message is for our log and says nothing of its content."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the platform's, and the channels that it may speak for."""

    public: jwt.PyJWK
    channels: frozenset[str]


@dataclass(slots=True)
class KeyRing:
    """The platform's keys. Asked for again when one is not known, but at most once a minute; kept when that fails."""

    url: str
    session: aiohttp.ClientSession
    clock: Clock
    _keys: Mapping[str, Key] = field(default_factory=dict)
    _asked: datetime | None = None
    _read: datetime | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, kid: str) -> Key | None:
        """The key with this id."""
        if kid not in self._keys or self._older(self._read, limits.KEYS_LIFE_SECONDS):
            async with self._lock:
                await self._refresh()
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        if not self._older(self._asked, limits.KEYS_REFETCH_SECONDS):
            return
        self._asked = self.clock()
        try:
            async with asyncio.timeout(limits.KEYS_SECONDS):
                found = await self._fetch()
        except (aiohttp.ClientError, jwt.PyJWTError, TimeoutError, ValueError, KeyError, TypeError):
            return
        self._keys, self._read = found, self.clock()

    async def _fetch(self) -> dict[str, Key]:
        configuration = await self._json(self.url)
        keys = await self._json(configuration["jwks_uri"])
        return {
            key["kid"]: Key(jwt.PyJWK(key, algorithm="RS256"), frozenset(key.get("endorsements", ())))
            for key in keys["keys"]
            if key.get("kty") == "RSA"
        }

    async def _json(self, url: str) -> Json:
        async with self.session.get(url, allow_redirects=False) as response:
            response.raise_for_status()
            found: Json = await response.json(content_type=None)
        return found

    def _older(self, when: datetime | None, seconds: int) -> bool:
        return when is None or self.clock() - when >= timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Gate:
    """Checks the token that an activity came with."""

    config: TeamsConfig
    keys: KeyRing

    async def check(self, header: str, activity: Json) -> Json:
        """What the token claims. Raises `UnauthorisedError` unless everything about it is right."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnauthorisedError("no token")
        if activity.get("channelId") != CHANNEL:
            raise UnauthorisedError("another channel")
        try:
            claims = self._claims(token, await self._key(token))
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise UnauthorisedError(type(error).__name__) from None
        if not claims["serviceurl"] or claims["serviceurl"] != activity.get("serviceUrl"):
            raise UnauthorisedError("another service address")
        return claims

    async def _key(self, token: str) -> Key:
        head = jwt.get_unverified_header(token)
        if head.get("alg") != "RS256":
            raise UnauthorisedError("another algorithm")
        key = await self.keys.get(str(head.get("kid")))
        if key is None:
            raise UnauthorisedError("unknown key")
        if CHANNEL not in key.channels:
            raise UnauthorisedError("key not for this channel")
        return key

    def _claims(self, token: str, key: Key) -> Json:
        """The claims, by the token's own times: a token's end is a moment of the real clock, whatever ours says."""
        return jwt.decode(
            token,
            key.public,
            algorithms=["RS256"],
            audience=self.config.app_id,
            issuer=ISSUER,
            leeway=limits.TOKEN_LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "serviceurl"]},
        )
