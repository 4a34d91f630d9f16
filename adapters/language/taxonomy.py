"""The themes an organisation looks for: names and phrases in English and Welsh, read from a file anybody can edit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.language.patterns import any_of, english, welsh
from bot.errors import Misconfigured

STOCK = Path(__file__).with_name("taxonomy.toml")


@dataclass(frozen=True, slots=True)
class Subject:
    """One theme to look for: its names by language, and what people say when they mean it, by language."""

    key: str
    names: Mapping[str, str]
    patterns: Mapping[str, re.Pattern[str]]

    def name(self, language: str) -> str:
        """The name a reader of this language sees."""
        return self.names.get(language) or self.names["en"]

    def spans(self, text: str, language: str) -> list[tuple[int, int]]:
        """Where the theme is named in a lower-case text."""
        return [hit.span(1) for hit in self.patterns[language].finditer(text) if hit[1]]


Taxonomy = tuple[Subject, ...]


def load(path: Path = STOCK) -> Taxonomy:
    """The themes of a file, in its order."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as fault:
        raise Misconfigured(f"There is no taxonomy file {path}; check the path.") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Misconfigured(f"The taxonomy {path} is not valid TOML in UTF-8: {fault}.") from fault
    if not tables:
        raise Misconfigured(f"The taxonomy {path} names no theme; copy the stock one and edit it.")
    return tuple(subject(key, table, path) for key, table in tables.items())


def subject(key: str, table: object, path: Path) -> Subject:
    """One table of the file, or a sentence on what is wrong with it."""
    try:
        return Subject(key, *parts(table))
    except (KeyError, TypeError, AttributeError) as fault:
        raise Misconfigured(f'In {path}, [{key}] needs name = {{ en = "..." }} and a list en = ["..."].') from fault
    except re.error as fault:
        raise Misconfigured(f"In {path}, a phrase of [{key}] cannot be read: {fault}.") from fault


def parts(table: object) -> tuple[dict[str, str], dict[str, re.Pattern[str]]]:
    """Names and compiled phrases of one table."""
    if not isinstance(table, dict) or not isinstance(table["en"], list):
        raise TypeError
    unless = [english(phrase) for phrase in table.get("except", [])]
    patterns = {
        "en": any_of(map(english, table["en"]), unless),
        "cy": any_of(map(welsh, table.get("cy", []))),
    }
    return {"en": table["name"]["en"], **table["name"]}, patterns
