"""Worker processes of their own, to be killed. They deliver to a stub over real HTTP, which counts what arrives."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from adapters.text.render import lines
from bot.domain.people import Address, Platform
from bot.host.app import open_product
from bot.host.settings import Settings
from bot.ports.sending import Outcome, Sent, Unfindable
from bot.views import View


@dataclass(frozen=True, slots=True)
class StubMessenger:
    """Posts to the stub. It cannot look whether something arrived, like Teams."""

    url: str
    http: aiohttp.ClientSession
    looks: bool = False

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        async with self.http.post(self.url, json={"to": to.ref, "key": key, "text": lines(view)}) as answer:
            return Sent((await answer.json())["ref"])

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        del to, view
        return Sent(ref)

    async def find(self, to: Address, key: str, since: datetime) -> Unfindable:
        del to, key, since
        return Unfindable()


def start(database: str, keys: Path, url: str, now: datetime) -> tuple[BaseProcess, Event]:
    """A process that works at this time until it is killed, and the event by which it says that it is ready.

    It is forked from a server that has imported the product once: importing takes longer than what it does here.
    """
    servers = get_context("forkserver")
    servers.set_forkserver_preload(["bot.host.app"])
    ready = servers.Event()
    process = servers.Process(target=_run, args=(database, keys, url, now, ready), daemon=True)
    process.start()
    return process, ready


def _run(database: str, keys: Path, url: str, now: datetime, ready: Event) -> None:
    asyncio.run(_work(database, keys, url, now, ready))


async def _work(database: str, keys: Path, url: str, now: datetime, ready: Event) -> None:
    settings = Settings(database=SecretStr(database), keys=keys)
    async with aiohttp.ClientSession() as http:
        messenger = StubMessenger(url, http)
        async with open_product(settings, lambda: now, {Platform.WEB: messenger}) as product:
            ready.set()
            while True:
                await product.worker.step()
                await asyncio.sleep(0.05)
