"""A pressed button whose answer is sealed and committed: the whole product beside a bolt app that does nothing at all.

Each side is a server in a process of its own; this process presses, and plays the rest of Slack. Both get the same
signed presses. The bare side is bolt as its documentation has it, behind aiohttp, with `process_before_response` (its
default would wait 10 ms for every press): it checks the signature and says yes. The product checks the signature, looks
up the person, seals the answer, commits it to SQLite, says yes, and then redraws the message.

Run one side by hand with `python -m tests.benchmarks.slack ours|bare SLACK_URL`.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.platforms.slack_visitor import FORM, signed

Json = dict[str, Any]
AT_ONCE = 10
WARM_UP = 50
PRESSES = 1_500
PEOPLE = 200
SECRET = "benchmark"
TEAM = "T0LOCAL"


async def run() -> str:
    """A line with both medians, both rates and the ratio of the rates."""
    async with _slack() as slack_url:
        measured = {side: await _measure(side, slack_url) for side in ("bare", "ours")}
    parts = [
        f"{side} p50 alone {alone * 1000:.1f} ms, {rate:.0f}/s and p50 {p50 * 1000:.1f} ms with {AT_ONCE} at once"
        for side, (alone, rate, p50) in measured.items()
    ]
    ratio = measured["ours"][1] / measured["bare"][1]
    return f"Slack press answered: {'; '.join(parts)}; ratio {ratio:.2f}"


@asynccontextmanager
async def _slack() -> AsyncIterator[str]:
    """A Slack that takes everything."""

    async def taken(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "team_id": TEAM})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", taken)
    async with _listening(app) as url:
        yield url


@asynccontextmanager
async def _listening(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


async def _measure(side: str, slack_url: str) -> tuple[float, float, float]:
    """The median of one press at a time; then the rate and the median of several at once."""
    command = (sys.executable, "-W", "ignore", "-m", "tests.benchmarks.slack", side, slack_url)
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert server.stdout is not None
        ready = json.loads(await server.stdout.readline())
        async with aiohttp.ClientSession() as session:
            await _press(session, ready, slack_url, (WARM_UP, AT_ONCE))
            _, alone = await _press(session, ready, slack_url, (PRESSES // 3, 1))
            rate, together = await _press(session, ready, slack_url, (PRESSES, AT_ONCE))
        return alone, rate, together
    finally:
        server.terminate()
        await server.wait()


async def _press(
    session: aiohttp.ClientSession, ready: Json, slack_url: str, load: tuple[int, int]
) -> tuple[float, float]:
    times, at_once = load
    waits: list[float] = []
    requests = [_signed_press(n, ready["value"], slack_url) for n in range(times)]

    async def person() -> None:
        while requests:
            body, headers = requests.pop()
            began = time.perf_counter()
            async with session.post(ready["url"], data=body, headers=headers) as got:
                assert got.status == 200, got.status
                await got.read()
            waits.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(at_once)))
    return times / (time.perf_counter() - began), statistics.median(waits)


def _signed_press(n: int, value: str, slack_url: str) -> tuple[bytes, dict[str, str]]:
    action = {"type": "button", "action_id": "hd:AnswerPulse:0", "block_id": "b", "value": value, "action_ts": "1.0"}
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "local"},
        "user": {"id": f"U{n % PEOPLE}", "username": "u", "team_id": TEAM},
        "channel": {"id": "D1", "name": "directmessage"},
        "message": {"ts": "1.0", "text": "How was it?"},
        "trigger_id": f"{time.time_ns()}.{n}",
        "response_url": f"{slack_url}/commands/1",
        "actions": [action],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return body, signed(SECRET, body, int(time.time())) | {"Content-Type": FORM}


async def _serve(side: str, slack_url: str) -> None:
    serving = _ours(slack_url) if side == "ours" else _bare()
    async with serving as (app, value), _listening(app) as url:
        print(json.dumps({"url": f"{url}/slack/events", "value": value}), flush=True)
        await asyncio.Event().wait()


@asynccontextmanager
async def _bare() -> AsyncIterator[tuple[web.Application, str]]:
    from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)

    bolt = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    @bolt.action("hd:AnswerPulse:0")
    async def press(ack: Any) -> None:
        await ack()

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    app = web.Application()
    app.router.add_post("/slack/events", events)
    yield app, "{}"


@asynccontextmanager
async def _ours(slack_url: str) -> AsyncIterator[tuple[web.Application, str]]:
    from bot.host.app import open_product
    from bot.host.settings import Settings

    with TemporaryDirectory() as folder:
        (Path(folder) / "data").mkdir()
        environment = {
            "HUNDRED_DAYS_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/data/hundred-days.db",
            "HUNDRED_DAYS_KEYS": f"{folder}/keys",
            "SLACK_BOT_TOKEN": "xoxb-benchmark",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack_url}/api/",
        }
        async with open_product(Settings.read(environment)) as product:
            yield product.site, await _open_pulse(product.store)


async def _open_pulse(store: Any) -> str:
    """Two hundred people and a pulse of one question; returns what a button of it holds."""
    from adapters.slack.blocks import packed
    from bot import administration
    from bot.domain.ids import new_id
    from bot.domain.programmes import Programme
    from bot.domain.pulses import Pulse
    from bot.domain.questions import QUESTIONS
    from bot.features.pulses.commands import AnswerPulse

    organisation = await administration.only(store)
    staff = "key,name,slack_id\n" + "".join(f"k{n},Person {n},U{n}\n" for n in range(PEOPLE))
    await administration.import_people(store, organisation, staff.encode())
    now = datetime.now(UTC)
    programme = Programme(new_id(), organisation.id, "100 days", "Be heard", now.date())
    item = next(iter(QUESTIONS))
    pulse = Pulse(new_id(), organisation.id, programme.id, now.date(), (item,), now, now + timedelta(days=3))
    async with store.begin() as tx:
        await tx.programmes.add(programme)
        await tx.pulses.open(pulse)
    return packed(AnswerPulse(pulse.id, item, 4).write())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(_serve(*sys.argv[1:3]))
    else:
        print(asyncio.run(run()))
