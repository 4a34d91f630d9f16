"""The whole suite, as `make test` runs it: `python -m tests [pytest arguments]`.

In two parts: what shows that each rule does what it says, with its coverage; then attacks, faults, browsers and all
that runs on PostgreSQL. No test is in neither, and none in both.
"""

from __future__ import annotations

import os
import subprocess
import sys

LEAST = "90"
ATTACKS = "bot/privacy/*"
"""Run in the second part, for minutes."""
WHOLLY = (
    "bot/domain/ballots.py,bot/domain/publishing.py,bot/domain/cuts.py,bot/domain/guard.py,storage/seal.py,"
    "adapters/slack/verify.py,adapters/teams/auth.py"
)


def main() -> int:
    """Run everything; without arguments, hold the coverage to what is promised."""
    chosen = sys.argv[1:]
    workers = str(min(4, os.cpu_count() or 1))
    tests = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal", *chosen]
    if chosen:
        return subprocess.call(tests)
    coverage = [sys.executable, "-m", "coverage", "report"]
    steps = [
        [*tests, "--part", "measured", "--cov", "--cov-branch", "--cov-report="],
        [*tests, "--part", "rest"],
        [*coverage, "--skip-covered", "--sort=cover", f"--omit={ATTACKS}", f"--fail-under={LEAST}"],
        [*coverage, f"--include={WHOLLY}", "--fail-under=100"],
    ]
    return max(subprocess.call(step) for step in steps)


if __name__ == "__main__":
    sys.exit(main())
