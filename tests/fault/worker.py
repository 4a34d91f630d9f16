"""A worker process of its own, to be killed: `python -m tests.fault.worker DATABASE KEYS STUB TIME`.

It delivers to a stub over real HTTP, which counts what arrives. TIME is the practice time in ISO form.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from adapters.text.render import lines
from bot.app import open_product
from bot.domain.people import Address, Platform
from bot.ports import Outcome, Sent, Unfindable
from bot.settings import Settings
from bot.views import View


@dataclass(frozen=True, slots=True)
class StubMessenger:
    """Posts to the stub. It can not look whether something arrived, like Teams."""

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


async def main(database: str, keys: str, url: str, at: str) -> None:
    """Work until killed, saying when ready."""
    now = datetime.fromisoformat(at)
    settings = Settings(database=SecretStr(database), keys=Path(keys))
    async with aiohttp.ClientSession() as http:
        messenger = StubMessenger(url, http)
        async with open_product(settings, lambda: now, {Platform.WEB: messenger}) as product:
            print("ready", flush=True)
            while True:
                await product.worker.step()
                await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
