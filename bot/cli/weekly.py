"""What the plan has for this week, done from a terminal because its moment was missed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot import administration
from bot.cli.terminal import opened_product, say
from bot.cli.trustee import close_waiting
from bot.domain.people import Organisation
from bot.errors import Misconfigured
from bot.plan import Due, WeeklyMoment, Work, due

if TYPE_CHECKING:
    from bot.host.app import Product


async def do_this_week(event: WeeklyMoment, organisation_name: str) -> None:
    """Do what the plan has for this week, once, if its moment has come; and deliver it."""
    from bot.routes import JOBS

    async with opened_product() as product:
        which = await administration.named(product.store, organisation_name)
        now = product.core.clock()
        work = Work(product.store, product.core.languages, product.core.themes, now)
        items = await _due_now(product, which, now, event)
        for item in items:
            for job in JOBS[event]:
                await job(item, work)
        waited = await close_waiting(product, which.id) if event is WeeklyMoment.CLOSE else 0
        await product.worker.step()
    if not items and not waited:
        raise Misconfigured(f"There is nothing to {event} now: its time has not come, or no programme is running.")
    say("Done. It happens once a week, so doing it again changes nothing.")


async def _due_now(product: Product, which: Organisation, now: datetime, event: WeeklyMoment) -> list[Due]:
    async with product.store.view() as tx:
        programmes = await tx.programmes.list_all(which.id)
    return [item for p in programmes for item in due(which, p, now) if item.event is event]
