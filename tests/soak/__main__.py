"""The sizes that are promised, a named part at a time: `python -m tests.soak [NAME ...]`, or `make soak`.

Every part takes at most twenty minutes on two quiet cores, and runs alone. All of them, one by one, or those that are
named. Each takes its place in `docs/measured.md`, with the commit that it was measured of.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.scratch import scratch
from tests.soak.figures import KEEP, SHARD, Figure, kept
from tests.soak.page import Part, checked_out, lines_of, write

LONGEST = 20
"""Minutes that a part may take."""
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "faulthandler_timeout=1500")
BOTH_CORES = ("-n", "2", "--dist", "worksteal")
MACHINE = "tests/property/test_ballot_machine.py"
KILLS = "tests/fault/test_kills.py"
BALLOTS = "tests/attack/test_ballots.py"
NUMBERS = tuple(
    f"tests/attack/test_{name}.py"
    for name in ("subtraction", "season", "usefulness", "weeks_apart", "swapped_key", "weakening")
)
WORDS = tuple(
    f"tests/attack/test_{name}.py"
    for name in ("threads", "thread_authors", "order_of_rows", "time_watching", "hidden_readers", "erasure")
)
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
SHARDS = {"sqlite": 4, "postgresql": 2}


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
            commit, began = checked_out(), time.perf_counter()
            environment = {**where, **self.environment, KEEP: str(figures)}
            command = [sys.executable, "-W", "ignore", *self.arguments]
            ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            took = time.perf_counter() - began
            if ended.returncode:
                print(ended.stdout[-6000:], ended.stderr[-2000:], sep="\n", flush=True)
            length = Figure("Minutes of this part", took / 60, "minutes", at_most=LONGEST)
            return Part(
                self.what,
                self._written(),
                commit,
                ended.returncode == 0 and not length.missed,
                took,
                (*kept(figures), length),
                lines_of(ended.stdout),
            )

    def _written(self) -> str:
        return f"{' '.join(f'{k}={v}' for k, v in self.environment.items())} python {' '.join(self.arguments)}".strip()


def _pytest(what: str, *arguments: str) -> Job:
    return Job(what, (*PYTEST, *arguments))


def _machine(kind: str, shard: int) -> Job:
    what = f"Ballots in every order, on {DATABASES[kind]}, {shard} of {SHARDS[kind]}"
    return Job(what, (*PYTEST, MACHINE, "-k", kind), {"HD_SOAK": "1", SHARD: f"{shard}/{SHARDS[kind]}"})


def _mutants(*modules: str) -> Job:
    what = f"Changes that the tests notice, in {', '.join(modules)}"
    return Job(what, ("-m", "tests.mutants", *modules), environment={})


def _other_attacks() -> tuple[str, ...]:
    return tuple(part for path in (BALLOTS, *NUMBERS, *WORDS) for part in ("--ignore", path))


PARTS: Mapping[str, Job] = {
    **{f"machine-{kind}-{n}": _machine(kind, n) for kind in DATABASES for n in range(1, SHARDS[kind] + 1)},
    **{
        f"kills-{kind}": _pytest(f"Closes killed without warning, on {name}", KILLS, "-k", kind)
        for kind, name in DATABASES.items()
    },
    **{
        f"promises-{kind}": _pytest(f"Every promise attacked, on {name}", BALLOTS, "-k", kind, *BOTH_CORES)
        for kind, name in DATABASES.items()
    },
    "numbers": _pytest("Attacks on what is published", *NUMBERS, *BOTH_CORES),
    "words": _pytest("Attacks on who wrote what", *WORDS, *BOTH_CORES),
    "attacks": _pytest("All other attacks", "tests/attack", *_other_attacks(), *BOTH_CORES),
    "bodies-slack": _pytest("Twisted bodies that Slack has signed", "tests/property/test_slack_bodies.py"),
    "bodies-teams": _pytest("Twisted bodies that Teams has signed", "tests/property/test_teams_bodies.py"),
    "faults": _pytest("Everything else that can fail", "tests/fault", "--deselect", KILLS, *BOTH_CORES),
    "mutants-counted": _mutants("numbers", "shares", "results", "ballots", "counting", "publishing", "digests"),
    "mutants-season": _mutants("season", "groups", "cells", "rising"),
    "bench": Job("What is timed", ("-m", "tests.benchmarks"), environment={}),
}


def main(names: list[str]) -> int:
    """Run everything, or what is named. Ends with 1 where something did not hold, or took too long."""
    unknown = set(names) - {*PARTS}
    if unknown:
        print(f"There is no {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
        return 2
    held = True
    for name in names or PARTS:
        with scratch() as where:
            part = PARTS[name].run(os.environ if name == "bench" else where)
        print(part, flush=True)
        write(part, [job.what for job in PARTS.values()])
        held = held and part.ok
    return int(not held)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
