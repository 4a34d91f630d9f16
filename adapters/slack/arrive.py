"""The start, where Slack cannot be reached: everything else begins without it, and it is asked again and again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from adapters.slack import limits
from adapters.slack.client import SlackUnreachable
from bot.errors import Misconfigured, Unavailable

log = logging.getLogger(__name__)
Arrive = Callable[[], Awaitable[None]]


@asynccontextmanager
async def arriving(arrive: Arrive) -> AsyncIterator[None]:
    """Now, or beside what runs in the block as soon as Slack answers. Raises `Misconfigured` for a wrong token."""
    try:
        await arrive()
    except SlackUnreachable:
        log.warning("slack.unreachable")
        trying = asyncio.create_task(_again(arrive))
    else:
        yield
        return
    try:
        yield
    finally:
        trying.cancel()
        await asyncio.wait({trying})


async def _again(arrive: Arrive) -> None:
    """Until it is done, or Slack says no: then only somebody who sets another token can help."""
    while True:
        await asyncio.sleep(limits.ARRIVAL_SECONDS)
        try:
            await arrive()
        except (SlackUnreachable, Unavailable):
            continue
        except Misconfigured:
            log.exception("slack.not_connected")
            return
        except Exception:  # an edge: whatever it was, Slack must not stay away until somebody starts us again
            log.exception("slack.not_yet_connected")
            continue
        log.info("slack.connected")
        return
