"""A local HashiCorp Vault: the HTTP API of its key/value engine, version 2, on loopback.

It forgets no more than Vault does: a deleted version can be undeleted, an older one read, and only destroying a version
or deleting a secret's metadata is for good. `stored` is what somebody with the server's disk would find.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

Json = dict[str, Any]
KEPT = 10
NOTHING: Json = {"errors": []}


def vault_time() -> str:
    """The time as Vault writes it, to the nanosecond."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}123Z"


@dataclass
class Version:
    """One version of a secret."""

    data: Json | None
    created: str = field(default_factory=vault_time)
    deleted: str = ""
    destroyed: bool = False

    @property
    def metadata(self) -> Json:
        return {"created_time": self.created, "deletion_time": self.deleted, "destroyed": self.destroyed}


@dataclass
class Secret:
    """A secret with all versions that are kept."""

    versions: dict[int, Version] = field(default_factory=dict)
    created: str = field(default_factory=vault_time)

    @property
    def current(self) -> int:
        return max(self.versions, default=0)

    def add(self, data: Json) -> Json:
        number = self.current + 1
        self.versions[number] = Version(data)
        self.versions.pop(number - KEPT, None)
        return self.versions[number].metadata | {"version": number}


class LocalVault:
    """A Vault with one engine of each version: `kv` is of version 2, `old` of version 1."""

    def __init__(self) -> None:
        self.token = f"hvs.{secrets.token_hex(12)}"
        self.url = ""
        self.stored: dict[str, Secret] = {}
        self.requests: list[tuple[str, str]] = []
        self.sealed = False
        self.broken = False

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/v1/sys/internal/ui/mounts/{mount}", self._mount)
        app.router.add_route("*", "/v1/{mount}/{part}/{path:.*}", self._kv)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()

    @property
    def address(self) -> str:
        """What to set HUNDRED_DAYS_KEYS to."""
        return f"vault+{self.url}/kv/hundred-days"

    def environment(self) -> Mapping[str, str]:
        return {"HUNDRED_DAYS_KEYS": self.address, "VAULT_TOKEN": self.token}

    def everything(self) -> str:
        """All that is stored, deleted or not."""
        return json.dumps(
            {path: [[v.data, v.metadata] for v in secret.versions.values()] for path, secret in self.stored.items()}
        )

    async def _mount(self, request: web.Request) -> web.Response:
        version = {"kv": "2", "old": "1"}.get(request.match_info["mount"])
        if refused := self._refused(request):
            return refused
        if version is None:
            return _json({"errors": ["preflight capability check returned 403"]}, status=403)
        return _json({"data": {"type": "kv", "options": {"version": version}}})

    async def _kv(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        mount, part, path = (request.match_info[name] for name in ("mount", "part", "path"))
        if mount != "kv":
            problem = f'no handler for route "{mount}/{part}/{path}". route entry not found.'
            return _json({"errors": [problem]}, status=404)
        given = await request.json() if request.can_read_body else {}
        method = "LIST" if "list" in request.query else request.method
        return self._answer(method, part, path, given, request.query.get("version", "0"))

    def _refused(self, request: web.Request) -> web.Response | None:
        self.requests.append((request.method, request.path))
        if self.broken:
            return _json({"errors": ["internal error"]}, status=500)
        if self.sealed:
            return _json({"errors": ["Vault is sealed"]}, status=503)
        if request.headers.get("X-Vault-Token") != self.token:
            return _json({"errors": ["permission denied"]}, status=403)
        return None

    def _answer(self, method: str, part: str, path: str, given: Json, version: str) -> web.Response:
        secret = self.stored.get(path)
        match part, method:
            case "metadata", "LIST":
                return self._listed(path)
            case "data", "POST" | "PUT":
                return self._write(path, given)
            case "delete" | "undelete" | "destroy", "POST" | "PUT":
                return self._change(part, secret, given.get("versions", []))
            case "data", "DELETE":
                return self._change("delete", secret, [secret.current] if secret else [])
            case "metadata", "DELETE":
                self.stored.pop(path, None)
                return web.Response(status=204)
        if secret is None:
            return _json(NOTHING, status=404)
        match part, method:
            case "data", "GET":
                return _read(secret, int(version) or secret.current)
            case "metadata", "GET":
                return _json({"data": _metadata(secret)})
        return _json({"errors": ["unsupported operation"]}, status=405)

    def _listed(self, path: str) -> web.Response:
        folder = f"{path.rstrip('/')}/"
        below = [name.removeprefix(folder) for name in self.stored if name.startswith(folder)]
        keys = sorted({name if "/" not in name else name.partition("/")[0] + "/" for name in below})
        return _json({"data": {"keys": keys}} if keys else NOTHING, status=200 if keys else 404)

    def _write(self, path: str, given: Json) -> web.Response:
        secret = self.stored.get(path, Secret())
        if given.get("options", {}).get("cas", secret.current) != secret.current:
            problem = "check-and-set parameter did not match the current version"
            return _json({"errors": [problem]}, status=400)
        self.stored[path] = secret
        return _json({"data": secret.add(given["data"])})

    def _change(self, part: str, secret: Secret | None, numbers: list[int]) -> web.Response:
        for version in (secret.versions[n] for n in numbers if secret and n in secret.versions):
            match part:
                case "delete" if not version.deleted:
                    version.deleted = vault_time()
                case "undelete":
                    version.deleted = ""
                case "destroy":
                    version.data, version.destroyed = None, True
        return web.Response(status=204)


def _json(body: Json, status: int = 200) -> web.Response:
    """Vault names no character set."""
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json")


def _read(secret: Secret, number: int) -> web.Response:
    version = secret.versions.get(number)
    if version is None:
        return _json(NOTHING, status=404)
    there = not version.deleted and not version.destroyed
    data = version.data if there else None
    found = {"data": data, "metadata": version.metadata | {"version": number}}
    return _json({"data": found}, status=200 if there else 404)


def _metadata(secret: Secret) -> Json:
    versions = {str(number): version.metadata for number, version in secret.versions.items()}
    return {"created_time": secret.created, "current_version": secret.current, "versions": versions}
