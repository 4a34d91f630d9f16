"""Log files: does a line name anybody?"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.audit.findings import Finding, Source, Verdict, held_if
from bot.audit.live.unpack import Packed, lines

SHORTEST = 6
TOKEN = re.compile(r"[\w.@:+-]+")


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that names a person: ids, accounts and addresses as one word each, and names of several words."""

    tokens: frozenset[str]
    names: frozenset[tuple[str, ...]]

    def named_in(self, line: str) -> bool:
        """Whether a line names anybody."""
        words = [word.strip(".:").lower() for word in TOKEN.findall(line)]
        return not self.tokens.isdisjoint(words) or any(pair in self.names for pair in pairwise(words))


async def known(engine: AsyncEngine) -> Known:
    """Who is known here."""
    async with engine.connect() as connection:
        people = list(await connection.execute(text("SELECT id, email, name FROM people")))
        accounts = [row[0] for row in await connection.execute(text('SELECT "user" FROM accounts'))]
    tokens = {str(word).lower() for row in people for word in (row.id, row.email)} | {str(a).lower() for a in accounts}
    names = {tuple(str(row.name).lower().split()[:2]) for row in people}
    return Known(frozenset(t for t in tokens if len(t) >= SHORTEST), frozenset(n for n in names if len(n) == 2))


async def look(engine: AsyncEngine, where: Path | None) -> list[Finding]:
    """P13: every line of these logs."""
    if where is None:
        return []
    return [replace(judge(_files(where), await known(engine)), source=Source.HERE)]


def judge(files: list[Path], people: Known) -> Finding:
    """How many lines there are, how many are not ours, and how many name somebody."""
    read, foreign, naming = 0, 0, []
    closed: list[str] = []
    for path in files:
        try:
            for number, line in enumerate(lines(path), start=1):
                read += 1
                foreign += not _ours(line)
                naming += [f"{path.name}:{number}"] if people.named_in(line) else []
        except (OSError, Packed):
            closed.append(path.name)
    figures = {"lines": read, "naming": len(naming), "not ours": foreign, "unread": len(closed)}
    if naming:
        return held_if("P13", False, f"{len(naming)} of {read} log lines name a person, first {naming[0]}.", figures)
    if closed or not read:
        ask = "Unpack them, or run the check as somebody who may read them."
        return Finding(
            "P13", Verdict.UNKNOWN, f"{len(closed)} log files could not be read, {read} lines could.", figures, ask
        )
    words = f"{read} log lines, {foreign} of them not written by this service: none names a person."
    return held_if("P13", True, words, figures)


def _ours(line: str) -> bool:
    try:
        return {"time", "level", "event"} <= set(json.loads(line))
    except (ValueError, TypeError):
        return False


def _files(where: Path) -> list[Path]:
    return sorted(path for path in where.rglob("*") if path.is_file()) if where.is_dir() else [where]
