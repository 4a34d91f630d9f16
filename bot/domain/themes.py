"""What people write about: the data of a theme report. The engine that finds themes is behind the `Themes` port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Sentiment(StrEnum):
    """How a comment feels, as far as a rule can tell."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Kind(StrEnum):
    """A theme of the taxonomy, or one that appeared against the weeks before."""

    KNOWN = "known"
    EMERGING = "emerging"


@dataclass(frozen=True, slots=True)
class Comment:
    """One text to read. `band` is what the writer's own scale answer says; where present, it decides the sentiment."""

    text: str
    band: Sentiment | None = None
    question: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What was found in one comment. Sentiment is None where it cannot be told (Welsh, or nothing said)."""

    row: int
    language: str
    sentiment: Sentiment | None
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme with the comments behind it.

    `rows` and `quotes` number the comments from 0 in the order given; `quotes` are the most telling ones, best first,
    at most one negative, one positive and one more. `sentiment` counts the comments that could be scored. `phrases`
    are the words people used most inside the theme.
    """

    key: str
    name: str
    kind: Kind
    rows: tuple[int, ...]
    sentiment: Mapping[Sentiment, int]
    quotes: tuple[int, ...] = ()
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThemeReport:
    """Themes by number of comments, most first; one item for each comment, in the order given."""

    texts: int
    languages: Mapping[str, int] = field(default_factory=dict)
    themes: tuple[Theme, ...] = ()
    items: tuple[Item, ...] = ()
