"""The theme engine: comments in, themes with their feeling, their words and their most telling comments out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from adapters.language.clauses import plain
from adapters.language.detect import WELSH, language, words
from adapters.language.emerging import Burst, bursts
from adapters.language.phrases import Phrasebook
from adapters.language.quotes import Candidate, boilerplate, choose
from adapters.language.redact import redact
from adapters.language.sentiment import Part, Scorer, verdict
from adapters.language.taxonomy import STOCK, Taxonomy, load
from bot.domain.themes import Comment, Item, Kind, Sentiment, Theme, ThemeReport

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One comment, read: its item, what each clause says and where, and where each theme is named."""

    text: str
    item: Item
    parts: tuple[Part, ...]
    spans: dict[str, Spans]

    def feeling(self, key: str) -> float:
        """What the clauses that name a theme say together; all clauses when none names it."""
        starts = [start for start, _ in self.spans.get(key, ())]
        naming = [part.said for part in self.parts if any(part.start <= start < part.end for start in starts)]
        return sum(naming) if naming else sum(part.said for part in self.parts)

    def sentiment(self, key: str) -> Sentiment | None:
        """How the writer feels about a theme: its own clauses where they are clear, else the whole comment."""
        if self.item.sentiment is None:
            return None
        about = verdict(self.feeling(key))
        return self.item.sentiment if about is Sentiment.NEUTRAL else about


@dataclass(frozen=True, slots=True)
class ThemeEngine:
    """Finds themes by an organisation's phrases and bursts of new words; the same texts always give the same report."""

    taxonomy: Taxonomy
    scorer: Scorer

    @classmethod
    @cache
    def stock(cls) -> ThemeEngine:
        """The sixteen themes that are shipped, read once."""
        return cls.from_file(STOCK)

    @classmethod
    def from_file(cls, path: Path) -> ThemeEngine:
        """The themes of an organisation's own file."""
        return cls(load(path), Scorer.stock())

    def find(self, comments: Sequence[Comment], history: Sequence[str] = (), language: str = "en") -> ThemeReport:
        """The themes of some comments, named in `language`; without history nothing is called emerging."""
        readings = list(self.read(comments))
        return self.report(readings, history, language)

    def redact(self, text: str, names: Collection[str]) -> str:
        """The text with neutral marks in place of people, addresses and numbers."""
        return redact(text, names)

    def read(self, comments: Iterable[Comment]) -> Iterator[Reading]:
        """Each comment by itself, in order; long work can be watched here."""
        for row, comment in enumerate(comments):
            yield self.reading(row, comment)

    def report(
        self,
        readings: Sequence[Reading],
        history: Sequence[str] = (),
        language: str = "en",
        recent: Sequence[int] | None = None,
    ) -> ThemeReport:
        """What the comments say together; only `recent` rows (all, when not given) are compared with the history."""
        texts = [reading.text for reading in readings]
        named, found = self.known(readings, language), bursts(texts, history, recent)
        candidates = Quotes(readings, boilerplate(texts), Phrasebook(texts))
        themes = [candidates.theme(key, name, Kind.KNOWN, rows) for key, name, rows in named]
        themes += [candidates.burst(burst) for burst in found]
        return ThemeReport(
            len(readings),
            Counter(reading.item.language for reading in readings),
            tuple(sorted(themes, key=lambda theme: -len(theme.rows))),
            tuple(with_emerging(readings, found)),
        )

    def known(self, readings: Sequence[Reading], language: str) -> list[tuple[str, str, list[int]]]:
        """Key, name and rows of each theme of the taxonomy that anybody wrote about."""
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for reading in readings:
            for key in reading.item.themes:
                rows[key].append(reading.item.row)
        return [(about.key, about.name(language), rows[about.key]) for about in self.taxonomy if rows[about.key]]

    def reading(self, row: int, comment: Comment) -> Reading:
        """One comment, read once."""
        text, spoken = plain(comment.text), language(comment.text)
        lowered = text.lower() if len(text.lower()) == len(text) else text
        spans = {subject.key: tuple(hits) for subject in self.taxonomy if (hits := subject.spans(lowered, spoken))}
        if spoken == WELSH or not words(text):
            return Reading(text, Item(row, spoken, None, tuple(spans)), (), spans)
        parts = self.scorer.parts(lowered)
        sentiment = self.scorer.weigh(comment, lowered, parts)
        return Reading(text, Item(row, spoken, sentiment, tuple(spans)), parts, spans)


@dataclass(frozen=True, slots=True)
class Quotes:
    """Makes themes of rows: counts how people feel and chooses words and quotes."""

    readings: Sequence[Reading]
    pasted: frozenset[int]
    phrasebook: Phrasebook

    def theme(self, key: str, name: str, kind: Kind, rows: Sequence[int]) -> Theme:
        """One theme of the report."""
        feelings = Counter(felt for row in rows if (felt := self.readings[row].sentiment(key)) is not None)
        worse = feelings[Sentiment.NEGATIVE] > feelings[Sentiment.POSITIVE]
        own = [row for row in rows if row not in self.pasted]
        candidates = [self.candidate(key, row) for row in own]
        quotes = choose(candidates, Sentiment.NEGATIVE if worse else Sentiment.POSITIVE)
        counts = {sentiment: feelings[sentiment] for sentiment in Sentiment}
        return Theme(key, name, kind, tuple(rows), counts, quotes, self.phrasebook.phrases(own))

    def burst(self, burst: Burst) -> Theme:
        """An emerging theme."""
        return self.theme(emerging_key(burst), burst.name, Kind.EMERGING, sorted(burst.rows))

    def candidate(self, key: str, row: int) -> Candidate:
        """A comment as a possible quote."""
        reading = self.readings[row]
        spans = reading.spans.get(key, ())
        said = tuple(part.said for part in reading.parts)
        overall = reading.item.sentiment
        return Candidate(row, reading.text, reading.feeling(key), overall, said, spans, len(reading.spans))


def emerging_key(burst: Burst) -> str:
    """A key that no theme of a taxonomy has."""
    return "emerging:" + burst.name.replace(" ", "-")


def with_emerging(readings: Sequence[Reading], found: Sequence[Burst]) -> Iterator[Item]:
    """The items, each with the emerging themes it belongs to."""
    for reading in readings:
        item = reading.item
        more = tuple(emerging_key(burst) for burst in found if item.row in burst.rows)
        yield Item(item.row, item.language, item.sentiment, item.themes + more) if more else item
