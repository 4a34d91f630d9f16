"""A figure with its goal, printed where it is measured, and kept for the page where a run asks for it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

KEEP = "HD_FIGURES"
SHARD = "HD_SOAK_SHARD"
SOAK = bool(os.environ.get("HD_SOAK"))
"""Whether the sizes that are promised are run, instead of the reduced ones of `make test`."""


def shard() -> tuple[int, int]:
    """Which part of how many of a long test is run: the first of one where nothing is said."""
    number, _, of = os.environ.get(SHARD, "1/1").partition("/")
    return int(number), int(of)


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, and how much or how little of it is wanted. Without a goal it is only told."""

    what: str
    measured: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def goal(self) -> str:
        """The goal in words."""
        if self.at_most is not None:
            return f"at most {_written(self.at_most)} {self.unit}".strip()
        return f"at least {_written(self.at_least)} {self.unit}".strip() if self.at_least is not None else ""

    @property
    def missed(self) -> bool:
        """Whether there is a goal that is not met."""
        too_much = self.at_most is not None and self.measured > self.at_most
        return too_much or (self.at_least is not None and self.measured < self.at_least)

    @property
    def shown(self) -> str:
        """The figure with its unit."""
        return f"{_written(self.measured)} {self.unit}".strip()

    @property
    def verdict(self) -> str:
        """How it stands to its goal, if there is one."""
        return ("missed" if self.missed else "ok") if self.goal else ""

    def __str__(self) -> str:
        return f"{self.what}: {self.shown}" + (f" (goal {self.goal}: {self.verdict})" if self.goal else "")

    def keep(self) -> Figure:
        """Print it, and add it to the file that the environment names, if any."""
        print(self, flush=True)
        if path := os.environ.get(KEEP):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(self)) + "\n")
        return self


def kept(path: Path) -> list[Figure]:
    """The figures that a run left in a file."""
    return [Figure(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _written(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:.2f}"
