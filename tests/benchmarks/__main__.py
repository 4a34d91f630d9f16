"""`make bench`: each figure beside its baseline or its goal, measured in the same run on the same machine.

Ends with 1 where a goal is missed. Some of them alone: `python -m tests.benchmarks NAME ...`.
"""

from __future__ import annotations

import asyncio
import sys

from tests.benchmarks import answers, close, digest, planner, redaction, reminders, slack, teams

RATIOS = {"slack": slack, "teams": teams, "digest": digest, "redaction": redaction}
GOALS = {"answers": answers, "close": close, "reminders": reminders, "planner": planner}


async def main(names: list[str]) -> int:
    """Run all, or those named, one after the other."""
    for name, ratio in RATIOS.items():
        if not names or name in names:
            print(await ratio.run(), flush=True)
    figures = [f.keep() for name, goal in GOALS.items() if not names or name in names for f in await goal.run()]
    return int(any(figure.missed for figure in figures))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
