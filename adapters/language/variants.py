"""The same name written otherwise: without accents, mutated as Welsh does, or with one slip of the finger."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from string import ascii_lowercase

from adapters.language.clauses import word_set

# The radical letters that a mutated Welsh name may have begun with: soft, nasal and aspirate.
MUTATED = word_set(
    """
    ngh>c mh>p nh>t ch>c ph>p th>t dd>d ng>g g>c b>p d>t f>b f>m l>ll l>gl r>rh r>gr m>b n>d w>gw a>ga e>ge o>go i>gi
    u>gu y>gy
    """,
)
RADICALS = tuple(pair.partition(">")[::2] for pair in sorted(MUTATED))
# Letters that have no accent to take off and are written otherwise all the same.
UNDIVIDED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i", "\u2019": "'"})


def folded(word: str) -> str:
    """A word without accents and capitals, with one kind of apostrophe."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).translate(UNDIVIDED)


def radicals(word: str) -> Iterator[str]:
    """What a word may have been before its first letter was mutated, as after "i", "gan" or "gyda"."""
    return (radical + word[len(letters) :] for letters, radical in RADICALS if word.startswith(letters))


def slips(word: str) -> Iterator[str]:
    """Every word that differs by one letter: left out, put in, changed, or swapped with the next."""
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    for left, right in halves:
        if right:
            yield left + right[1:]
            yield from (left + letter + right[1:] for letter in ascii_lowercase)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        yield from (left + letter + right for letter in ascii_lowercase)
