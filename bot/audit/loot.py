"""All that a thief could carry off from a rehearsal, beside what really happened in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.audit.thief import Searched, Tables


@dataclass(frozen=True, slots=True)
class Marks:
    """Words that nobody else can have written, a kind for each thing that must not be found."""

    person: str
    answer: str
    draft: str
    story: str
    thread: str
    idea: str


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote something."""

    person: str
    words: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened. No thief knows it; it is what guesses are measured by. `backings` hold words of ideas."""

    marks: Marks
    staff: Sequence[str]
    answered: Sequence[str]
    comments: Sequence[Said]
    scores: Mapping[tuple[str, str], int]
    threads: Sequence[Said]
    stories: Sequence[Said]
    ideas: Sequence[Said]
    backings: Sequence[Said]

    def writer(self, words: str) -> str:
        """Who wrote this comment."""
        return next((said.person for said in self.comments if said.words == words), "")


@dataclass(frozen=True, slots=True)
class Night:
    """The database as a nightly copy would hold it."""

    name: str
    tables: Tables


@dataclass(frozen=True, slots=True)
class Searches:
    """What was looked for in the files, and when."""

    open: Searched
    drafts: Searched
    control: Searched
    keys: Searched


@dataclass(frozen=True, slots=True)
class Outside:
    """What left the database: log lines, messages, and what people were shown after answering."""

    log: str
    messages: Sequence[str]
    replies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Watched:
    """When a reader who looked every few minutes saw something new, and when it had been written."""

    wrote: Sequence[datetime]
    saw: Sequence[datetime]
    batches: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class Tried:
    """Attempts of one kind: how many, and which of them got anywhere."""

    attempts: int = 0
    succeeded: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Loot:
    """Everything. `nights` were taken while the pulse was open, `closed` right after its close, `ended` at the end."""

    engine: str
    pulse: str
    truth: Truth
    nights: Sequence[Night]
    closed: Tables
    ended: Tables
    keys: Mapping[str, bytes]
    keys_left: Mapping[str, bytes]
    searches: Searches
    outside: Outside
    watched: Watched
    walked: Tried
    replayed: Tried
    weakened: Tried

    @property
    def copies(self) -> Sequence[Tables]:
        """The database as it was every night, after the close and at the end."""
        return [*(night.tables for night in self.nights), self.closed, self.ended]

    @property
    def opened(self) -> Tables:
        """The database shortly before the close."""
        return self.nights[-1].tables
