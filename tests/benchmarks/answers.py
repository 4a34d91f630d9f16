"""An answer at the store: sealed and committed to disk, one after the other."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time

from bot.domain.ballots import Answer
from bot.domain.people import Labels
from tests.benchmarks.store import ITEMS, KINDS, Crowd, apart, crowd, database_of
from tests.soak.figures import Figure

ANSWERS, WARM_UP = 2_000, 100


async def run() -> list[Figure]:
    """How long an answer takes, on each database."""
    figures = []
    for kind in KINDS:
        found = await apart("tests.benchmarks.answers", kind)
        figures += [
            Figure(f"Answer at the store, {kind}, p50", found["p50"], "ms", at_most=5),
            Figure(f"Answer at the store, {kind}, p95", found["p95"], "ms"),
        ]
    return figures


async def _measured(of: Crowd) -> list[float]:
    waits = []
    for n in range(WARM_UP + ANSWERS):
        began = time.perf_counter()
        async with of.store.begin() as tx:
            pulse = await tx.pulses.lock(of.pulse.id)
            assert pulse is not None
            person = of.people[n % len(of.people)]
            await tx.ballots.cast(pulse.id, person, Labels(of.units[0]), Answer(ITEMS[0], n % 5 + 1))
        waits.append((time.perf_counter() - began) * 1000)
    return waits[WARM_UP:]


def main(kind: str) -> None:
    """Measure on one database and print it."""

    async def measure(database: str) -> list[float]:
        async with crowd(database, folder, 1_000) as made:
            return await _measured(made)

    with database_of(kind) as (url, folder):
        waits = asyncio.run(measure(url))
    print(json.dumps({"p50": statistics.median(waits), "p95": statistics.quantiles(waits, n=20)[18]}))


if __name__ == "__main__":
    main(sys.argv[1])
