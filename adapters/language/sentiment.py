"""How a comment feels: TextBlob's dictionary clause by clause, under rules for what people write about their work."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from adapters.language.clauses import clauses, plain
from adapters.language.patterns import any_of, english
from bot.domain.themes import Comment, Sentiment

RULES = Path(__file__).with_name("sentiment.toml")

# How much one thing says. A hit of our own lists is the unit; the general dictionary runs from -1 to 1.
DICTIONARY = 1.0
FLIPPED_NEGATIVE = 0.5
REQUEST = 1.0
LOUDEST = 2.0
CLEAR = 0.35
CONTENT = 1.0
REACH, FARTHEST = 3, 40
HOPE = 0.7
MIXED = 0.5
EVEN = 0.6
EDGES = " .,!?-*'\""
BAND = 0.3
QUESTION = 0.4

Polarity = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Part:
    """One clause: where it begins and ends, and what it says."""

    start: int
    end: int
    said: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The compiled lists of the rule file."""

    negative: re.Pattern[str]
    positive: re.Pattern[str]
    negation: re.Pattern[str]
    scarcity: re.Pattern[str]
    content: re.Pattern[str]
    empty: re.Pattern[str]
    whole: re.Pattern[str]
    hopes: re.Pattern[str]
    states: re.Pattern[str]
    request: re.Pattern[str]
    request_start: re.Pattern[str]
    deaf: re.Pattern[str]
    praise_question: re.Pattern[str]
    mend_question: re.Pattern[str]


def load(path: Path = RULES) -> Rules:
    """The rules of a file."""
    lists: Mapping[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return Rules(**{name: any_of(map(english, phrases)) for name, phrases in lists.items()})


def dictionary() -> Polarity:
    """TextBlob's general dictionary, the one part of it that needs no corpus; a clause seen again is not read again."""
    # The very function that PatternAnalyzer.analyze wraps; the wrapper makes a new class for each call.
    from textblob.en import sentiment

    analyse: Callable[[str], tuple[float, float]] = sentiment

    @lru_cache(maxsize=4096)
    def polarity(text: str) -> float:
        return analyse(text)[0]

    return polarity


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores English text; Welsh must never reach it, because the dictionary knows none."""

    rules: Rules
    polarity: Polarity

    @classmethod
    def stock(cls) -> Scorer:
        """The rules and the dictionary that are shipped."""
        return cls(load(), dictionary())

    def comment(self, comment: Comment) -> Sentiment:
        """The words, what was asked, and the writer's own scale answer together."""
        text = plain(comment.text).lower()
        return self.weigh(comment, text, self.parts(text))

    def weigh(self, comment: Comment, text: str, parts: Sequence[Part]) -> Sentiment:
        """As `comment`, of a plain lower-case text whose clauses have been scored."""
        asked = self.asked(comment.question)
        said = self.bare(text.strip(EDGES), asked)
        if said is None:
            said = balance([part.said for part in parts])
        return verdict(said + QUESTION * asked + BAND * weight(comment.band))

    def parts(self, text: str) -> tuple[Part, ...]:
        """What each clause of a plain lower-case text says."""
        return tuple(Part(start, start + len(words), self.clamped(words)) for start, words in clauses(text))

    def asked(self, question: str) -> int:
        """Whether a question invites praise (1), something to mend (-1), or either (0)."""
        text = question.lower()
        mend, praise = self.rules.mend_question.search(text), self.rules.praise_question.search(text)
        return 0 if mend and praise else bool(praise) - bool(mend)

    def bare(self, text: str, asked: int) -> float | None:
        """What an answer of no content says: nothing to mend is good, nothing to praise is bad."""
        if self.rules.empty.fullmatch(text):
            return -LOUDEST if asked > 0 else CONTENT
        return LOUDEST * asked if self.rules.whole.fullmatch(text) else None

    def clamped(self, clause: str) -> float:
        """One clause, which can say only so much."""
        return max(-LOUDEST, min(LOUDEST, self.clause(clause)))

    def clause(self, clause: str) -> float:
        """One clause in lower case."""
        rest, content = self.rules.content.subn(" ", clause)
        good, bad, turned = self.hits(rest)
        general = DICTIONARY * self.polarity(self.rules.deaf.sub(" ", rest))
        if turned:
            general = min(general, 0.0)
        if self.is_request(rest):
            return content * CONTENT - bad - REQUEST + min(general, 0.0)
        return content * CONTENT + good - bad + general

    def is_request(self, clause: str) -> bool:
        """Whether the clause asks for something to be done."""
        return bool(self.rules.request.search(clause) or self.rules.request_start.match(clause.lstrip(" ,-*")))

    def hits(self, clause: str) -> tuple[float, float, int]:
        """Good and bad words of our own lists after negation, and how many good ones it turned."""
        denials = ends(self.rules.negation, clause)
        limits = denials + ends(self.rules.scarcity, clause)
        good, ungood = split(self.rules.positive, clause, limits)
        bad, unbad = split(self.rules.negative, clause, denials)
        hopes, denied = split(self.rules.hopes, clause, limits)
        turned = ungood + denied
        said = not bad and not turned and bool(self.rules.states.search(clause))
        return good + FLIPPED_NEGATIVE * unbad + HOPE * hopes * said, bad + turned, turned


def ends(pattern: re.Pattern[str], clause: str) -> list[int]:
    """Where each match ends."""
    return [found.end() for found in pattern.finditer(clause)]


def split(pattern: re.Pattern[str], clause: str, negations: list[int]) -> tuple[int, int]:
    """How many matches stand as they are, and how many after a negation."""
    turned = [negated(clause, found.start(), negations) and "n't" not in found[0] for found in pattern.finditer(clause)]
    return turned.count(False), turned.count(True)


def balance(said: Sequence[float]) -> float:
    """The sum, unless good and bad clauses weigh about the same: then nothing."""
    good, bad = sum(part for part in said if part > 0), -sum(part for part in said if part < 0)
    if min(good, bad) >= MIXED and min(good, bad) / max(good, bad) >= EVEN:
        return 0.0
    return good - bad


def negated(clause: str, start: int, negations: list[int]) -> bool:
    """Whether a negation stands a few words before, with no comma between."""
    between = (clause[end:start] for end in negations if start - FARTHEST < end <= start)
    return any("," not in words and words.count(" ") <= REACH for words in between)


def weight(band: Sentiment | None) -> int:
    """The scale answer as a number."""
    return {Sentiment.POSITIVE: 1, Sentiment.NEGATIVE: -1}.get(band, 0) if band else 0


def verdict(score: float) -> Sentiment:
    """The word for a score."""
    if abs(score) <= CLEAR:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if score > 0 else Sentiment.NEGATIVE
