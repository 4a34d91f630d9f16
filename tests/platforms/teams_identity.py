"""The local Teams' keys and tokens: the ones it signs with, and the ones it gives to the bot."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from tests.platforms.teams import LocalTeams

Json = dict[str, Any]
ISSUER = "https://api.botframework.com"


class Identities:
    """Signs what Teams sends and checks who we are."""

    def __init__(self, teams: LocalTeams) -> None:
        self.teams = teams
        self.number = 0
        self.endorsements = ["msteams"]
        self.issued: set[str] = set()
        self.key_requests = 0
        self.down = False

    @property
    def kid(self) -> str:
        return f"key-{self.number}"

    def rotate(self) -> None:
        """Sign with another key from now on, and publish only that one."""
        self.number += 1

    def header(self, **claims: Any) -> str:
        """The Authorization header of a genuine activity, with claims changed as told. None takes a claim away."""
        now = int(time.time())
        given = {
            "iss": ISSUER,
            "aud": self.teams.app_id,
            "serviceurl": self.teams.service_url,
            "nbf": now - 60,
            "exp": now + 3600,
            **claims,
        }
        kept = {name: value for name, value in given.items() if value is not None}
        return "Bearer " + jwt.encode(kept, signing_key(self.number), algorithm="RS256", headers={"kid": self.kid})

    async def openid(self, request: web.Request) -> web.Response:  # noqa: ARG002
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.teams.url}/keys"})

    async def jwks(self, request: web.Request) -> web.Response:  # noqa: ARG002
        self.key_requests += 1
        if self.down:
            return web.Response(status=503)
        return web.json_response(self.keys())

    def keys(self) -> Json:
        """The public keys, as Teams publishes them."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(signing_key(self.number).public_key()))
        return {"keys": [{**public, "kid": self.kid, "endorsements": self.endorsements}]}

    async def token(self, request: web.Request) -> web.Response:
        self.teams.token_requests += 1
        form = await request.post()
        await asyncio.sleep(self.teams.token_hangs)
        if self.teams.token_down:
            return web.Response(status=503)
        if not self._ours(form):
            self.teams.violations.append("a token asked for with wrong credentials")
            return web.json_response({"error": "invalid_client"}, status=401)
        token = f"token-{self.teams.token_requests}"
        self.issued.add(token)
        answer = {"access_token": token, "expires_in": self.teams.token_seconds, "token_type": "Bearer"}
        return web.json_response(answer)

    def _ours(self, form: Mapping[str, Any]) -> bool:
        return (
            form.get("grant_type") == "client_credentials"
            and form.get("client_id") == self.teams.app_id
            and form.get("client_secret") == self.teams.password
            and form.get("scope") == f"{ISSUER}/.default"
        )


@cache
def signing_key(number: int) -> rsa.RSAPrivateKey:
    """A key of the platform's. Making one takes a moment, so a run makes each once."""
    assert number >= 0
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
