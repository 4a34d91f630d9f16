"""What every connection meets first, over real sockets: who does not go on is not waited for."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from aiohttp import web

from adapters.web.edge import Patience
from bot.app import listening

QUICK = Patience(head=0.2, body=0.2, excess=0.1, idle=30.0)
SLOWER = 0.5
"""Longer than anything may take to arrive."""
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


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    site = web.Application()
    site.router.add_route("*", "/echo", echo)
    site.router.add_get("/stream", stream)
    site.router.add_post("/slow", slow)
    async with listening(site, "127.0.0.1", 0, QUICK) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        yield Line(reader, writer)
        writer.close()


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def slow(request: web.Request) -> web.Response:
    body = await request.read()
    await asyncio.sleep(SLOWER)
    return web.Response(body=body)


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(2):
        await response.write(b"event")
        await asyncio.sleep(SLOWER)
    return response


@pytest.mark.parametrize("begun", [b"", b"GET", b"POST /echo HTTP/1.1\r\nHost: x\r\n"])
async def test_a_request_whose_head_does_not_come_is_closed(line: Line, begun: bytes) -> None:
    """Nothing at all, a word or half a head: the connection is closed, without an answer."""
    await line.says(begun)
    assert await line.rest() == b""


async def test_who_dribbles_is_not_waited_for(line: Line) -> None:
    """A byte now and then buys no more time: the end comes in the middle of it."""
    await line.says(b"GET /echo HTTP/1.1\r\nX-Header: ")
    left = 400
    with suppress(ConnectionError):
        while left and not line.reader.at_eof():
            await line.says(b"y")
            await asyncio.sleep(0.05)
            left -= 1
    assert left


@pytest.mark.parametrize("path", [b"/echo", b"/slow"])
async def test_a_request_whose_body_does_not_come_is_ended(line: Line, path: bytes) -> None:
    """It is told so, and closed."""
    await line.says(POST.replace(b"/echo", path) + b"half")
    said = await line.rest()
    assert said.startswith(b"HTTP/1.1 408 ")


async def test_a_second_request_may_not_dawdle_either(line: Line) -> None:
    """A connection that was good once is closed in the middle of the next head."""
    await line.says(GET)
    assert await line.answer() == b"HTTP/1.1 200 OK "
    await line.says(b"GET /ec")
    assert await line.rest() == b""


async def test_a_connection_may_rest_between_two_requests(line: Line) -> None:
    """Proxies keep connections for later: what is whole was answered, and nothing hurries."""
    for _ in range(2):
        await line.says(POST)
        await line.says(b"12345678")
        assert await line.answer() == b"HTTP/1.1 200 OK 12345678"
        await asyncio.sleep(SLOWER)


async def test_an_answer_may_take_its_time(line: Line) -> None:
    """Work that is slow and a stream of events go on for as long as they need."""
    await line.says(POST.replace(b"/echo", b"/slow") + b"12345678")
    assert await line.answer() == b"HTTP/1.1 200 OK 12345678"
    await line.says(b"GET /stream HTTP/1.0\r\nHost: x\r\n\r\n")
    assert (await line.rest()).endswith(b"eventevent")


async def test_nothing_is_unpacked_for_a_stranger(line: Line) -> None:
    """A body that says it is compressed stays as it came: its signature is looked at first, whatever it unpacks to."""
    bomb = gzip.compress(bytes(1_000_000))
    head = f"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    await line.says(head.encode() + bomb)
    assert await line.answer() == b"HTTP/1.1 200 OK " + bomb
