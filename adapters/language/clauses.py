"""Text cut into sentences and clauses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SENTENCE = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=\S)|[\r\n]+|(?<=[a-z)]{2}[.!?])(?=[A-Z])")
CLAUSE = re.compile(
    r"[.!?;…\r\n]+(?:\s+|$)|(?<=[a-z)])[.!?]+(?=[A-Za-z])"
    r"|,?\s+(?:but|however|although|though|except|whereas|unless|apart from|despite|yet|only that)\b[,\s]*",
    re.IGNORECASE,
)
QUOTES = str.maketrans(
    {
        "\u2019": "'",
        "\u2018": "'",
        "\u02bc": "'",
        "`": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u00a0": " ",
    }
)


def word_set(words: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(words.split())


def plain(text: str) -> str:
    """The text with one kind of apostrophe, dash and accent."""
    return unicodedata.normalize("NFC", text).translate(QUOTES)


def sentences(text: str) -> list[str]:
    """The sentences of a text, as written."""
    return [part for part in map(str.strip, SENTENCE.split(text)) if part]


def clauses(text: str) -> Iterator[tuple[int, str]]:
    """The clauses of a text and where each begins: cut at . ! ? ; and at but, however, although."""
    start = 0
    for cut in CLAUSE.finditer(text):
        if text[start : cut.start()].strip():
            yield start, text[start : cut.start()]
        start = cut.end()
    if text[start:].strip():
        yield start, text[start:]
