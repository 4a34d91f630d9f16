"""The whole suite, as `make test` runs it: `python -m tests [pytest arguments]`.

`python -m tests coverage` measures what the rules are held to, with the tests that show that each does what it says.
Measuring takes as long again as all tests together, so it is a command of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.scratch import scratch

LEAST = "90"
ATTACKS = "bot/privacy/*"
"""Shown by the attack suite, which runs for minutes and is about more than lines."""
WHOLLY = (
    "bot/domain/ballots.py,bot/domain/publishing.py,bot/domain/cuts.py,bot/domain/guard.py,storage/seal.py,"
    "adapters/slack/verify.py,adapters/teams/auth.py"
)


def main() -> int:
    """Run everything, or what is chosen, or with the one word `coverage` what coverage is held to."""
    chosen = sys.argv[1:]
    workers = str(min(4, os.cpu_count() or 1))
    tests = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal"]
    coverage = [sys.executable, "-m", "coverage", "report"]
    steps = [[*tests, *chosen]]
    if chosen == ["coverage"]:
        steps = [
            [*tests, "--part", "measured", "--cov", "--cov-branch", "--cov-report="],
            [*coverage, "--skip-covered", "--sort=cover", f"--omit={ATTACKS}", f"--fail-under={LEAST}"],
            [*coverage, f"--include={WHOLLY}", "--fail-under=100"],
        ]
    with scratch() as where:
        return max(subprocess.call(step, env=where) for step in steps)


if __name__ == "__main__":
    sys.exit(main())
