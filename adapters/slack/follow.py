"""What is done after the answer: tasks that are held on to, and waited for at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field

from aiohttp import web

from bot.ports.sending import Outcome, Sent

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """Tasks under way. The event loop itself would forget them."""

    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def do(self, call: Coroutine[None, None, Outcome]) -> None:
        """Start a call and hold on to it until it ends."""
        task = asyncio.create_task(_reported(call))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def drain(self, _: web.Application) -> None:
        """Wait for what is still under way. Every call has a time limit of its own."""
        await asyncio.gather(*self.tasks)


async def _reported(call: Coroutine[None, None, Outcome]) -> None:
    ended = await call
    if not isinstance(ended, Sent):
        log.warning("slack.follow_up.%s", type(ended).__name__.lower())
