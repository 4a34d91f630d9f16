"""The tables of what is kept, in the documents about privacy: `python -m tests.documents` writes them anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

from bot.privacy_notice import kept
from bot.routes import RETENTION
from bot.words import load_languages

DOCS = Path(__file__).parents[1] / "docs"
TABLES: Mapping[str, tuple[str, ...]] = {"privacy.md": ("en",), "notice.md": ("en", "cy")}
"""Which documents have the table, and in which languages."""


def updated(page: str, language: str) -> str:
    """A page with the table of this language as the features declare it. It is known by its first row."""
    rows = [f"| {what} | {how_long} |" for what, how_long in kept(RETENTION, load_languages().words(language, UTC))]
    lines = page.split("\n")
    first = lines.index(rows[0])
    last = next(n for n in range(first, len(lines)) if not lines[n].startswith("|"))
    return "\n".join([*lines[:first], *rows, *lines[last:]])


def update(documents: Path = DOCS) -> None:
    """Write every table anew."""
    for name, languages in TABLES.items():
        page = (documents / name).read_text(encoding="utf-8")
        for language in languages:
            page = updated(page, language)
        (documents / name).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    update()
