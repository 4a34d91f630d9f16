"""Reminders for a hundred thousand people, queued in one transaction."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from bot.features.pulses.notices import PulseReminder
from bot.ports.outbox import When
from tests.benchmarks.store import KINDS, apart, crowd, database_of
from tests.soak.figures import Figure
from tests.world import REMINDS

PEOPLE = 100_000


async def run() -> list[Figure]:
    """How long it takes to queue them, on each database."""
    return [
        Figure(f"Reminders for {PEOPLE:,} people queued, {kind}", found["seconds"], "s", at_most=5)
        for kind in KINDS
        for found in [await apart("tests.benchmarks.reminders", kind)]
    ]


def main(kind: str) -> None:
    """Measure on one database and print it."""

    async def measure(database: str) -> float:
        async with crowd(database, folder, PEOPLE) as made:
            began = time.perf_counter()
            async with made.store.begin() as tx:
                notice = PulseReminder(made.pulse.id)
                assert await tx.outbox.fan_out(made.pulse, notice, When(REMINDS)) == PEOPLE
            return time.perf_counter() - began

    with database_of(kind) as (url, folder):
        print(json.dumps({"seconds": asyncio.run(measure(url))}))


if __name__ == "__main__":
    main(sys.argv[1])
