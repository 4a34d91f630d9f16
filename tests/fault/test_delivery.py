"""Processes that die, and processes that race, while messages are being sent. Over real HTTP to a stub that counts."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import text

from bot.ports.outbox import Delivery, Ended
from bot.ports.sending import Later
from storage.engine import open_engines
from tests.fault.worker import start
from tests.world import OPENS, World, open_world, staff_list

EVERYBODY = 61
LEASE = timedelta(seconds=61)


@dataclass
class Stub:
    """A platform that takes its time and keeps count."""

    slow: float = 0.01
    arrived: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    bell: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        given = await request.json()
        await asyncio.sleep(self.slow * random.random())
        async with self.bell:
            self.arrived.append((given["to"], given["key"]))
            self.bell.notify_all()
        await asyncio.sleep(self.slow * random.random())
        return web.json_response({"ref": str(len(self.arrived))})

    async def full(self, expected: int) -> None:
        """Wait until this many messages have arrived."""
        async with asyncio.timeout(60), self.bell:
            await self.bell.wait_for(lambda: len(self.arrived) >= expected)

    @property
    def each(self) -> Counter[str]:
        return Counter(to for to, _ in self.arrived)


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    """A stub platform on loopback."""
    made = Stub()
    app = web.Application()
    app.router.add_post("/", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield made
    await runner.cleanup()


@pytest.fixture
async def crowd(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """Sixty-one people who are about to be asked."""
    async with open_world(database, tmp_path, staff_list(30, 30)) as opened:
        yield opened


@asynccontextmanager
async def worker(world: World, stub: Stub, at: datetime) -> AsyncIterator[None]:
    """A worker process, killed without warning when the block ends."""
    process, ready = start(world.database, world.keys, stub.url, at)
    try:
        assert await asyncio.to_thread(ready.wait, 60)
        yield
    finally:
        process.kill()
        await asyncio.to_thread(process.join)


async def states(world: World) -> Counter[str]:
    """How all deliveries stand."""
    async with world.product.store.view() as tx:
        return Counter(await tx.outbox.count_by_state(world.time[0]))


async def until_settled(world: World, seconds: float = 60) -> Counter[str]:
    """Wait until nothing is due, claimed or being sent."""
    async with asyncio.timeout(seconds):
        while set(found := await states(world)) & {"due", "claimed", "sending"} or not found:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return found


async def test_kill_9_between_commit_and_send_loses_nothing(crowd: World, stub: Stub) -> None:
    """Five workers are killed at random; nobody is asked twice, and only sends under way at a kill are in doubt."""
    at, chance = OPENS, random.Random(9)
    for _ in range(5):
        async with worker(crowd, stub, at):
            await asyncio.sleep(0.05 + chance.random() * 0.25)
        at += LEASE
    async with worker(crowd, stub, at):
        ended = await until_settled(crowd)
    assert sum(ended.values()) == EVERYBODY
    assert set(ended) <= {"done", "unknown"}
    assert max(stub.each.values()) == 1, "somebody was asked twice"
    assert ended["unknown"] <= 5 * 8, "more in doubt than can have been under way"
    unasked = EVERYBODY - len(stub.each)
    assert unasked <= ended["unknown"], "a message was lost and not recorded"


async def test_a_commit_survives_the_death_of_its_process(crowd: World, stub: Stub) -> None:
    """What was committed and never sent, because the process died in between, is sent by the next one, once."""
    crowd.time[0] = OPENS
    await crowd.ask("u5", "TellStory", text="A story", audience="organisation", named="yes")
    assert (await states(crowd))["due"] == 1
    async with worker(crowd, stub, OPENS):
        await until_settled(crowd)
    assert stub.each["general"] == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_two_processes_send_nothing_twice(crowd: World, stub: Stub) -> None:
    """Two workers on one PostgreSQL open one pulse and ask everybody once."""
    async with worker(crowd, stub, OPENS), worker(crowd, stub, OPENS):
        await stub.full(EVERYBODY)
        ended = await until_settled(crowd)
    assert dict(ended) == {"done": EVERYBODY}
    assert set(stub.each.values()) == {1}


async def test_replicas_that_are_asked_for_patience_at_once_do_not_stop_each_other(world: World) -> None:
    """Batches that hold the same lanes, met in opposite orders, are all settled."""
    lanes = ("slack:A", "slack:B", "slack:C")

    async def settle(order: tuple[str, ...]) -> None:
        ended = [
            Ended(Delivery(f"{n}", world.organisation.id, "PulseAsked", {}), Later(5 + n, lane=True), lane)
            for n, lane in enumerate(order)
        ]
        async with world.product.store.begin() as tx:
            await tx.outbox.record_outcomes(ended, OPENS)

    for _ in range(5):
        await asyncio.gather(*(settle(order) for order in (lanes, lanes[::-1], lanes, lanes[::-1])))


async def test_somebody_who_can_not_be_read_costs_nobody_else_a_try(world: World) -> None:
    """A person of a kind that only a newer version knows waits for that one; all others are written to."""
    await spoil(world.database, "UPDATE people SET role = 'mayor' WHERE key = 'k5'")
    await world.at(OPENS)
    await world.at(OPENS + timedelta(seconds=1))
    assert sorted(to for to, _ in world.mailbox.sent) == sorted([*(f"u{n}" for n in range(27) if n != 5), "steward"])


async def spoil(database: str, statement: str) -> None:
    """Change rows behind the product's back."""
    engines = open_engines(database)
    try:
        async with engines.write.begin() as connection:
            await connection.execute(text(statement))
    finally:
        await engines.dispose()
