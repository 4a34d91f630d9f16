"""A typed message and its answer: our Teams adapter beside Microsoft's own, on one machine in one run.

Each side is a server in a process of its own; this process asks and plays the connector for both. Neither checks the
incoming token, and the stock side sends without one, because its way of fetching tokens would decide everything.
The stock side is `CloudAdapterBase` with its own authentication object, connector client and `ActivityHandler`, behind
the handler that `botbuilder-integration-aiohttp` documents. Ours is mounted as in the product, over a toy core.

Run one side by hand with `python -m tests.benchmarks.teams ours|stock SERVICE_URL`.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

Json = dict[str, Any]
AT_ONCE = 10
WARM_UP = 30
ASKED = {"ours": 1_500, "stock": 300}
TENANT = "7a1d2f0e-0000-4000-8000-00000000cafe"


async def run() -> str:
    """A line with both rates, both medians and the ratio."""
    async with _connector() as service_url:
        measured = {side: await _measure(side, service_url) for side in ("stock", "ours")}
    parts = [f"{side} {rate:.0f}/s p50 {p50 * 1000:.1f} ms" for side, (rate, p50) in measured.items()]
    ratio = measured["ours"][0] / measured["stock"][0]
    return f"Teams message answered, {AT_ONCE} at once: {', '.join(parts)}, ratio {ratio:.1f}"


@asynccontextmanager
async def _connector() -> AsyncIterator[str]:
    """A connector that takes everything at once, and gives a token."""

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 3600})

    async def taken(_: web.Request) -> web.Response:
        return web.json_response({"id": "1"}, status=201)

    app = web.Application()
    app.router.add_post("/token", token)
    app.router.add_post("/{path:.*}", taken)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/"
    await runner.cleanup()


async def _measure(side: str, service_url: str) -> tuple[float, float]:
    command = (sys.executable, "-W", "ignore", "-m", "tests.benchmarks.teams", side, service_url)
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert server.stdout is not None
        port = int(await server.stdout.readline())
        async with aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{port}/api/messages"
            await _ask(session, url, service_url, WARM_UP)
            return await _ask(session, url, service_url, ASKED[side])
    finally:
        server.terminate()
        await server.wait()


async def _ask(session: aiohttp.ClientSession, url: str, service_url: str, times: int) -> tuple[float, float]:
    """How many a second, and the median time of one."""
    waits: list[float] = []
    numbers = iter(range(times))

    async def worker() -> None:
        for n in numbers:
            began = time.perf_counter()
            async with session.post(url, json=_activity(n, service_url)) as got:
                assert got.status in {200, 201, 202}, got.status
                await got.read()
            waits.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return times / (time.perf_counter() - began), statistics.median(waits)


def _activity(n: int, service_url: str) -> Json:
    return {
        "type": "message",
        "id": f"{time.time_ns()}-{n}",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "timestamp": "2026-11-02T10:00:00Z",
        "locale": "en-GB",
        "text": "pulse We closed the form that nobody read",
        "from": {"id": "29:ana", "aadObjectId": "ana", "name": "Ana"},
        "recipient": {"id": "28:bot", "name": "Hundred Days"},
        "conversation": {"id": "a:ana", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
    }


async def _serve(side: str, service_url: str) -> None:
    app = web.Application()
    async with aiohttp.ClientSession() as session:
        if side == "ours":
            _mount_ours(app, session, service_url)
        else:
            _mount_stock(app)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()


def _mount_ours(app: web.Application, session: aiohttp.ClientSession, service_url: str) -> None:
    from typing import cast

    from adapters.teams import auth
    from adapters.teams.client import TeamsMessenger
    from adapters.teams.config import TeamsConfig
    from adapters.teams.server import mount
    from bot.core import Core
    from bot.ports.store import Store
    from bot.ports.themes import Themes
    from bot.words import load_languages
    from tests.platforms.teams_toy import ROUTES, TYPED, ToyStore, now

    async def unchecked(_: auth.Gate, header: str, activity: Json) -> Json:  # noqa: ARG001
        return {}

    auth.Gate.check = unchecked  # type: ignore[method-assign, assignment]
    host = service_url.removeprefix("http://").rstrip("/")
    config = TeamsConfig("bot", "secret", TENANT, token_url=f"{service_url}token", service_hosts=(host,))
    store, themes = cast("Store", ToyStore()), cast("Themes", None)
    core = Core(ROUTES, store, load_languages(), clock=now, themes=themes)
    mount(app, config, core, TeamsMessenger(config, session, now), now, TYPED)


def _mount_stock(app: web.Application) -> None:
    from botbuilder.core import ActivityHandler, MessageFactory, TurnContext
    from botbuilder.core.cloud_adapter_base import CloudAdapterBase
    from botbuilder.schema import Activity
    from botframework.connector.auth import BotFrameworkAuthenticationFactory

    class Echo(ActivityHandler):
        async def on_message_activity(self, turn_context: TurnContext) -> None:
            await turn_context.send_activity(MessageFactory.text(f"Echo: {turn_context.activity.text}"))

    class Stock(CloudAdapterBase):
        pass

    adapter, bot = Stock(BotFrameworkAuthenticationFactory.create()), Echo()

    async def messages(request: web.Request) -> web.Response:
        activity: Activity = Activity().deserialize(await request.json())  # type: ignore[no-untyped-call]
        answer = await adapter.process_activity(request.headers.get("Authorization", ""), activity, bot.on_turn)
        return web.json_response(answer.body, status=answer.status) if answer else web.Response(status=201)

    app.router.add_post("/api/messages", messages)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(_serve(*sys.argv[1:3]))
    else:
        print(asyncio.run(run()))
