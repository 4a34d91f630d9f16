"""Subjects that appear against the comments of the weeks before: bursts of words, never clusters of leftovers."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.language.words import terms

Term = tuple[str, ...]

LEAST_COMMENTS = 5
LEAST_HISTORY = 100
SURPRISE = 5.5
JOINING = 4.0
OVERLAP = 0.5
MOST = 3
LONGEST = 2


@dataclass(frozen=True, slots=True)
class Burst:
    """A subject, the comments that hold it, and how unexpected it is in standard deviations."""

    name: str
    rows: frozenset[int]
    surprise: float


def bursts(texts: Sequence[str], history: Sequence[str], recent: Sequence[int] | None = None) -> tuple[Burst, ...]:
    """The most unexpected subjects of the recent rows, by default all; none without enough history to compare with."""
    if len(history) < LEAST_HISTORY:
        return ()
    rows = range(len(texts)) if recent is None else recent
    held, spelled = holders(texts, rows)
    before = Counter(term for text in history for term in terms(text, LONGEST))
    share = len(rows) / len(history)
    found = [
        Burst(spelled[term].most_common(1)[0][0], frozenset(holding), surprise(len(holding), before[term], share))
        for term, holding in held.items()
        if len(holding) >= LEAST_COMMENTS
    ]
    found.sort(key=lambda burst: (-burst.surprise, -len(burst.name), burst.name))
    return tuple(grouped([burst for burst in found if burst.surprise >= JOINING])[:MOST])


def holders(
    texts: Sequence[str],
    rows: Iterable[int],
) -> tuple[Mapping[Term, list[int]], Mapping[Term, Counter[str]]]:
    """The comments that hold each term, and the ways it is spelled."""
    held: defaultdict[Term, list[int]] = defaultdict(list)
    spelled: defaultdict[Term, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for term, spelling in terms(texts[row], LONGEST).items():
            held[term].append(row)
            spelled[term][spelling] += 1
    return held, spelled


def surprise(now: int, before: int, share: float) -> float:
    """How far a count lies above what the weeks before let expect; a short history widens the margin."""
    expected = before * share
    return (now - expected) / math.sqrt(expected * (1 + share) + 0.5)


def grouped(found: Sequence[Burst]) -> list[Burst]:
    """Terms whose comments mostly coincide are one subject; only one that is surprising by itself may begin it."""
    groups: list[Burst] = []
    for burst in found:
        near = next((at for at, group in enumerate(groups) if coincide(burst.rows, group.rows)), None)
        if near is not None:
            groups[near] = joined(groups[near], burst)
        elif burst.surprise >= SURPRISE:
            groups.append(burst)
    return groups


def coincide(some: frozenset[int], others: frozenset[int]) -> bool:
    """Whether at least half of the smaller set lies in the other."""
    return len(some & others) >= OVERLAP * min(len(some), len(others))


def joined(group: Burst, burst: Burst) -> Burst:
    """One subject of two, by the longer name where nearly as many people used it."""
    longer = " " in burst.name and " " not in group.name and len(burst.rows) >= OVERLAP * len(group.rows)
    return replace(group, name=burst.name if longer else group.name, rows=group.rows | burst.rows)
