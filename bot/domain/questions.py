"""The question bank: what a pulse can ask, where each question comes from, and how it is scored.

The five index items and the change items are those of the Civil Service People Survey, (c) Crown copyright, used under
the Open Government Licence v3.0. Scoring is the survey's own: strongly agree 100, agree 75, neither 50, disagree 25,
strongly disagree 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.words import N_

CSPS = N_("Civil Service People Survey, Open Government Licence v3.0")
PER_PULSE = 3
REST = timedelta(weeks=3)
"""How long a question rests: what people answer too often they answer by habit, and more can be worked out."""
SCORES = range(1, 6)


class Family(StrEnum):
    """What a question is for."""

    INDEX = "index"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Question:
    """One statement that people agree or disagree with.

    `short` names it in a digest; `code` is its number at the source.
    """

    key: str
    text: str
    short: str
    family: Family
    code: str
    source: str = CSPS


BANK: tuple[Question, ...] = (
    Question(
        "proud",
        N_("I am proud when I tell others I am part of this organisation"),
        N_("Proud to work here"),
        Family.INDEX,
        "B47",
    ),
    Question(
        "recommend",
        N_("I would recommend this organisation as a great place to work"),
        N_("Would recommend it"),
        Family.INDEX,
        "B48",
    ),
    Question(
        "attached",
        N_("I feel a strong personal attachment to this organisation"),
        N_("Attached to it"),
        Family.INDEX,
        "B49",
    ),
    Question(
        "inspired",
        N_("This organisation inspires me to do the best in my job"),
        N_("Inspired to do my best"),
        Family.INDEX,
        "B50",
    ),
    Question(
        "motivated",
        N_("This organisation motivates me to help it achieve its objectives"),
        N_("Motivated to help"),
        Family.INDEX,
        "B51",
    ),
    Question(
        "managed",
        N_("I feel that change is managed well in this organisation"),
        N_("Change is managed well"),
        Family.CHANGE,
        "B42",
    ),
    Question(
        "better",
        N_("When changes are made in this organisation they are usually for the better"),
        N_("Changes are for the better"),
        Family.CHANGE,
        "B43",
    ),
    Question(
        "informed",
        N_("This organisation keeps me informed about matters that affect me"),
        N_("Kept informed"),
        Family.CHANGE,
        "B44",
    ),
    Question(
        "consulted",
        N_("I have the opportunity to contribute my views before decisions are made that affect me"),
        N_("Asked before decisions"),
        Family.CHANGE,
        "B45",
    ),
    Question(
        "challenge",
        N_("I think it is safe to challenge the way things are done in this organisation"),
        N_("Safe to challenge"),
        Family.CHANGE,
        "B46",
    ),
    Question(
        "believed",
        N_("I believe that senior managers will take action on the results of these pulses"),
        N_("Action will be taken"),
        Family.CHANGE,
        "B52, wording adapted: pulses for survey",
    ),
    Question(
        "acted",
        N_("Effective action has been taken on the results of the last pulses"),
        N_("Action was taken"),
        Family.CHANGE,
        "B53, wording adapted: pulses for survey",
    ),
    Question(
        "tried",
        N_("I feel supported to try a new idea, even if it may not work"),
        N_("Supported to try new ideas"),
        Family.CHANGE,
        "B55",
    ),
)
QUESTIONS: Mapping[str, Question] = {question.key: question for question in BANK}
INDEX: tuple[str, ...] = tuple(q.key for q in BANK if q.family is Family.INDEX)


@dataclass(frozen=True, slots=True)
class Asked:
    """When a question was last asked, and how often in all."""

    last: date
    times: int


SCALE: Mapping[int, str] = {
    1: N_("Strongly disagree"),
    2: N_("Disagree"),
    3: N_("Neither"),
    4: N_("Agree"),
    5: N_("Strongly agree"),
}


def points(score: int) -> int:
    """What a press on the scale counts for, from 0 to 100."""
    return (score - 1) * 25


def next_questions(asked: Mapping[str, Asked], *, measure: bool, week: date) -> tuple[str, ...]:
    """What everybody is asked in the week of this Monday: the five index items in a measure pulse, else three others.

    These are the ones asked longest ago, and of those asked in the same week the one asked less often, so that all
    return evenly. A question rests for three weeks, so there may be fewer; the index items are asked together or not
    at all.
    """
    rested = [q for q in BANK if q.key not in asked or asked[q.key].last <= week - REST]
    index = tuple(q.key for q in rested if q.family is Family.INDEX)
    if measure and index == INDEX:
        return INDEX
    never = Asked(date.min, 0)
    change = [q.key for q in rested if q.family is Family.CHANGE]
    return tuple(sorted(change, key=lambda key: (asked.get(key, never).last, asked.get(key, never).times))[:PER_PULSE])


def mean_points(counts: Sequence[int]) -> float:
    """The mean of answers counted by score, 1 to 5, on the scale of 0 to 100.

    Raises `ZeroDivisionError` when there are none.
    """
    return sum(points(score) * n for score, n in zip(SCORES, counts, strict=True)) / sum(counts)


def favourable(counts: Sequence[int]) -> int:
    """How many answers agree or strongly agree."""
    return counts[3] + counts[4]


def engagement_index(means: Iterable[float]) -> int:
    """The index as the survey publishes it, from the mean of each of the five items, rounded last."""
    values = list(means)
    return int(sum(values) / len(values) + 0.5)
