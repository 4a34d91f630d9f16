"""Closes whose processes are killed without warning, at every step and at any moment, while another one races."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.numbers import number_of
from bot.domain.pulses import State
from bot.views import Replace
from tests.conftest import Databases, apart
from tests.fault.closer import Order
from tests.fault.copies import Copies, copies_of
from tests.fault.replica import Replica, found
from tests.soak.figures import SOAK, Figure
from tests.world import CLOSES, OPENS, Mailbox

PEOPLE = 14
CLOSES_RUN = 200 if SOAK else 4
LEAST_KILLS = 100 if SOAK else 2
"""In a short run, those two that die at the first step and at the second: whatever the other does, they come so far. In
a long one, every second close has a process that dies at a step, and the others one that is killed at any moment: about
190 die. It would take eleven standard deviations to be a hundred.
"""


@dataclass(slots=True)
class Closers:
    """The process that forks the closing ones."""

    process: subprocess.Popen[str]

    def start(self, order: Order) -> int:
        """Begin a close; the number of its process."""
        return int(self._ask(order.written())["pid"])

    def wait(self, pid: int) -> int:
        """How it ended: nought, or the signal that ended it as a negative number."""
        return int(self._ask({"wait": pid})["code"])

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answered: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answered


@contextmanager
def closers() -> Iterator[Closers]:
    """A process to fork from, warm and idle."""
    command = [sys.executable, "-m", "tests.fault.closer"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"ready": True}
        yield Closers(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pulse that everybody has answered, in a database and a key store to be copied for each close."""

    copies: Copies
    name: str
    pulse: str
    root: str
    said: dict[str, list[int]]
    comments: list[str]

    @property
    def keys(self) -> Path:
        return self.copies.folder / "keys"


async def answered(copies: Copies, name: str) -> Waiting:
    """Fourteen people answer in a database of this name, change their minds, and comment."""
    replica = Replica.open(copies.url(name), copies.folder / "keys", lambda: OPENS, Mailbox())
    organisation, programme = await found(replica, PEOPLE)
    await replica.due()
    async with replica.store.view() as tx:
        pulse = await tx.pulses.current(programme.id)
        root = (await tx.people.tree(organisation.id)).root.id
    assert pulse is not None
    chance, said = random.Random(4), {}
    for item in pulse.items[:2]:
        said[item] = [0] * 5
        for person in range(PEOPLE):
            first, last = chance.randint(1, 5), chance.randint(1, 5)
            for score in (first, last):
                reply = await replica.ask(f"u{person}", "AnswerPulse", pulse=pulse.id, item=item, score=score)
                assert isinstance(reply, Replace)
            said[item][last - 1] += 1
    comments = [f"word {person}" for person in range(PEOPLE)]
    for person, comment in enumerate(comments):
        await replica.ask(f"u{person}", "SaveComment", pulse=pulse.id, comment=comment)
    await replica.engines.dispose()
    return Waiting(copies, name, pulse.id, root, said, comments)


@dataclass(slots=True)
class Killing:
    """The closes of one run, and what they take when nobody dies."""

    waiting: Waiting
    closers: Closers
    chance: random.Random
    seams: int = 0
    seconds: float = 0.0
    kills: int = 0

    def measure(self) -> None:
        """Close once in peace: how many seams there are, and how long it takes."""
        count = self.waiting.copies.folder / "count"
        with self._fresh() as order:
            began = time.perf_counter()
            assert self.closers.wait(self.closers.start(_changed(order, count=str(count)))) == 0
            self.seconds = time.perf_counter() - began
            apart(check(self.waiting, order))
        self.seams = int(count.read_text())

    def close(self, number: int) -> None:
        """One close: the first process dies at a step in turn, or at any moment; the second races, and may die too."""
        with self._fresh() as order:
            step = number // 2 % self.seams + 1 if number % 2 == 0 else 0
            first = self.closers.start(_changed(order, seam=step))
            time.sleep(self.chance.random() * self.seconds / 2)
            second = self.closers.start(order)
            if not step:
                self._kill_within(first, self.seconds)
            if number % 3 == 0:
                self._kill_within(second, self.seconds)
            ended = [self.closers.wait(first), self.closers.wait(second)]
            assert set(ended) <= {0, -signal.SIGKILL}, f"a process failed by itself: {ended}"
            self.kills += ended.count(-signal.SIGKILL)
            assert self.closers.wait(self.closers.start(order)) == 0, "the last start failed"
            apart(check(self.waiting, order))

    def _kill_within(self, pid: int, seconds: float) -> None:
        time.sleep(self.chance.random() * seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    @contextmanager
    def _fresh(self) -> Iterator[Order]:
        """A copy of the database and of the keys."""
        copies, name = self.waiting.copies, f"{self.waiting.name}x"
        keys = copies.folder / "keysx"
        apart(copies.copy(self.waiting.name, name))
        shutil.copytree(self.waiting.keys, keys)
        heard = copies.folder / "heard"
        heard.write_text("")
        yield Order(copies.url(name), str(keys), CLOSES.isoformat(), heard=str(heard))
        apart(copies.drop(name))
        shutil.rmtree(keys)


async def check(waiting: Waiting, order: Order) -> None:
    """I1: every acknowledged answer is counted once, the last one. I5: a closed pulse has no key, and no ballot."""
    replica = Replica.open(order.database, Path(order.keys), lambda: CLOSES, Mailbox())
    try:
        async with replica.store.view() as tx:
            pulse, results = await tx.pulses.get(waiting.pulse), await tx.results.for_pulse(waiting.pulse)
        left = await replica.ballots()
    finally:
        await replica.engines.dispose()
    assert pulse is not None
    assert pulse.state is State.SEALED
    # A process that was overtaken may have counted ballots that another had begun to delete.
    assert waiting.said in order.counts()
    for item, counts in waiting.said.items():
        shown, said = results.number(waiting.root, item), number_of(item, counts, PEOPLE)
        assert shown is not None
        assert (shown.share, shown.mean, shown.at_least) == (said.share, said.mean, said.at_least)
    assert Counter(c.body for c in results.comments) == Counter(waiting.comments)
    assert left == 0, "a ballot outlived its pulse"
    assert not order.holds(waiting.pulse), "a key outlived its pulse"


def _changed(order: Order, *, seam: int = 0, count: str = "") -> Order:
    return replace(order, seam=seam, count=count)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kill_9_anywhere_in_a_close_loses_and_doubles_nothing(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """However many of the processes that close a pulse are killed, and wherever: after the last start each answer is
    counted once and the last one wins, no key and no ballot is left."""
    databases: Databases = request.getfixturevalue(f"empty_{kind}")
    with copies_of(databases, tmp_path) as (copies, name), closers() as forked:
        killing = Killing(apart(answered(copies, name)), forked, random.Random(100))
        killing.measure()
        for number in range(CLOSES_RUN):
            killing.close(number)
    assert killing.kills >= LEAST_KILLS
    Figure(f"Closes on {kind} with processes killed in them", CLOSES_RUN, "").keep()
    Figure(f"Processes killed in closes on {kind}", killing.kills, "", at_least=LEAST_KILLS).keep()
