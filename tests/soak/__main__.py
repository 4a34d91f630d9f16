"""The sizes that are promised, in one run: `python -m tests.soak [NAME ...]`, or `make soak`.

Two parts run at a time, one a core; what is timed runs alone, after them. All of it, or the parts that are named. Each
takes its place in `docs/measured.md`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.scratch import scratch
from tests.soak.figures import KEEP, Figure, kept
from tests.soak.page import Part, lines_of, write

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "faulthandler_timeout=3000")
MACHINE = "tests/property/test_ballot_machine.py"
KILLS = "tests/fault/test_kills.py"


@dataclass(frozen=True, slots=True)
class Job:
    """One part: what it proves or measures, and what is run for it."""

    what: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=lambda: {"HD_SOAK": "1"})

    def run(self, where: Mapping[str, str]) -> Part:
        """Run it in this environment, and gather its figures. What it says is printed when it ends badly."""
        with TemporaryDirectory() as folder:
            figures = Path(folder) / "figures"
            figures.touch()
            began = time.perf_counter()
            environment = {**where, **self.environment, KEEP: str(figures)}
            command = [sys.executable, "-W", "ignore", *self.arguments]
            ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            took = time.perf_counter() - began
            if ended.returncode:
                print(ended.stdout[-6000:], ended.stderr[-2000:], sep="\n", flush=True)
            part = Part(
                self.what, self._written(), ended.returncode == 0, took, tuple(kept(figures)), lines_of(ended.stdout)
            )
        print(part, flush=True)
        return part

    def _written(self) -> str:
        return f"{' '.join(f'{k}={v}' for k, v in self.environment.items())} python {' '.join(self.arguments)}".strip()


def _pytest(what: str, *arguments: str) -> Job:
    return Job(what, (*PYTEST, *arguments))


SIDE_BY_SIDE = {
    "machine-sqlite": _pytest("Ballots in every order, on SQLite", MACHINE, "-k", "sqlite"),
    "machine-postgresql": _pytest("Ballots in every order, on PostgreSQL", MACHINE, "-k", "postgresql"),
    "kills-sqlite": _pytest("Closes killed without warning, on SQLite", KILLS, "-k", "sqlite"),
    "kills-postgresql": _pytest("Closes killed without warning, on PostgreSQL", KILLS, "-k", "postgresql"),
    "bodies-teams": _pytest("Twisted bodies that Teams has signed", "tests/property/test_teams_bodies.py"),
    "attacks": _pytest("The attacks on every promise", "tests/attack"),
    "faults": _pytest("Everything else that can fail", "tests/fault", "--deselect", KILLS),
}
ALONE = {
    "bench": Job("What is timed", ("-m", "tests.benchmarks"), environment={}),
}


def main(names: list[str]) -> int:
    """Run everything, or what is named."""
    unknown = set(names) - {*SIDE_BY_SIDE, *ALONE}
    if unknown:
        print(f"There is no {', '.join(sorted(unknown))}. There are: {', '.join((*SIDE_BY_SIDE, *ALONE))}.")
        return 2
    began = time.perf_counter()
    parts = []
    for part in _run(names):
        parts.append(part)
        write(part, [job.what for job in (SIDE_BY_SIDE | ALONE).values()])
    whole = Figure("The whole run", (time.perf_counter() - began) / 60, "minutes", at_most=60)
    print(whole)
    return int(any(not part.ok for part in parts) or whole.missed)


def _run(names: list[str]) -> Iterator[Part]:
    """Each part as it ends."""
    with scratch() as where, ThreadPoolExecutor(2) as pool:
        beside = [pool.submit(job.run, where) for name, job in SIDE_BY_SIDE.items() if not names or name in names]
        yield from (ended.result() for ended in as_completed(beside))
    yield from (job.run(os.environ) for name, job in ALONE.items() if not names or name in names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
