"""What people call a theme in their own words: the runs of words that are commoner inside it than outside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from adapters.language.words import terms

Term = tuple[str, ...]

LEAST_COMMENTS = 3
# Of all comments that hold the phrase, so many must hold the theme.
OWN = 0.6
MOST = 3


class Phrasebook:
    """The terms of all comments, counted once, asked theme by theme."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._terms = [{term: said for term, said in terms(text).items() if len(term) > 1} for text in texts]
        self._all = Counter(term for said in self._terms for term in said)

    def phrases(self, rows: Collection[int]) -> tuple[str, ...]:
        """The phrases used most inside a theme and rather there than elsewhere."""
        spelled: defaultdict[Term, Counter[str]] = defaultdict(Counter)
        for row in rows:
            for term, said in self._terms[row].items():
                spelled[term][said] += 1
        counts = {term: said.total() for term, said in spelled.items()}
        own = {term: count for term, count in counts.items() if self._belongs(term, count)}
        ordered = sorted(own, key=lambda term: (-own[term] * len(term), term))
        return tuple(spelled[term].most_common(1)[0][0] for term in apart(ordered))

    def _belongs(self, term: Term, count: int) -> bool:
        return count >= LEAST_COMMENTS and count >= OWN * self._all[term]


def apart(ordered: Sequence[Term]) -> list[Term]:
    """The first few that do not repeat each other's words."""
    chosen: list[Term] = []
    for term in ordered:
        if not any(set(term) & set(other) for other in chosen):
            chosen.append(term)
        if len(chosen) == MOST:
            break
    return chosen
