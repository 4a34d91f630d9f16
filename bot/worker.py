"""What runs beside the conversations: it does what falls due, and delivers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.delivery import Deliverer
from bot.plan import Doer, Event, Work, tick
from bot.ports import Clock, Store

log = logging.getLogger(__name__)
TIDY_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """One of possibly many. What happens once, happens once among all of them."""

    store: Store
    deliverer: Deliverer
    doers: Mapping[Event, Doer]
    clock: Clock

    async def run(self, every: float) -> None:
        """Work for ever. A failure is logged and tried again; it never ends the loop."""
        tidied = None
        while True:
            try:
                if tidied is None or self.clock() - tidied > TIDY_EVERY:
                    tidied = self.clock()
                    await self.tidy()
                await self.step()
            except Exception:
                log.exception("worker.failed")
            await asyncio.sleep(every)

    async def step(self) -> None:
        """Do all that is due now, and deliver until nothing is left to deliver."""
        work = Work(self.store, self.deliverer.languages, self.deliverer.themes, self.clock())
        await tick(work, self.doers)
        while await self.deliverer.once():
            pass

    async def tidy(self) -> None:
        """Mend what a crash or a restored backup left."""
        for pulse in await self.store.tidy(self.clock()):
            log.error("pulse.lost", extra={"pulse": pulse})
