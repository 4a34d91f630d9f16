"""The pages for whoever runs the service and for whoever wants to know what it keeps, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import false

from bot.administration import import_people
from bot.host.app import listening
from storage.engine import open_engines
from tests.attack.thief import steal
from tests.world import BATCH, OPENS, World

NINE = (BATCH + timedelta(days=1)).replace(hour=9)
FAR = [f"f{n},Somebody {n},Far,Council,staff,Europe/London,f{n}" for n in range(4)]
AWAY = "\n".join(
    [
        "key,name,unit,parent_unit,role,timezone,web_id",
        "boss,The leader,Far,Council,leader,Europe/London,boss",
        "away,An author,Far,Council,staff,America/New_York,away",
        *FAR,
    ]
).encode()


@asynccontextmanager
async def visiting(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser in front of the whole site."""
    async with listening(world.product.site, "127.0.0.1", 0) as url, aiohttp.ClientSession(url) as session:
        yield session


async def page(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with session.get(path) as response:
        return response.status, await response.text()


async def change(world: World, statement: str) -> None:
    engines = open_engines(world.database)
    try:
        async with engines.write.begin() as connection:
            await connection.exec_driver_sql(statement)
    finally:
        await engines.dispose()


async def test_a_service_that_can_work_says_so(small_world: World) -> None:
    """It is up and it is ready, in a word each, and to anybody."""
    async with visiting(small_world) as session:
        assert await page(session, "/healthz") == (200, "ok\n")
        assert await page(session, "/readyz") == (200, "ready\n")


async def test_a_store_that_does_not_answer_makes_it_unready_but_not_dead(small_world: World) -> None:
    """503 while the store fails, so that nothing is sent here; up all the time, so that nobody restarts it for that."""
    async with visiting(small_world) as session:
        await change(small_world, "ALTER TABLE deliveries RENAME TO lost")
        assert await page(session, "/readyz") == (503, "the store does not answer\n")
        assert await page(session, "/healthz") == (200, "ok\n")
        await change(small_world, "ALTER TABLE lost RENAME TO deliveries")
        assert await page(session, "/readyz") == (200, "ready\n")


async def test_metrics_count_deliveries_and_name_nobody(small_world: World) -> None:
    """One number a state, the same whoever was asked: no unit, no person, no account, no channel."""
    await small_world.at(OPENS)
    async with visiting(small_world) as session:
        status, said = await page(session, "/metrics")
    assert status == 200
    kind, *lines = said.splitlines()
    assert kind == "# TYPE hundred_days_deliveries gauge"
    assert 'hundred_days_deliveries{state="done"} 28' in lines
    assert all(line.startswith('hundred_days_deliveries{state="') for line in lines)
    assert not [name for name in ("Housing", "Roads", "Person", "u5", "general", "Council") if name in said]


@pytest.mark.parametrize("sees", [False, True])
async def test_nothing_that_is_counted_changes_between_two_batches(
    world: World, monkeypatch: pytest.MonkeyPatch, *, sees: bool
) -> None:
    """Whoever looks each minute learns of a conversation, a reply or a story with its batch, and not before.

    Were everything counted that waits, they would: the look can see it.
    """
    if sees:
        monkeypatch.setattr("storage.outbox._unheard_of", lambda _: false())
    await import_people(world.product.store, world.organisation, AWAY)
    await world.at(OPENS)
    await world.ask("away", "OpenThread", body="Please listen")
    await world.at(BATCH)
    [thread] = (await steal(world))["threads"]
    await world.ask("boss", "SayInThread", thread=thread["id"], body="I do")
    looks = []
    async with visiting(world) as session:
        for minute in range(1, 12):
            await world.at(BATCH + timedelta(minutes=minute))
            looks.append([await page(session, path) for path in ("/metrics", "/healthz", "/readyz")])
            await world.ask(f"u{minute}", "OpenThread", body="Please listen", hear="code" if minute % 2 else "here")
            await world.ask(f"u{minute}", "TellStory", text="Told", audience="organisation")
            await world.ask("boss", "SayInThread", thread=thread["id"], body="And I still do")
        assert (len({str(look) for look in looks}) == 1) is not sees
        await world.at(NINE)
        handed_over = await page(session, "/metrics")
        assert handed_over != looks[0][0]
        await world.at(NINE + timedelta(hours=4, minutes=1))
        assert (await page(session, "/metrics") == handed_over) is not sees
    assert "You have a reply" in str(world.mailbox.to("away")), "it is eight in New York"


async def test_the_notice_is_a_page_in_every_language(small_world: World) -> None:
    """Anybody reads it in English and in Welsh, each part marked as what it is, and it loads nothing from anywhere."""
    async with visiting(small_world) as session, session.get("/privacy") as response:
        said, headers = await response.text(), response.headers
    assert response.status == 200
    assert response.content_type == "text/html"
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    english, welsh = said.split('<main lang="cy">')
    assert '<main lang="en">' in english
    assert "What we cannot protect" in english
    assert "What we cannot protect" not in welsh
    assert english.count("<p>") == welsh.count("<p>") > 5
    assert "<script" not in said and "http://" not in said and "https://" not in said


async def test_the_notice_makes_no_promise_the_product_does_not_keep(small_world: World) -> None:
    """The thresholds in the notice are those of the pulses that are opened."""
    await small_world.at(OPENS)
    pulse = await small_world.pulse()
    async with visiting(small_world) as session:
        _, said = await page(session, "/privacy")
    assert f"for at least {pulse.k} people, comments for at least {pulse.k_comment}" in said
