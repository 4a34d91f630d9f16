"""The few files that pages need, from inside the package."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import resources

from aiohttp import web

ADDRESS = "/static/{name}"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def static(*names: str) -> Handler:
    """A handler that serves these files of `adapters/web/static`, and nothing else."""
    types = {name: TYPES[name[name.rindex(".") :]] for name in names}

    async def serve(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in types:
            raise web.HTTPNotFound
        file = resources.files("adapters.web") / "static" / name
        return web.Response(body=file.read_bytes(), content_type=types[name], charset="utf-8")

    return serve
