"""A digest of ten thousand comments, from the database to the drawn message, beside TextBlob alone on the same texts.

Each side is a process of its own, so that its memory is its own. By hand: `python -m tests.benchmarks.digest ours`.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import time
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.domain.ids import new_id
from bot.domain.pulses import State
from bot.domain.results import PublishedComment, Results, Turnout
from tests.world import CLOSES, DIGEST, OPENS, open_world

COMMENTS = 10_000


async def run() -> str:
    """A line with both times, their ratio, and the memory of the whole process."""
    ours, bare = [await _measured(side) for side in ("ours", "bare")]
    ratio = ours["seconds"] / bare["seconds"]
    return (
        f"Digest of {COMMENTS:,} comments: {ours['seconds']:.1f} s, {ours['mb']:.0f} MB peak; "
        f"TextBlob's sentiment alone {bare['seconds']:.1f} s, {bare['mb']:.0f} MB; ratio {ratio:.1f}"
    )


async def _measured(side: str) -> dict[str, float]:
    command = (sys.executable, "-m", "tests.benchmarks.digest", side)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


def texts() -> list[str]:
    """Made-up comments: two remarks of the practice council's colleagues each, in an order of their own."""
    source = resources.files("adapters.web.practice") / "colleagues.toml"
    remarks = [remark["text"] for remark in tomllib.loads(source.read_text(encoding="utf-8"))["comments"]]
    chance = random.Random(10)
    return [f"{chance.choice(remarks)} {chance.choice(remarks)} Number {n}." for n in range(COMMENTS)]


async def _ours() -> float:
    with TemporaryDirectory() as folder:
        async with open_world(f"sqlite:///{folder}/data/bench.sqlite", Path(folder)) as world:
            world.time[0] = OPENS
            await world.product.worker.step()
            pulse = await world.pulse()
            async with world.product.store.begin() as tx:
                tree = await tx.people.tree(pulse.organisation)
                await tx.pulses.transition(pulse.id, State.OPEN, State.CLOSING)
                comments = tuple(
                    PublishedComment(new_id(), tree.root.id, body, None, quotable=True) for body in texts()
                )
                turnout = Turnout(tree.root.id, 50)
                await tx.results.seal(pulse, Results((turnout,), comments=comments))
            world.time[0] = CLOSES
            began = time.perf_counter()
            await world.at(DIGEST)
            took = time.perf_counter() - began
            assert f"{COMMENTS:,}"[:2] in str(world.mailbox.to("general"))
            return took


def _bare() -> float:
    from textblob.en.sentiments import PatternAnalyzer

    analyzer: Any = PatternAnalyzer
    analyze: Callable[[str], object] = analyzer().analyze
    analyze("warm up")
    began = time.perf_counter()
    for text in texts():
        analyze(text)
    return time.perf_counter() - began


def main(side: str) -> None:
    """Measure one side and print it."""
    seconds = asyncio.run(_ours()) if side == "ours" else _bare()
    print(json.dumps({"seconds": seconds, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main(sys.argv[1])
