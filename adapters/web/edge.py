"""What every connection meets first. It must say what it wants within a time, and nothing is unpacked for it.

aiohttp waits for the rest of a request for as long as its sender likes, so that whoever begins many and ends none holds
them all.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from aiohttp import web

BACKLOG = 128
Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a request may take to arrive: its head, its body, and what it has too much of.

    `unread` is how long an answer may wait for somebody who does not take it, `idle` how long a connection may rest
    between two requests: longer than what proxies keep one for.
    """

    head: float = 15.0
    body: float = 10.0
    excess: float = 2.0
    unread: float = 30.0
    idle: float = 180.0


PATIENCE = Patience()


class Connection(web.RequestHandler):
    """A connection that is closed where the head of a request takes too long. While one is answered there is time."""

    def __init__(self, server: web.Server, patience: Patience, **settings: Any) -> None:
        super().__init__(server, **settings)
        self._patience = patience
        self._answers = False
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._hurry()

    def data_received(self, data: bytes) -> None:
        if not self._answers:
            self._hurry()
        super().data_received(data)

    def pause_writing(self) -> None:
        """Nobody takes what we write: not for ever."""
        self._unread = asyncio.get_running_loop().call_later(self._patience.unread, self._drop)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._relax()
        self._taken()
        super().connection_lost(exc)

    async def answered(self, request: web.BaseRequest, answer: Answering) -> web.StreamResponse:
        """The answer to a request whose head is here. The rest of it must follow."""
        self._relax()
        self._answers = True
        try:
            return await (self._once_whole(request, answer) if request.can_read_body else answer(request))
        finally:
            self._answers = False

    async def _once_whole(self, request: web.BaseRequest, answer: Answering) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as limit:

                def give_up() -> None:
                    if not request.content.is_eof():
                        limit.reschedule(loop.time())

                deadline = loop.call_later(self._patience.body, give_up)
                try:
                    return await answer(request)
                finally:
                    deadline.cancel()
        except TimeoutError:
            if limit.expired():
                raise web.HTTPRequestTimeout from None
            raise

    def _drop(self) -> None:
        """End the connection with what it has not taken: a close would wait for that."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def _taken(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _hurry(self) -> None:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(self._patience.head, self.force_close)

    def _relax(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


@asynccontextmanager
async def accepting(runner: web.AppRunner, listener: socket.socket, patience: Patience) -> AsyncIterator[None]:
    """Take connections for a runner that is set up, and no new ones afterwards. The runner ends those that are open."""
    loop = asyncio.get_running_loop()
    server = cast("web.Server", runner.server)
    server.request_handler = partial(_answered, server.request_handler)
    settings = {
        "loop": loop,
        "access_log": None,
        "auto_decompress": False,
        "keepalive_timeout": patience.idle,
        "lingering_time": patience.excess,
    }
    made = partial(Connection, server, patience, **settings)
    accepts = await loop.create_server(made, sock=listener, backlog=BACKLOG)
    try:
        yield
    finally:
        accepts.close()


async def _answered(answer: Answering, request: web.BaseRequest) -> web.StreamResponse:
    return await cast("Connection", request.protocol).answered(request, answer)
