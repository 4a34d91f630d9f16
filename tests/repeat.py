"""The whole suite again and again, each time in another order and with another seed: `python -m tests.repeat 20`.

Prints a line for each run, and what failed in it with the seed and the order that it failed in. More arguments go to
pytest: `python -m tests.repeat 20 tests/attack`. The first seed is 1000, or what `HD_TEST_SEED` says.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.scratch import scratch

FIRST = int(os.environ.get("HD_TEST_SEED") or 1000)
WHAT_HAPPENED = ("FAILED", "ERROR")
USAGE = "python -m tests.repeat RUNS [pytest arguments]"


@dataclass(frozen=True, slots=True)
class Run:
    """How one run of everything ended."""

    seed: int
    seconds: float
    status: int
    said: str

    @property
    def failures(self) -> Sequence[str]:
        return [line for line in self.said.splitlines() if line.startswith(WHAT_HAPPENED)]

    def lines(self) -> Iterator[str]:
        """One line, and one more for each failure. A run that ends without naming any shows its last words."""
        ended = "passed" if self.status == 0 else "FAILED"
        last = next((line for line in reversed(self.said.splitlines()) if line.strip()), "")
        yield f"HD_TEST_SEED={self.seed} --shuffle={self.seed}: {self.seconds:.0f} s, {ended}: {last.strip('= ')}"
        if self.status:
            yield from (f"  {line}" for line in self.failures or self.said.splitlines()[-30:])


def run(seed: int, arguments: Sequence[str]) -> Run:
    """Everything once, in an order and with chance of its own."""
    workers = str(min(4, os.cpu_count() or 1))
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal", f"--shuffle={seed}"]
    began = time.monotonic()
    with scratch() as where:
        environment = {**where, "HD_TEST_SEED": str(seed)}
        ended = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)
    return Run(seed, time.monotonic() - began, ended.returncode, ended.stdout + ended.stderr)


def main(given: Sequence[str]) -> int:
    """Nought if no run failed."""
    if not given or not given[0].isdigit():
        print(USAGE)
        return 2
    failed = 0
    for seed in range(FIRST, FIRST + int(given[0])):
        ended = run(seed, given[1:])
        failed += ended.status != 0
        print(*ended.lines(), sep="\n", flush=True)
    print(f"{failed} of {given[0]} runs failed.")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
