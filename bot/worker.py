"""What runs beside the conversations: it does what falls due, and delivers."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.delivery import Deliverer
from bot.plan import Jobs, Work, tick
from bot.ports.clock import Clock
from bot.ports.store import Store

log = logging.getLogger(__name__)
TIDY_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """One of possibly many. What happens once, happens once among all of them."""

    store: Store
    deliverer: Deliverer
    jobs: Jobs
    clock: Clock

    async def run(self, every: float, stop: asyncio.Event) -> None:
        """Work until told to stop; what has been begun is finished. A failure is logged and tried again."""
        tidied = None
        while not stop.is_set():
            try:
                if tidied is None or self.clock() - tidied > TIDY_EVERY:
                    tidied = self.clock()
                    await self.tidy()
                await self.step(stop)
            except Exception:  # the outermost edge: whatever it was, the next turn must come
                log.exception("worker.failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await stop.wait()

    async def step(self, stop: asyncio.Event | None = None) -> None:
        """Do all that is due now, and deliver until nothing is left to deliver, or until told to stop."""
        composer = self.deliverer.composer
        await tick(Work(self.store, composer.languages, composer.themes, self.clock()), self.jobs)
        while not (stop and stop.is_set()) and await self.deliverer.once():
            pass

    async def tidy(self) -> None:
        """Mend what a crash or a restored backup left."""
        for pulse in await self.store.tidy(self.clock()):
            log.error("pulse.lost", extra={"pulse": pulse})
