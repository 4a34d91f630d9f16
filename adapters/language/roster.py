"""The names of an organisation's people, looked up word by word, so that a hundred thousand cost no more than ten."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from adapters.language.clauses import word_set

WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
PARTICLES = word_set(
    """
    ab ap al and bin da de del den der di dr du el ferch la le mac miss mr mrs ms mx of prof st the van von y
    """,
)
# What is likely to follow a name that is also a word: "Mark is", "Grace always".
AFTER_NAME = word_set(
    """
    is was has always never does did can and said told made gave helped keeps really who should
    """,
)
# The radical letters that a mutated Welsh name may have begun with.
MUTATED = word_set(
    """
    ngh>c mh>p nh>t ch>c ph>p th>t dd>d ng>g g>c b>p d>t f>b f>m l>ll l>gl r>rh r>gr m>b n>d w>gw a>ga e>ge o>go i>gi
    """,
)
RADICALS = tuple(pair.partition(">")[::2] for pair in sorted(MUTATED))


@dataclass(frozen=True, slots=True)
class Roster:
    """The words that people's names are made of, folded; and the ordinary words among all words."""

    parts: frozenset[str]
    ordinary: frozenset[str]

    def names(self, word: str, *, opens: bool, after: str) -> bool:
        """Whether a word of a text is one of the names, given what follows and whether it opens a sentence."""
        whole = folded(word)
        known = self.knows(whole) or all(map(self.knows, whole.split("-")))
        if not known:
            return word[0].isupper() and whole not in self.ordinary and self.mutated(whole)
        if whole.removesuffix("'s") not in self.ordinary:
            return word[0].isupper() or len(whole) > 2
        return word[0].isupper() and (not opens or whole.endswith("'s") or after in AFTER_NAME)

    def knows(self, word: str) -> bool:
        """Whether a folded word is part of a name."""
        return word in self.parts or word.removesuffix("'s").removesuffix("'") in self.parts

    def mutated(self, word: str) -> bool:
        """Whether a word is a name with its first letter mutated, as after "i" or "gan"."""
        return any(
            word.startswith(letters) and radical + word[len(letters) :] in self.parts for letters, radical in RADICALS
        )


@lru_cache(maxsize=4)
def roster(names: frozenset[str]) -> Roster:
    """The roster of these names; asked again for the same people, it is not built again."""
    return Roster(parts(names), ordinary_words())


def parts(names: Iterable[str]) -> frozenset[str]:
    """Every word of every name, and each half of a double-barrelled one."""
    found = {folded(word) for name in names for word in WORD.findall(name)}
    found |= {half for word in found if "-" in word for half in word.split("-")}
    return frozenset(word for word in found if len(word) > 1 and word not in PARTICLES)


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words that TextBlob's tag list knows as something else than a name: "will", "grace", "long"."""
    tagged = files("textblob.en").joinpath("en-lexicon.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in tagged if line and not line.startswith(";;;"))
    return frozenset(pair[0] for pair in pairs if len(pair) > 1 and pair[0].islower() and not pair[1].startswith("NNP"))


def folded(word: str) -> str:
    """A word without accents and capitals, with one kind of apostrophe."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFD", word.replace("\u2019", "'"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold()
