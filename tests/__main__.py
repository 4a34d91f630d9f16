"""The whole suite with its coverage, as `make test` runs it: `python -m tests [pytest arguments]`."""

from __future__ import annotations

import os
import subprocess
import sys

LEAST = "90"
WHOLLY = (
    "bot/domain/ballots.py,bot/domain/publishing.py,storage/seal.py,adapters/slack/verify.py,adapters/teams/auth.py"
)


def main() -> int:
    """Run everything; without arguments, hold the coverage to what is promised."""
    chosen = sys.argv[1:]
    workers = str(min(4, os.cpu_count() or 1))
    tests = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal", *chosen]
    if chosen:
        return subprocess.call(tests)
    measured = [*tests, "--cov", "--cov-branch", "--cov-report="]
    reports = [
        [sys.executable, "-m", "coverage", "report", "--skip-covered", "--sort=cover", f"--fail-under={LEAST}"],
        [sys.executable, "-m", "coverage", "report", f"--include={WHOLLY}", "--fail-under=100"],
    ]
    return max(subprocess.call(step) for step in (measured, *reports))


if __name__ == "__main__":
    sys.exit(main())
