"""Takes out of a text what could name a person: addresses, numbers, titles with names, and everybody on the roster."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from adapters.language.detect import WELSH, language
from adapters.language.roster import WORD, Place, Roster, roster

NAME = "[name]"
CAPITALISED = r"[A-ZÀ-ÖØ-ÞŴŶ](?:(?!['\u2019]s\b)[\w'\u2019-])+"

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
# "J. [name]", "J [name]" and "[name] J.": an initial is a part of the name. "I" and "A" need their full stop.
INITIALS = re.compile(r"\b(?:(?:[A-Z]\.|[B-HJ-Z]\b)\s*)+\[name\]|\[name\](?:\s[B-HJ-Z]\b\.?)(?!['\u2019])")
# Marks without width, which would hide a name from every rule and from no reader.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
MOSTLY = 0.6
LEAST_LOUD = 5


def redact(text: str, names: Iterable[str]) -> str:
    """The text with a neutral mark in place of whatever could name somebody."""
    text = UNSEEN.sub("", unicodedata.normalize("NFC", text))
    for pattern, mark in MARKS:
        text = pattern.sub(mark, text)
    people = roster(names if isinstance(names, frozenset) else frozenset(names))
    return REPEATED.sub(NAME, INITIALS.sub(NAME, without_names(text, people))) if people.parts else text


def without_names(text: str, people: Roster) -> str:
    """The text without the words that are names on the roster; a possessive ending stays."""
    found = [word for word in WORD.finditer(text) if not in_mark(text, word)]
    said = [word[0] for word in found]
    quiet = not any(word[0][0].isupper() and word[0] != "I" and not opens(text, word) for word in found)
    how = (shouted(said), quiet, language(text) == WELSH)
    kept, at = [], 0
    for number, word in enumerate(found):
        if people.concerns(word[0], quiet=quiet) and people.names(
            word[0], place(text, word, around(said, number), how)
        ):
            owns = word[0][-2:] in {"'s", "\u2019s"}
            kept += [text[at : word.start()], NAME + word[0][-2:] * owns]
            at = word.end()
    return "".join((*kept, text[at:]))


def around(said: Sequence[str], number: int) -> tuple[str, str, str]:
    """The word before one, the next, and the one after that."""
    after = (*said[number + 1 : number + 3], "", "")
    return said[number - 1] if number else "", after[0], after[1]


def place(text: str, word: re.Match[str], beside: tuple[str, str, str], how: tuple[bool, bool, bool]) -> Place:
    """Where a word stands, and how its writer uses capitals."""
    listed = text[word.end() : word.end() + 1] in {",", "/"}
    return Place(opens(text, word), *beside, listed, *how)


def shouted(words: Sequence[str]) -> bool:
    """Whether most words have a capital, so that a capital says nothing."""
    long = [word for word in words if len(word) > 1]
    return len(long) >= LEAST_LOUD and sum(word[0].isupper() for word in long) > MOSTLY * len(long)


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
