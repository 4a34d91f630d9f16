"""The whole suite, as `make test` runs it: `python -m tests [pytest arguments]`.

The rules that may not fail come first, with every line and branch of them covered, and then everything else. To cover
the rest takes as long again as all tests together, so that is a command of its own: `python -m tests coverage`.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.scratch import scratch

LEAST = "90"
ATTACKS = "bot/audit/*"
"""Shown by the attack suite, which runs for minutes and is about more than lines."""
WHOLLY = (
    "bot.domain.ballots",
    "bot.domain.season",
    "bot.domain.groups",
    "bot.domain.cells",
    "bot.domain.rising",
    "bot.domain.publishing",
    "bot.domain.counting",
    "bot.domain.numbers",
    "bot.domain.shares",
    "bot.domain.results",
    "storage.seal",
    "adapters.slack.verify",
    "adapters.teams.auth",
)


def main() -> int:
    """Run everything, or what is chosen, or with the one word `coverage` what coverage is held to."""
    chosen = sys.argv[1:]
    workers = str(min(4, os.cpu_count() or 1))
    tests = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal"]
    report = [sys.executable, "-m", "coverage", "report"]
    covered = [f"--cov={module}" for module in WHOLLY]
    steps = [
        [*tests, "--part=rules", *covered, "--cov-branch", "--cov-report=term-missing", "--cov-fail-under=100"],
        [*tests, "--part=others"],
    ]
    if chosen == ["coverage"]:
        steps = [
            [*tests, "--part=measured", "--cov", "--cov-branch", "--cov-report="],
            [*report, "--skip-covered", "--sort=cover", f"--omit={ATTACKS}", f"--fail-under={LEAST}"],
        ]
    elif chosen:
        steps = [[*tests, *chosen]]
    with scratch() as where:
        ended = [subprocess.call(step, env=where) for step in steps]
    # A step that was killed has a negative status: any but nought is a failure.
    return int(any(ended))


if __name__ == "__main__":
    sys.exit(main())
