"""Whether the service is up, whether it can work, and how deliveries stand: for those who run it."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.errors import Unavailable
from bot.ports.clock import Clock
from bot.ports.store import Store


@dataclass(frozen=True, slots=True)
class Health:
    store: Store
    clock: Clock

    async def up(self, _request: web.Request) -> web.Response:
        """The process answers."""
        return web.Response(text="ok\n")

    async def ready(self, _request: web.Request) -> web.Response:
        """The store answers too."""
        try:
            async with self.store.view() as tx:
                await tx.outbox.count_waiting(self.clock())
        except Unavailable:
            return web.Response(status=503, text="the store does not answer\n")
        return web.Response(text="ready\n")

    async def metrics(self, _request: web.Request) -> web.Response:
        """Deliveries by state, in Prometheus' text form.

        Nothing by unit or person: that would tell who answers. Nothing that waits for its batch: that would tell when
        somebody writes.
        """
        async with self.store.view() as tx:
            counts = await tx.outbox.count_by_state(self.clock())
        lines = [f'hundred_days_deliveries{{state="{state}"}} {n}\n' for state, n in sorted(counts.items())]
        return web.Response(text="# TYPE hundred_days_deliveries gauge\n" + "".join(lines))


def mount(site: web.Application, store: Store, clock: Clock) -> None:
    """Put the three pages under a site."""
    health = Health(store, clock)
    site.router.add_get("/healthz", health.up)
    site.router.add_get("/readyz", health.ready)
    site.router.add_get("/metrics", health.metrics)
