"""The close of a hundred thousand ballots, from first to last step, while somebody else writes every 50 ms."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time

from sqlalchemy import insert, select

from bot.domain.ballots import Answer
from bot.domain.ids import new_id
from bot.domain.people import Labels
from bot.features.pulses import closing
from bot.features.pulses.notices import PulseAsked
from bot.plan import Work
from bot.ports.outbox import Destination, When
from bot.words import load_languages
from storage.ballots import slots_key
from storage.rows.pulses import BallotRow, PulseRow
from storage.seal import SealingKeys, seal
from tests.benchmarks.store import ITEMS, KINDS, Crowd, apart, crowd, database_of, megabytes
from tests.fault.replica import themes
from tests.soak.figures import Figure
from tests.world import CLOSES, OPENS

BALLOTS, PEOPLE, AT_ONCE = 100_000, 50_000, 1_000
EVERY = 0.05


async def run() -> list[Figure]:
    """Time, memory, and the longest wait of the other writer, on each database."""
    figures = []
    for kind in KINDS:
        found = await apart("tests.benchmarks.close", kind)
        what = f"Close of {BALLOTS:,} ballots, {kind}"
        figures += [
            Figure(what, found["seconds"], "s", at_most=60),
            Figure(f"{what}, memory of the whole process", found["mb"], "MB", at_most=500),
            Figure(f"{what}, longest wait of another writer", found["longest"], "s", at_most=1),
            Figure(f"{what}, writes of the other meanwhile", found["writes"], ""),
        ]
    return figures


async def _cast_all(of: Crowd) -> None:
    """Everybody answers both questions, and has been asked. Sealed one by one, stored many at a time."""
    chance = random.Random(1)
    async with of.store.begin() as tx:
        await tx.outbox.fan_out(of.pulse, PulseAsked(of.pulse.id), When(OPENS, CLOSES))
    async with of.engines.read.connect() as connection:
        public = await connection.scalar(select(PulseRow.seal).where(PulseRow.id == of.pulse.id))
    keys = SealingKeys.vouched(await of.keys.get(slots_key(of.pulse.id)), public or b"")
    for start in range(0, PEOPLE, AT_ONCE):
        rows = [_row(of, keys, n, item, chance) for n in range(start, start + AT_ONCE) for item in ITEMS]
        async with of.engines.write.begin() as connection:
            await connection.execute(insert(BallotRow), rows)


def _row(of: Crowd, keys: SealingKeys, n: int, item: str, chance: random.Random) -> dict[str, object]:
    labels, score = Labels(of.units[n % len(of.units)], "Town Hall"), chance.randint(1, 5)
    slot, sealed = seal(keys, of.people[n], labels, Answer(item, score))
    own = {"pulse_id": of.pulse.id, "organisation_id": of.organisation.id}
    return {**own, "slot": slot, "sealed": sealed}


async def _write(of: Crowd, waits: list[float]) -> None:
    """Put something into the outbox every 50 ms, as a story that is told does."""
    while True:
        began = time.perf_counter()
        async with of.store.begin() as tx:
            key = new_id()
            await tx.outbox.queue(of.organisation.id, PulseAsked(key), Destination(channel="c"), When(CLOSES), key)
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(EVERY)


async def _measured(of: Crowd) -> dict[str, float]:
    await _cast_all(of)
    waits: list[float] = []
    writing = asyncio.create_task(_write(of, waits))
    await asyncio.sleep(0.2)
    began = time.perf_counter()
    await closing.close(of.pulse, Work(of.store, load_languages(), themes(), CLOSES))
    took = time.perf_counter() - began
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    async with of.store.view() as tx:
        results = await tx.results.for_pulse(of.pulse.id)
    assert results.numbers and results.turnouts
    return {"seconds": took, "mb": megabytes(), "longest": max(waits), "writes": len(waits)}


def main(kind: str) -> None:
    """Measure on one database and print it."""

    async def measure(database: str) -> dict[str, float]:
        async with crowd(database, folder, PEOPLE) as made:
            return await _measured(made)

    with database_of(kind) as (url, folder):
        print(json.dumps(asyncio.run(measure(url))))


if __name__ == "__main__":
    main(sys.argv[1])
