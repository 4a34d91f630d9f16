"""Processes that close a pulse and can be killed without warning: `python -m tests.fault.closer`.

It reads everything that is slow to read once, and then forks a process for every close it is asked for: a line of JSON
on its input starts one or waits for one, and each is answered by a line.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.words import load_languages
from tests.exact import Heard, listening
from tests.fault.replica import Replica, themes
from tests.fault.seams import Fuse
from tests.world import Mailbox


@dataclass(frozen=True, slots=True)
class Order:
    """Close what is due at this time. Die at this seam, if it is not nought; say in `count` how many there were.

    Whatever is counted is added to the file `heard`, a line each time.
    """

    database: str
    keys: str
    at: str
    seam: int = 0
    count: str = ""
    heard: str = ""

    def counts(self) -> list[dict[str, list[int]]]:
        """What was counted, each time it was."""
        return [json.loads(line) for line in Path(self.heard).read_text().splitlines()]

    def holds(self, pulse: str) -> bool:
        """Whether the key store has a key of this pulse."""
        return any(pulse in key.name for key in Path(self.keys).iterdir())

    def written(self) -> dict[str, object]:
        return asdict(self)


async def close(order: Order) -> int:
    """What a worker does when it starts: mend, then do what is due. Returns how many seams it came by."""
    at, fuse = datetime.fromisoformat(order.at), Fuse(_die, order.seam)
    replica = Replica.open(order.database, Path(order.keys), lambda: at, Mailbox(), fuse)
    with listening(partial(_note, order)):
        await replica.worker.tidy()
        await replica.due()
    await replica.engines.dispose()
    return fuse.passed


def _note(order: Order, heard: Heard) -> None:
    with Path(order.heard).open("a") as file:
        file.write(json.dumps(heard.counts) + "\n")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _forked(order: Order) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        seams = asyncio.run(close(order))
        if order.count:
            Path(order.count).write_text(str(seams))
        code = 0
    finally:
        os._exit(code)


def main() -> None:
    """Serve until the input ends."""
    load_languages()
    themes()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)
        else:
            print(json.dumps({"pid": _forked(Order(**asked))}), flush=True)


if __name__ == "__main__":
    main()
