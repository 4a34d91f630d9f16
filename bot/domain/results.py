"""What is left of a closed pulse: the numbers and comments that may be shown, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.groups import Group
from bot.domain.numbers import Number
from bot.domain.people import Segment
from bot.domain.quotes import Review
from bot.domain.themes import Sentiment


@dataclass(frozen=True, slots=True)
class UnitNumber:
    """A question's number in one unit and everything below it."""

    unit: str
    number: Number


@dataclass(frozen=True, slots=True)
class SegmentNumber:
    """A question's number in one place or one grade of the whole organisation."""

    segment: Segment
    label: str
    number: Number


@dataclass(frozen=True, slots=True)
class Index:
    """The engagement index of a unit, of 100."""

    unit: str
    value: int
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of the people asked in a unit answered, as the lower edge of a band of ten per cent."""

    unit: str
    band: int
    basis: str = ""


@dataclass(frozen=True, slots=True)
class PublishedComment:
    """A comment that may be read, under the smallest unit that is large enough. `band` is never shown beside it."""

    id: str
    unit: str
    body: str
    band: Sentiment | None
    quotable: bool
    review: Review = Review.WAITING


@dataclass(frozen=True, slots=True)
class Results:
    """All that is left of a pulse after its close.

    `groups` are those that something was told of, by question, as they are to be kept; they hold no answer, and nobody
    is shown them.
    """

    turnouts: tuple[Turnout, ...] = ()
    numbers: tuple[UnitNumber, ...] = ()
    indices: tuple[Index, ...] = ()
    segments: tuple[SegmentNumber, ...] = ()
    comments: tuple[PublishedComment, ...] = ()
    groups: Mapping[str, Sequence[Group]] = field(default_factory=dict)

    def number(self, unit: str, item: str) -> Number | None:
        """The number of one question in one unit, if it may be shown."""
        return next((n.number for n in self.numbers if n.unit == unit and n.number.item == item), None)

    def turnout(self, unit: str) -> Turnout | None:
        """The turnout of one unit, if it may be shown."""
        return next((t for t in self.turnouts if t.unit == unit), None)

    def index(self, unit: str) -> int | None:
        """The engagement index of one unit, if it may be shown."""
        return next((i.value for i in self.indices if i.unit == unit), None)
