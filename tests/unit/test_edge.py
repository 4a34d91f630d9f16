"""What every connection meets first, over real sockets: who does not go on is not waited for."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from adapters.web.edge import Patience
from bot.host.app import listening

QUICK = Patience(head=1.0, body=1.0, excess=0.1, unread=1.0, idle=30.0)
"""Short for a test, and longer than a busy machine pauses one."""
SLOWER = 1.5
MUCH = 32 * 2**20
"""More bytes than two sockets hold."""
GET = b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n"


@dataclass
class Line:
    """One connection, and what comes back on it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def says(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def answer(self) -> bytes:
        """One answer with its body, which always has a length here."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return head.partition(b"\r\n")[0] + b" " + await self.reader.readexactly(length)

    async def rest(self) -> bytes:
        """All that comes until the connection is closed, which must not take long."""
        async with asyncio.timeout(10):
            return await self.reader.read()


@dataclass
class Site:
    """A site that is being served."""

    port: int
    lines: list[Line] = field(default_factory=list)

    async def call(self) -> Line:
        self.lines.append(Line(*await asyncio.open_connection("127.0.0.1", self.port)))
        return self.lines[-1]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    app = web.Application()
    app.router.add_route("*", "/echo", echo)
    app.router.add_get("/stream", stream)
    app.router.add_post("/slow", slow)
    app.router.add_get("/much", much)
    async with listening(app, "127.0.0.1", 0, QUICK) as url:
        served = Site(int(url.rpartition(":")[2]))
        yield served
        for line in served.lines:
            line.writer.close()


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def slow(request: web.Request) -> web.Response:
    body = await request.read()
    await asyncio.sleep(SLOWER)
    return web.Response(body=body)


async def much(_: web.Request) -> web.Response:
    return web.Response(body=b"x" * MUCH)


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(2):
        await response.write(b"event")
        await asyncio.sleep(SLOWER)
    return response


async def test_a_request_that_does_not_go_on_is_closed(site: Site) -> None:
    """Nothing at all, a word, half a head, half of a second head: closed without an answer. Half a body: with one."""
    begun = (b"", b"GET", b"POST /echo HTTP/1.1\r\nHost: x\r\n")
    lines = [await site.call() for _ in (*begun, 0)]
    for line, raw in zip(lines, begun, strict=False):
        await line.says(raw)
    await lines[-1].says(GET)
    assert await lines[-1].answer() == b"HTTP/1.1 200 OK "
    await lines[-1].says(b"GET /ec")
    bodies = [await site.call() for _ in range(2)]
    for line, path in zip(bodies, (b"/echo", b"/slow"), strict=True):
        await line.says(POST.replace(b"/echo", path) + b"half")
    assert await asyncio.gather(*(line.rest() for line in lines)) == [b""] * 4
    assert [said[:13] for said in await asyncio.gather(*(line.rest() for line in bodies))] == [b"HTTP/1.1 408 "] * 2


async def test_who_dribbles_is_not_waited_for(site: Site) -> None:
    """A byte now and then buys no more time: the end comes in the middle of it."""
    line = await site.call()
    await line.says(b"GET /echo HTTP/1.1\r\nX-Header: ")
    left = 200
    with suppress(ConnectionError):
        while left and not line.reader.at_eof():
            await line.says(b"y")
            await asyncio.sleep(0.1)
            left -= 1
    assert left


async def test_who_takes_no_answer_is_not_held(site: Site) -> None:
    """Whoever asks for much and reads nothing is dropped; who reads it gets all of it."""
    idle, reading = [await site.call() for _ in range(2)]
    for line in (idle, reading):
        await line.says(GET.replace(b"/echo", b"/much"))
    assert (await reading.answer()).endswith(b"x" * 8)
    await asyncio.sleep(2 * SLOWER)
    taken = b""
    with suppress(ConnectionError):
        taken = await idle.rest()
    assert len(taken) < MUCH


async def test_what_is_whole_has_all_the_time_it_needs(site: Site) -> None:
    """Slow work and a stream of events go on, and a connection may rest between two requests, as proxies let it."""
    resting, working, streaming = [await site.call() for _ in range(3)]
    await working.says(POST.replace(b"/echo", b"/slow") + b"12345678")
    await streaming.says(b"GET /stream HTTP/1.0\r\nHost: x\r\n\r\n")
    for _ in range(2):
        await resting.says(POST)
        await resting.says(b"12345678")
        assert await resting.answer() == b"HTTP/1.1 200 OK 12345678"
        await asyncio.sleep(SLOWER)
    assert await working.answer() == b"HTTP/1.1 200 OK 12345678"
    assert (await streaming.rest()).endswith(b"eventevent")


async def test_nothing_is_unpacked_for_a_stranger(site: Site) -> None:
    """A body that says it is compressed stays as it came: its signature is looked at first, whatever it unpacks to."""
    line = await site.call()
    bomb = gzip.compress(bytes(1_000_000))
    head = f"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    await line.says(head.encode() + bomb)
    assert await line.answer() == b"HTTP/1.1 200 OK " + bomb
