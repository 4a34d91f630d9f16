"""The names of an organisation's people, looked up word by word, so that a hundred thousand cost no more than ten.

A word is a name by its letters (as listed, short, mutated, one letter off) and by how it is written: a capital inside
a sentence tells, one at its start does not. What is doubtful goes: a word too many can be missed, a name cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from adapters.language.clauses import word_set
from adapters.language.detect import WELSH_WORDS
from adapters.language.nicknames import ALSO
from adapters.language.variants import folded, radicals, slips

WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
PARTICLES = word_set(
    """
    ab ap al and bin da de del den der di dr du el ferch la le mac miss mr mrs ms mx of prof st the van von y
    """,
)
# What is likely to follow a name that is also a word, besides verbs of the third person: "Mark never", "Bryn sydd".
AFTER_NAME = word_set(
    """
    always also never keeps often only really who would should could can cannot may might must does did just still
    """,
)
AFTER_WELSH_NAME = word_set("oedd sydd sy yn yw ydy ydi wedi fydd ddywedodd")
# What only a person does, so that even a last name is one there: "Long said no".
PERSONAL = word_set(
    """
    said says told tells asked asks promised promises shouted shouts refused refuses wants thinks knows decided laughed
    shrugged listened listens listen never herself himself themselves ddywedodd
    """,
)
SAYING = frozenset({"VBZ", "VBD", "VBN", "MD"})
# Words of the tag list that are nearly always names, and what it tags as foreign.
HARDLY_WORDS = word_set("al harry jimmy ken kitty mo parry sally teddy terry victor")
FOREIGN = frozenset({"NNP", "NNPS", "FW"})
# What softens, nasalises or aspirates the name after it.
MUTATING = word_set("a am ar at â dan dros drwy efo ein fy gan gyda heb hyd i o tan trwy tua wrth yn yng ym")
# Words that have a capital wherever they stand.
MONTHS = word_set(
    """
    january february march april may june july august september october november december
    ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr
    """,
)
BEFORE_MONTH = word_set(
    """
    in by since last next this until till every from early late mid during for before after around of mis ym ers
    """,
)
ANYWHERE = word_set(
    """
    monday tuesday wednesday thursday friday saturday sunday english welsh irish french german polish wales england
    ireland scotland cymru bangor barry brecon bridgend caerphilly cardiff carmarthen conwy denbigh flint gwent gwynedd
    llandudno llanelli merthyr monmouth neath newport pembroke penarth powys rhyl swansea torfaen wrexham council
    housing finance
    """,
)
# Welsh words that are names as well, and so common that they are in no list of telling words.
WELSH_NOUNS = word_set("aeron aur awel bryn eira eirlys enfys ffion glyn gwawr gwyn haf heulwen mai mor nant non seren")
SHORT_NAME, SHORT_WORD = 4, 3
LEAST_CARELESS = 6
ACRONYM = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word stands: what is before and after it, and what a capital means there.

    `opens`: it is the first of a sentence. `follows`: the word after the next. `listed`: a comma or a stroke follows.
    `loud`: nearly every word of the text has a capital. `quiet`: none has. `welsh`: there is no dictionary for it here.
    """

    opens: bool = False
    before: str = ""
    after: str = ""
    follows: str = ""
    listed: bool = False
    loud: bool = False
    quiet: bool = False
    welsh: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """The words that people's names are made of, folded: all, those of given names, two side by side, and accounts."""

    parts: frozenset[str]
    given: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict, repr=False)

    def concerns(self, word: str, *, quiet: bool) -> bool:
        """Whether a word is worth a closer look: any with a capital, and of the others what is listed."""
        if quiet or word[0].isupper() or "-" in word:
            return True
        bare = folded(word).removesuffix("'s").removesuffix("'")
        return bare in self.parts or bare in self.accounts

    def names(self, word: str, place: Place) -> bool:
        """Whether a word of a text is one of the names, given where it stands."""
        whole = folded(word)
        bare = whole.removesuffix("'s").removesuffix("'")
        capital = word[0].isupper()
        if self._knows(bare):
            return self._is_meant(bare, place, capital=capital, owns=bare != whole)
        halves = bare.split("-")
        if bare in self.accounts or (capital and len(halves) > 1 and any(half in self.parts for half in halves)):
            return bare not in self.words
        if not capital and not place.quiet:
            return False
        if self._mutated(bare, place, capital=capital):
            return True
        return not (bare in self.words or bare in ANYWHERE or bare in MONTHS) and self._misspelt(bare, word, place)

    def _knows(self, bare: str) -> bool:
        """Whether a folded word is part of a name, or all its halves are."""
        return bare in self.parts or all(half in self.parts for half in bare.split("-"))

    def _is_meant(self, bare: str, place: Place, *, capital: bool, owns: bool) -> bool:
        """Whether a word that is a name is used as one: "Mark is", and not "mark my words"."""
        if bare in MONTHS and (folded(place.before) in BEFORE_MONTH or place.after[:1].isdigit()):
            return False
        if self._beside(bare, place, capital=capital):
            return True
        if bare not in self.words and bare not in MONTHS and bare not in ANYWHERE:
            return capital or len(bare) > 2
        if not capital or place.loud or bare in ANYWHERE:
            return False
        told = folded(place.after) in PERSONAL or (bare in self.given and self._acts(bare, place))
        return not place.opens or owns or told

    def _beside(self, bare: str, place: Place, *, capital: bool) -> bool:
        """Whether the rest of a person's name stands beside it, and not both are plain words in small letters."""
        before, after = folded(place.before), folded(place.after).removesuffix("'s")
        for other, pair in ((before, f"{before} {bare}"), (after, f"{bare} {after}")):
            if pair in self.pairs and (capital or bare not in self.words or other not in self.words):
                return True
        return False

    def _acts(self, bare: str, place: Place) -> bool:
        """Whether what follows tells of a person: a comma, a verb of the third person, "and" with another name."""
        after = folded(place.after)
        if after in {"and", "a", "ac"}:
            return self._named(place.follows)
        verb = after.partition("'")[0]
        # "Beth yw" asks what it is.
        welsh = verb in AFTER_WELSH_NAME and bare not in WELSH_WORDS
        said = verb in AFTER_NAME or after.endswith("n't") or self.words.get(after) in SAYING
        return place.listed or welsh or said

    def _named(self, word: str) -> bool:
        return word[:1].isupper() and folded(word) in self.parts

    def _mutated(self, bare: str, place: Place, *, capital: bool) -> bool:
        """Whether a word is a name with its first letter mutated, which happens inside a sentence only.

        One that is a word as it stands, as "Fared" is, needs something before it that mutates.
        """
        asked = folded(place.before) in MUTATING
        if place.opens or bare in ANYWHERE or bare in MONTHS or (bare in self.words and not (capital and asked)):
            return False
        careless = place.quiet and asked and len(bare) >= LEAST_CARELESS - 1
        return (capital or careless) and any(radical in self.parts for radical in radicals(bare))

    def _misspelt(self, bare: str, word: str, place: Place) -> bool:
        """Whether a word that no dictionary knows is one letter off a name.

        It needs a capital, but where its writer uses none it needs to be long. A slip in a name of three letters gives
        almost anything, so there the first letter must be right, and the capital must not be a sentence's.
        """
        careless = place.quiet and not place.welsh and len(bare) >= LEAST_CARELESS
        if not word[0].isupper() and not careless:
            return False
        if len(bare) < SHORT_WORD or (word.isupper() and len(word) <= ACRONYM and not place.loud):
            return False
        return any(name in self.parts and _near(name, bare, place) for name in slips(bare))


