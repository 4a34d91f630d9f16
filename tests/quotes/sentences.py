"""The fixed sentences that redaction is measured with, and what counts as a hit and as a loss.

Each says what must go and what may go; every other word must stay. They were written before the rules were. Half of
them was looked at while the rules were made, the other half was held back.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
WORD = re.compile(r"[^\W_]+")
MARK = re.compile(r"\[(?:name|email|link|number|phone|postcode)\]")
Redact = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something that staff could write. `kind` says what is hard about it."""

    kind: str
    half: str
    text: str
    gone: tuple[str, ...]
    may: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """How many names there were, how many went; how many words went, and how many of those wrongly."""

    names: int = 0
    missed: tuple[str, ...] = ()
    taken: int = 0
    wrongly: tuple[str, ...] = ()

    @property
    def recall(self) -> float:
        """The share of names that went."""
        return 1 - len(self.missed) / max(1, self.names)

    @property
    def precision(self) -> float:
        """The share of what went that had to."""
        return 1 - len(self.wrongly) / max(1, self.taken)


def roster() -> frozenset[str]:
    """The invented staff that the sentences speak of."""
    return frozenset((HERE / "roster.txt").read_text(encoding="utf-8").splitlines())


def sentences() -> tuple[Sentence, ...]:
    """All five hundred."""
    lines = (HERE / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_sentence(json.loads(line)) for line in lines)


def score(chosen: Iterable[Sentence], redact: Redact) -> Score:
    """How well these are redacted."""
    names, taken = 0, 0
    missed: list[str] = []
    wrongly: list[str] = []
    for sentence in chosen:
        left = MARK.sub(" ", redact(sentence.text))
        lost = _words(sentence.text) - _words(left)
        names += len(sentence.gone)
        missed += [f"{name}: {sentence.text}" for name in sentence.gone if not _words(name) <= lost]
        extra = lost - _words(" ".join((*sentence.gone, *sentence.may)))
        taken += lost.total()
        wrongly += [f"{word}: {sentence.text}" for word in extra.elements()]
    return Score(names, tuple(missed), taken, tuple(wrongly))


def _words(text: str) -> Counter[str]:
    return Counter(WORD.findall(text))


def _sentence(line: dict[str, object]) -> Sentence:
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in line.items()}
    return Sentence(**given)  # type: ignore[arg-type]
