"""`make bench`: each figure against its baseline, measured in the same run on the same machine."""

from __future__ import annotations

import asyncio

from tests.benchmarks import digest, slack, teams


async def main() -> None:
    """Run all, one after the other."""
    for benchmark in (slack, teams, digest):
        print(await benchmark.run(), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
