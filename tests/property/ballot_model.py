"""What must be true of ballots, in a few dictionaries: which answers were acknowledged, and what a close may say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from bot.domain.ballots import COMMENT
from bot.domain.numbers import Number, number_of
from bot.domain.pulses import Pulse
from bot.domain.results import Results
from tests.exact import Heard

K, K_COMMENT = 5, 10
Answers = dict[tuple[str, str], frozenset[object]]
NOTHING: frozenset[object] = frozenset({None})


@dataclass(slots=True)
class Model:
    """By pulse, what each person's answer to each item may be.

    After an acknowledgement it is one thing, the last; where the process died before it could acknowledge, it is the
    old one or the new one, and nothing else.
    """

    answers: dict[str, Answers] = field(default_factory=dict)
    results: dict[str, Results] = field(default_factory=dict)

    def copy(self) -> Model:
        """What a backup of this moment knows."""
        return Model({pulse: dict(own) for pulse, own in self.answers.items()}, dict(self.results))

    def acknowledged(self, pulse: str, account: str, item: str, value: object) -> None:
        self._of(pulse)[account, item] = frozenset({value})

    def doubtful(self, pulse: str, account: str, item: str, value: object) -> None:
        own = self._of(pulse)
        own[account, item] = own.get((account, item), NOTHING) | {value}

    def answered(self, pulse: str) -> set[str]:
        """Who has certainly answered something."""
        return {account for (account, _), values in self._of(pulse).items() if None not in values}

    def check(self, pulse: Pulse, unit: str, results: Results, heard: Sequence[Heard]) -> None:
        """Each acknowledged answer is counted once, and the last one: nothing else may be in these results.

        `heard` is what was counted, each time it was. A replica that was overtaken may have counted what was left.
        """
        for item in pulse.items:
            possible = list(self._counts(pulse.id, item))
            right = [counts for each in heard if (counts := each.of(item)) in possible]
            assert right, f"{item} is counted wrongly"
            shown = results.number(unit, item)
            said = [number_of(item, counts, 0) if sum(counts) >= K else None for counts in right]
            assert _rounded(shown) in [_rounded(each) for each in said]
        bodies = Counter(comment.body for comment in results.comments)
        assert bodies in list(self._comments(pulse.id)), "the comments are not those that were acknowledged"

    def _of(self, pulse: str) -> Answers:
        return self.answers.setdefault(pulse, {})

    def _counts(self, pulse: str, item: str) -> Iterator[list[int]]:
        for scores in self._possible(pulse, item):
            yield [scores.count(score) for score in range(1, 6)]

    def _comments(self, pulse: str) -> Iterator[Mapping[object, int]]:
        for bodies in self._possible(pulse, COMMENT):
            yield Counter(bodies) if len(bodies) >= K_COMMENT else Counter()

    def _possible(self, pulse: str, item: str) -> Iterator[list[object]]:
        """Every way in which the answers to an item may stand."""
        said = [values for (_, about), values in self._of(pulse).items() if about == item]
        for chosen in product(*said):
            yield [value for value in chosen if value is not None]


def _rounded(number: Number | None) -> tuple[int, int] | None:
    return (number.share, number.mean) if number else None
