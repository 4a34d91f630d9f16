"""Takes out of a text what could name a person: addresses, numbers, titles with names, and everybody on the roster."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adapters.language.roster import WORD, Roster, roster

NAME = "[name]"
CAPITALISED = r"[A-ZÀ-ÖØ-ÞŴŶ][\w'\u2019-]+"

# In this order: an e-mail address holds what a mention looks like, a mention what a number looks like.
MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<mailto:[^>]*>|(?<![\w.+'\u2019-])[\w.+'\u2019-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE), "[email]"),
    (re.compile(r"<[@!][^>\s]+>|<at>.*?</at>|(?<!\w)@\w[\w.-]*\w", re.IGNORECASE), NAME),
    (re.compile(r"(?:https?://|www\.)[^\s<>]+[^\s<>.,;:!?)'\"]", re.IGNORECASE), "[link]"),
    (re.compile(r"\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b", re.IGNORECASE), "[number]"),
    (
        re.compile(
            r"\b(?:(?:staff|employee|payroll|pay|badge|collar|assignment|nhs|patient|hospital|case|ref(?:erence)?|rhif)"
            r"\s*(?:no\.?|numbers?|id|ref|staff)?)\s*(?:is\s+)?[:#.]?\s*#?[A-Z]{0,4}-?\d{4,}\b",
            re.IGNORECASE,
        ),
        "[number]",
    ),
    (re.compile(r"(?<![\w+])(?:\+44[\s-]?(?:\(0\))?|\(?0)\d(?:[\s()-]?\d){7,9}(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\w+])\+\d{1,3}(?:[\s().-]?\d){7,12}(?!\d)"), "[phone]"),
    (re.compile(r"\b(?:ext|extension|estyniad)\.?\s*\d{3,6}\b", re.IGNORECASE), "[phone]"),
    (re.compile(r"(?<!\d)\d{3}[ -]\d{3}[ -]\d{4}(?!\d)"), "[number]"),
    (re.compile(r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}|GIR\s?0AA)\b", re.IGNORECASE), "[postcode]"),
    (
        re.compile(
            r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Cllr|Councillor|Rev|Sgt|Cynghorydd|Cyng|Parch|Athro)\b\.?"
            rf"\s+(?:[A-Z]\.\s*)*{CAPITALISED}(?:\s+{CAPITALISED})?",
        ),
        NAME,
    ),
)
OURS = frozenset(mark for _, mark in MARKS)
SENTENCE_END = re.compile(r"(?:^|[.!?:;\n•*-]\s*|[\"“(]\s*)$")
REPEATED = re.compile(r"\[name\](?:[\s.-]*\[name\])+")


def redact(text: str, names: Iterable[str]) -> str:
    """The text with a neutral mark in place of whatever could name somebody."""
    for pattern, mark in MARKS:
        text = pattern.sub(mark, text)
    people = roster(names if isinstance(names, frozenset) else frozenset(names))
    return REPEATED.sub(NAME, without_names(text, people)) if people.parts else text


def without_names(text: str, people: Roster) -> str:
    """The text without the words that are names on the roster; a possessive ending stays."""

    def mark(found: re.Match[str]) -> str:
        word = found[0]
        if in_mark(text, found) or not people.names(word, opens=opens(text, found), after=after(text, found)):
            return word
        return NAME + word[-2:] if word[-2:] in {"'s", "\u2019s"} else NAME

    return WORD.sub(mark, text)


def in_mark(text: str, found: re.Match[str]) -> bool:
    """Whether a word is one of our own marks; a name that somebody put in brackets is not."""
    return (
        f"[{found[0]}]" in OURS
        and text[max(0, found.start() - 1) : found.start()] == "["
        and text[found.end() : found.end() + 1] == "]"
    )


def opens(text: str, found: re.Match[str]) -> bool:
    """Whether a word stands at the start of a sentence, where a capital says nothing."""
    return bool(SENTENCE_END.search(text[max(0, found.start() - 4) : found.start()]))


def after(text: str, found: re.Match[str]) -> str:
    """The next word in lower case."""
    following = WORD.search(text, found.end(), found.end() + 24)
    return following[0].lower() if following else ""
