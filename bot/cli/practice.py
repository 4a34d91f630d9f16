"""Starting the practice workspace: files of its own, loopback only, and nothing of a real installation."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from adapters.web import server
from adapters.web.chat import Chat
from adapters.web.client import WebMessenger
from adapters.web.pages.forms import Forms
from adapters.web.pages.sealed import Seal
from adapters.web.practice.clock import PracticeClock
from adapters.web.practice.workspace import Workspace, start_of
from adapters.web.reply import Desk
from bot.domain.people import Platform
from bot.errors import Misconfigured
from bot.host.app import Product, listening, open_product
from bot.host.settings import Settings

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Practice:
    """The practice workspace, open but not yet listening."""

    product: Product
    workspace: Workspace


async def travelling(product: Product) -> Forms:
    """Forms that travel in the page, and can be sent although the workspace was started again meanwhile."""
    return Forms(Seal.of(await product.store.secret("pages"), "practice"), product.core.routes)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Practice]:
    """The workspace kept in this folder, or a new one."""
    for part in ("data", "chat"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    clock = PracticeClock.opened(folder / "clock", start_of(datetime.now(UTC).date()))
    chat = Chat(folder / "chat" / "messages.sqlite")
    settings = Settings(
        database=SecretStr(f"sqlite:///{folder / 'data' / 'hundred-days.sqlite'}"), keys=folder / "keys"
    )
    async with open_product(settings, clock, {Platform.WEB: WebMessenger(chat, clock)}) as product:
        workspace = await Workspace.opened(product.core, product.worker, chat, clock)
        server.mount(product.site, workspace, Desk(chat, clock, await travelling(product)))
        yield Practice(product, workspace)


async def practise(folder: Path, port: int, greet: Callable[[str], None]) -> None:
    """Run until stopped. `greet` is told the address once the page answers.

    Raises `Misconfigured` at once where the port is taken: a new workspace takes seconds to furnish. Raises `OSError`
    where the folder cannot be used.
    """
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise Misconfigured(
            f"Port {port} is in use, perhaps by another practice workspace, or not ours to use. Stop that one, or "
            "choose another: hundred-days practice --port 8090"
        ) from error
    async with opened(folder) as practice, listening(practice.product.site, HOST, port) as address:
        greet(address)
        async with asyncio.TaskGroup() as group:
            group.create_task(practice.workspace.run())
