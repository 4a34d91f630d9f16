"""What a close counted, before it was rounded and forgotten: a listener beside the product, which changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from bot.domain import counting
from bot.domain.ballots import Respondent
from bot.domain.counting import Terms
from bot.domain.questions import SCORES
from bot.domain.results import Results


@dataclass(frozen=True, slots=True)
class Heard:
    """For each question how many chose each score, 1 to 5, in a pulse that closed on this day."""

    day: date
    counts: dict[str, list[int]]

    def of(self, item: str) -> list[int]:
        """The counts of a question; nought for each score where nobody answered it."""
        return self.counts.get(item, [0] * len(SCORES))


@dataclass(frozen=True, slots=True)
class Listener:
    """Everything that was counted, each time it was."""

    heard: list[Heard] = field(default_factory=list)

    def last(self, day: date) -> Heard:
        """What was counted last of the pulse that closed on this day."""
        return next(each for each in reversed(self.heard) if each.day == day)


@contextmanager
def listening(tell: Callable[[Heard], None] | None = None) -> Iterator[Listener]:
    """Hear every count meanwhile; `tell` hears it at once, before anything is stored."""
    listener, real = Listener(), counting.publish

    def publish(respondents: Sequence[Respondent], terms: Terms) -> Results:
        counts: dict[str, Counter[int]] = {}
        for respondent in respondents:
            for item, score in respondent.scores.items():
                counts.setdefault(item, Counter())[score] += 1
        heard = Heard(terms.day, {item: [own[score] for score in SCORES] for item, own in counts.items()})
        listener.heard.append(heard)
        if tell:
            tell(heard)
        return real(respondents, terms)

    counting.publish = publish
    try:
        yield listener
    finally:
        counting.publish = real
