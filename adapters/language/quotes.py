"""Which comments tell a theme best: short, whole sentences of clear feeling in words that many share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from adapters.language.clauses import plain, sentences
from adapters.language.words import stem, telling
from bot.domain.themes import Sentiment

WORD = re.compile(r"[^\W\d_][\w'-]*")
SHORTEST, LONGEST = 6, 30
LONGEST_COMMENT = 45
IDEAL = 14
SHINGLE = 6
SHARED_BY = 3
SURE = 0.8
AGAINST = 0.3
MOST = 3
TRIED = 50
WORDS_A_COMMA = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A comment that could be quoted for a theme, one of `themes` in it.

    `feeling` is that of the theme in it, `overall` that of all of it, `said` that of each clause.
    """

    row: int
    text: str
    feeling: float
    overall: Sentiment | None
    said: tuple[float, ...]
    spans: tuple[tuple[int, int], ...]
    themes: int


def boilerplate(texts: Sequence[str]) -> frozenset[int]:
    """The comments that share a run of six words with at least three others: pasted, not written."""
    shingles = [shingled(text) for text in texts]
    shared = Counter(shingle for said in shingles for shingle in said)
    return frozenset(row for row, said in enumerate(shingles) if any(shared[shingle] > SHARED_BY for shingle in said))


def shingled(text: str) -> frozenset[int]:
    """Each run of six words of a text, as a number."""
    said = WORD.findall(plain(text).lower())
    return frozenset(hash(tuple(said[at : at + SHINGLE])) for at in range(len(said) - SHINGLE + 1))


def telling_sentence(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The first sentence that names the theme and reads as one; empty when there is none."""
    marks = list(spans)
    at = 0
    for sentence in sentences(text):
        at = text.index(sentence, at)
        end = at + len(sentence)
        if readable(sentence) and (not marks or any(at <= start < end for start, _ in marks)):
            return sentence
        at = end
    return ""


def readable(sentence: str) -> bool:
    """Whether a sentence begins with a capital and is neither a scrap, nor a list, nor a speech."""
    length = len(sentence.split())
    listed = sentence.count(",") * WORDS_A_COMMA > length
    return sentence[0].isupper() and not sentence.isupper() and SHORTEST <= length <= LONGEST and not listed


def choose(candidates: Sequence[Candidate], leading: Sentiment) -> tuple[int, ...]:
    """One quote of the leading feeling, one of the other, and one more of the leading; never a wrong sign."""
    usable = [candidate for candidate in candidates if quotable(candidate)]
    common = Counter(word for candidate in usable for word in subjects(candidate.text))
    ranked = sorted(usable, key=lambda candidate: (-worth(candidate, common), candidate.row))
    other = Sentiment.POSITIVE if leading is Sentiment.NEGATIVE else Sentiment.NEGATIVE
    chosen: list[Candidate] = []
    for wanted in (leading, other, leading):
        chosen += next_unlike([candidate for candidate in ranked if candidate.overall is wanted], chosen)
    unscored = [candidate for candidate in ranked if candidate.overall is None]
    chosen += next_unlike(unscored, chosen)
    return tuple(candidate.row for candidate in chosen[:MOST])


def next_unlike(ranked: Iterable[Candidate], chosen: Sequence[Candidate]) -> list[Candidate]:
    """The first that does not repeat what has been chosen, if any does not."""
    taken = [subjects(kept.text) for kept in chosen]
    unlike = (
        candidate
        for candidate in islice(ranked, TRIED)
        if all(len(kept & (said := subjects(candidate.text))) <= len(said) / 2 for kept in taken)
    )
    return list(islice(unlike, 1))


def quotable(candidate: Candidate) -> bool:
    """Whether the comment reads well by itself and the theme in it feels as the whole does."""
    if len(candidate.text.split()) > LONGEST_COMMENT or not telling_sentence(candidate.text, candidate.spans):
        return False
    match candidate.overall:
        case Sentiment.NEGATIVE:
            return candidate.feeling <= -SURE and max(candidate.said) < AGAINST
        case Sentiment.POSITIVE:
            return candidate.feeling >= SURE and min(candidate.said) > -AGAINST
        case Sentiment.NEUTRAL:
            return False
        case None:
            return True


def worth(candidate: Candidate, common: Counter[str]) -> float:
    """Higher for words that many share, clear feeling, one theme, and a length that is quickly read."""
    said = subjects(candidate.text)
    usual = common.total() / max(1, len(common))
    centre = sum(common[word] for word in said) / (len(said) + 3) / max(1, usual)
    length = abs(len(candidate.text.split()) - IDEAL) / IDEAL
    return centre / 2 + min(abs(candidate.feeling), 2.0) - length - (candidate.themes - 1) / 2


def subjects(text: str) -> frozenset[str]:
    """The telling words of a text."""
    return frozenset(stem(word) for word in WORD.findall(plain(text).lower()) if telling(word))
