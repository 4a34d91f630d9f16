"""Phrases as people write them in a file, made into one regular expression (taxonomy.toml explains the notation)."""

from __future__ import annotations

import re
from collections.abc import Iterable

JOIN = r"[\s/-]+"
NOTATION = {
    " .. ": rf"(?:{JOIN}[\w']+){{0,3}}?{JOIN}",
    " . ": rf"(?:{JOIN}[\w']+)?{JOIN}",
    " ": JOIN,
    "~": r"[\s/-]*",
    "*": r"[\w']*",
}
SIGNS = re.compile(r" \.\. | \. |[ ~*]")

# What a Welsh first letter may become: soft, nasal and aspirate mutation, and h before a vowel.
MUTATIONS = {
    "ll": "ll?",
    "rh": "rh?",
    "ch": "ch",
    "dd": "dd",
    "ff": "ff",
    "th": "th",
    "c": "(?:c|g|ch|ngh)",
    "p": "(?:p|b|ph|mh)",
    "t": "(?:t|d|th|nh)",
    "g": "(?:g|ng)?",
    "b": "(?:b|f|m)",
    "d": "(?:d|dd|n)",
    "m": "(?:m|f)",
} | {vowel: f"h?{vowel}" for vowel in "aeiouwyâêîôûŵŷ"}
CIRCUMFLEXES = str.maketrans({long: f"[{long}{short}]" for long, short in zip("âêîôûŵŷï", "aeiouwyi", strict=True)})


def english(phrase: str) -> str:
    """One phrase as a regular expression."""
    ungrouped = re.sub(r"\((?!\?)", "(?:", phrase.lower())
    return SIGNS.sub(lambda sign: NOTATION[sign[0]], ungrouped)


def welsh(phrase: str) -> str:
    """One Welsh phrase, with its mutations and with or without circumflexes; "=word" stays as written."""
    if phrase.startswith("="):
        return english(phrase[1:])
    words = re.sub(r"(?<![\w'])\w[\w']*", lambda word: mutable(word[0]), phrase.lower())
    return english(words.translate(CIRCUMFLEXES))


def mutable(word: str) -> str:
    """A word with each form that its first letter may take."""
    for length in (2, 1):
        if (forms := MUTATIONS.get(word[:length])) is not None:
            return forms + word[length:]
    return word


def any_of(expressions: Iterable[str], unless: Iterable[str] = ()) -> re.Pattern[str]:
    """Whole words only. What `unless` matches is passed over: a hit is a match with its first group set."""
    hits = "|".join(expressions) or "(?!)"
    passed = "".join(f"{expression}|" for expression in unless)
    return re.compile(rf"(?<![\w'])(?:{passed}({hits}))(?!\w)")
