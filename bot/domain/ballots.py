"""What is in a ballot, and what a closed pulse makes of all its ballots.

A ballot holds one answer: a score on one question, or the comment. It names nobody. While the pulse is open it is
sealed, and can be replaced but not read; at the close all of them are opened at once, put together here, and
destroyed. Only `bot.domain.results.Results` stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.domain.people import Labels
from bot.domain.themes import Sentiment

COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Answer:
    """A score on a question, or a comment, where `item` is `COMMENT`."""

    item: str
    score: int | None = None
    comment: str = ""
    quotable: bool = False


@dataclass(frozen=True, slots=True)
class Ballot:
    """An opened ballot. `respondent` is a number that joins one person's ballots of this pulse and leads to nobody."""

    respondent: str
    labels: Labels
    answer: Answer


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody is counted: for each question, in which pool. `hides` says that they count towards k.

    Everybody in the same pools has the same seat, so it leads to nobody.
    """

    pools: Mapping[str, str] = field(default_factory=dict)
    hides: bool = False


NO_SEAT = Seat()
"""Of somebody who is counted nowhere."""


@dataclass(frozen=True, slots=True)
class Respondent:
    """Everything one unknown person said in a pulse, and where it is counted."""

    labels: Labels
    scores: Mapping[str, int]
    comment: Answer | None = None
    seat: Seat = NO_SEAT

    @property
    def band(self) -> Sentiment | None:
        """What the scores say on the whole; None where none was given."""
        if not self.scores:
            return None
        mean = sum(self.scores.values()) / len(self.scores)
        if mean >= 3.5:
            return Sentiment.POSITIVE
        return Sentiment.NEGATIVE if mean <= 2.5 else Sentiment.NEUTRAL


def gather(ballots: Iterable[Ballot], seats: Mapping[str, Seat] | None = None) -> list[Respondent]:
    """Join the ballots of each unknown person, and seat them; `seats` go by the respondent's number."""
    together: dict[str, list[Ballot]] = {}
    for ballot in ballots:
        together.setdefault(ballot.respondent, []).append(ballot)
    seated = seats or {}
    return [replace(_respondent(own), seat=seated.get(number, NO_SEAT)) for number, own in together.items()]


def _respondent(ballots: list[Ballot]) -> Respondent:
    scores = {b.answer.item: b.answer.score for b in ballots if b.answer.score is not None}
    comment = next((b.answer for b in ballots if b.answer.item == COMMENT), None)
    return Respondent(ballots[0].labels, scores, comment)