def _near(name: str, bare: str, place: Place) -> bool:
    if place.opens:
        return len(name) >= (LEAST_CARELESS if place.welsh else SHORT_NAME)
    return len(name) >= SHORT_NAME or (len(name) >= SHORT_WORD and name[0] == bare[0])


@lru_cache(maxsize=4)
def roster(names: frozenset[str]) -> Roster:
    """The roster of these names; asked again for the same people, it is not built again."""
    people = [[folded(word) for word in WORD.findall(name)] for name in names]
    given = {other for own in people for word in own[:1] for other in (word, *word.split("-"))}
    given |= {short for word in given for short in ALSO.get(word, ())}
    return Roster(
        _telling(given | _parts(people)),
        _telling(given),
        frozenset(_pairs(people)),
        frozenset(_accounts(people)),
        ordinary_words(),
    )


def _parts(people: Iterable[list[str]]) -> set[str]:
    """Every word of every name, and each half of a double-barrelled one."""
    found = {word for own in people for word in own}
    return found | {half for word in found if "-" in word for half in word.split("-")}


def _accounts(people: Iterable[list[str]]) -> set[str]:
    """What a name becomes on a computer: the initial and the last name, either first."""
    return {name for own in people if len(own) > 1 for name in (own[0][0] + own[-1], own[-1] + own[0][0])}


def _pairs(people: Iterable[list[str]]) -> set[str]:
    """Each name's neighbouring words, and its short forms with the last."""
    found: set[str] = set()
    for own in people:
        found |= {f"{one} {other}" for one, other in pairwise(own)}
        found |= {f"{short} {own[-1]}" for short in (own[0], *ALSO.get(own[0], ())) if len(own) > 1}
    return found


def _telling(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if len(word) > 1 and word not in PARTICLES)


@lru_cache(maxsize=1)
def ordinary_words() -> Mapping[str, str]:
    """Words that are something else than a name, such as "will", "grace", "long", with what TextBlob tags them."""
    tagged = files("textblob.en").joinpath("en-lexicon.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in tagged if line and not line.startswith(";;;"))
    found = {pair[0]: pair[1] for pair in pairs if len(pair) > 1 and pair[0].islower()}
    english = {word: tag for word, tag in found.items() if tag not in FOREIGN and word not in HARDLY_WORDS}
    return dict.fromkeys(map(folded, WELSH_WORDS | WELSH_NOUNS), "") | english
