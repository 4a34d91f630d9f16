"""What safety costs: how much is still shown over a season in which people come and go, and not everybody answers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from bot.domain.ballots import Respondent
from bot.domain.counting import Terms, publish, seats
from bot.domain.people import Segment
from bot.domain.results import Results
from tests.attack.seasons import K, Life, Story, Week
from tests.soak.figures import SOAK, Figure

REPLY, ITEM = 0.65, "proud"
PLACES, BOTH = (Segment.PLACE,), (Segment.PLACE, Segment.GRADE)


@dataclass(frozen=True, slots=True)
class Case:
    """An organisation, how many seasons of it are lived, and what must be shown, in per cent."""

    life: Life
    seasons: int
    half: float
    own: float | None = None
    segments: tuple[Segment, ...] = ()


CASES = {
    "60 people, teams of 12": Case(Life(60), 150, 90, 80),
    "60 people, teams of 5 to 20": Case(Life(60, (5, 20)), 150, 90),
    "300 people, teams of 12": Case(Life(300), 60 if SOAK else 5, 99, 80),
    "300 people, teams of 5 to 20": Case(Life(300, (5, 20)), 60 if SOAK else 2, 99),
    "300 people, teams of 12, by place": Case(Life(300), 60 if SOAK else 2, 99, segments=PLACES),
    "300 people, teams of 12, by place and grade": Case(Life(300), 60 if SOAK else 2, 99, segments=BOTH),
    **(
        {
            "4,000 people, teams of 12": Case(Life(4000), 4, 99, 80),
            "4,000 people, teams of 5 to 20, by place": Case(Life(4000, (5, 20)), 4, 99, segments=PLACES),
        }
        if SOAK
        else {}
    ),
}


@dataclass(slots=True)
class Shown:
    """What was shown of the answers of all weeks."""

    weeks: int = 0
    half: int = 0
    answers: int = 0
    counted: int = 0
    own: int = 0
    placed: int = 0

    def add(self, week: Week, results: Results, answered: Sequence[bytes], at: Mapping[bytes, str]) -> None:
        """One more week: who answered, and the place that each is told under."""
        units = {own.unit for own in results.numbers}
        places = {own.label for own in results.segments if own.segment is Segment.PLACE}
        counted = sum(token in at for token in answered) if "all" in units else 0
        self.weeks += 1
        self.half += 2 * counted >= len(answered)
        self.answers += len(answered)
        self.counted += counted
        self.own += sum(token in at and week.present[token].labels.unit in units for token in answered)
        self.placed += sum(at.get(token, "") in places for token in answered)


@pytest.mark.parametrize("name", CASES)
def test_over_a_season_most_of_it_is_shown(name: str) -> None:
    """The organisation's number, whole or about at least half of the answers, in nearly all weeks; most teams' too.

    One person in a hundred comes and one goes each month, 65 % answer, the question is asked every third week.
    """
    case, shown = CASES[name], Shown()
    for seed in range(case.seasons):
        _season(case, random.Random(seed), shown)
    parts = {
        "weeks with the organisation's number": (100 * shown.half / shown.weeks, case.half),
        "answers counted in it": (100 * shown.counted / shown.answers, None),
        "answers shown under their own team": (100 * shown.own / shown.answers, case.own),
        "answers shown under their own place": (100 * shown.placed / shown.answers, None),
    }
    figures = [Figure(f"{name}: {what}", n, "%", at_least=goal).keep() for what, (n, goal) in parts.items()]
    assert not [str(figure) for figure in figures if figure.missed]


def _season(case: Case, dice: random.Random, shown: Shown) -> None:
    story = Story(case.life, dice, segments=case.segments)
    for week in story.weeks():
        answered = [token for token in week.present if dice.random() < REPLY]
        terms = Terms(week.tree, K, 2 * K, week.day, week.present, {ITEM: week.pools}, case.segments)
        seat = seats({token.hex(): token for token in week.present}, terms)
        people = [Respondent(week.present[t].labels, {ITEM: 4}, seat=seat[t.hex()]) for t in answered]
        labels = [(pool, pool.labels(week.tree)) for pool in week.pools]
        shown.add(week, publish(people, terms), answered, {t: at.place for pool, at in labels for t in pool.members})
