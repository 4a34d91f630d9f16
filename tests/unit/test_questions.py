"""Which questions come when, and the published examples of their scoring."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from bot.domain.pulses import is_measure
from bot.domain.questions import (
    BANK,
    INDEX,
    PER_PULSE,
    QUESTIONS,
    SCALE,
    SCORES,
    Asked,
    Family,
    engagement_index,
    favourable,
    mean_points,
    next_questions,
    points,
)

START = date(2026, 11, 16)
CHANGE = {question.key for question in BANK if question.family is Family.CHANGE}


def asked(weeks: int, starts: date = START) -> list[tuple[str, ...]]:
    """What a programme asks in each of its weeks."""
    last: dict[str, Asked] = {}
    rounds: list[tuple[str, ...]] = []
    for n in range(weeks):
        monday = START + timedelta(days=7 * n)
        rounds.append(next_questions(last, measure=is_measure(starts, monday), week=monday))
        last |= {key: Asked(monday, last[key].times + 1 if key in last else 1) for key in rounds[-1]}
    return rounds


def test_the_scale_counts_as_the_survey_says() -> None:
    """Strongly agree counts 100, agree 75, neither 50, disagree 25, strongly disagree 0."""
    assert [points(score) for score in SCORES] == [0, 25, 50, 75, 100]
    assert (SCALE[1], SCALE[5]) == ("Strongly disagree", "Strongly agree")


@pytest.mark.parametrize(("percentages", "index"), [((24, 16, 10, 40, 10), 49), ((6, 12, 34, 28, 22), 63)])
def test_the_survey_s_published_percentages_give_its_published_index(percentages: tuple[int, ...], index: int) -> None:
    """10/40/10/16/24 % give 49, and 22/28/34/12/6 % give 63, summed as the survey does: those add up to 102."""
    total = sum(points(score) * percent / 100 for score, percent in zip(SCORES, percentages, strict=True))
    assert engagement_index([total]) == index


def test_percentages_that_add_up_are_counts_as_well() -> None:
    """Of a hundred people, 10 who agree strongly, 40, 10, 16 and 24 have a mean of exactly 49."""
    assert mean_points((24, 16, 10, 40, 10)) == 49.0


def test_one_person_s_published_index() -> None:
    """Somebody who answers 100, 75, 75, 50 and 25 has an index of 65."""
    assert engagement_index([100, 75, 75, 50, 25]) == 65
    counts = [tuple(int(points(score) == given) for score in SCORES) for given in (100, 75, 75, 50, 25)]
    assert engagement_index(map(mean_points, counts)) == 65


@pytest.mark.parametrize(("means", "index"), [([52.4] * 5, 52), ([52.5] * 5, 53), ([0.0] * 5, 0), ([100.0] * 5, 100)])
def test_the_index_is_rounded_last_and_halves_go_up(means: list[float], index: int) -> None:
    """Only the mean of the five is rounded, to the nearest whole number."""
    assert engagement_index(means) == index


def test_rounding_each_item_first_would_give_another_index() -> None:
    """Five items of 52.4, 52.4, 52.4, 52.4 and 53.4 have an index of 53, not of their rounded values' 52."""
    assert engagement_index([52.4, 52.4, 52.4, 52.4, 53.4]) == 53


def test_the_mean_of_an_item_is_that_of_its_people() -> None:
    """Counts by score give the same mean as asking each person in turn."""
    counts = (3, 1, 4, 1, 5)
    each = [points(score) for score, n in zip(SCORES, counts, strict=True) for _ in range(n)]
    assert mean_points(counts) == sum(each) / len(each)


def test_nobody_has_no_mean() -> None:
    """A question without answers has no mean, and asking for it is a mistake."""
    with pytest.raises(ZeroDivisionError):
        mean_points((0, 0, 0, 0, 0))


def test_those_who_agree_are_four_and_five() -> None:
    """Agree and strongly agree are favourable: 269 of 565, which the survey publishes as 47.611 %."""
    assert favourable((96, 100, 100, 169, 100)) == 269
    assert round(favourable((96, 100, 100, 169, 100)) / 565 * 100, 3) == 47.611


def test_the_bank_names_each_question_once() -> None:
    """Keys and codes are unique; there are five index items and eight about change, with their source."""
    assert len(QUESTIONS) == len(BANK) == len({question.code for question in BANK})
    assert len(INDEX) == 5
    assert len(CHANGE) == 8
    assert [QUESTIONS[key].code for key in INDEX] == ["B47", "B48", "B49", "B50", "B51"]
    assert all(question.source for question in BANK)


def test_the_first_three_are_the_first_of_the_bank() -> None:
    """Where nothing was asked before, the bank's own order decides, and never an index item."""
    first = next_questions({}, measure=False, week=START)
    assert first == tuple(question.key for question in BANK if question.key in CHANGE)[:PER_PULSE]


def test_what_was_asked_longest_ago_comes_first() -> None:
    """The least recently asked come next, whatever their place in the bank."""
    days = {key: Asked(START + timedelta(days=n), 1) for n, key in enumerate(sorted(CHANGE, reverse=True))}
    assert next_questions(days, measure=False, week=START + timedelta(weeks=9)) == tuple(
        sorted(CHANGE, reverse=True)[:PER_PULSE]
    )


def test_over_ten_weeks_every_change_item_returns() -> None:
    """Ten ordinary weeks ask each of the eight items three or four times, and none within three weeks again."""
    rounds = asked(10, starts=START - timedelta(days=365))
    times = Counter(key for keys in rounds for key in keys)
    assert set(times) == CHANGE
    assert set(times.values()) == {3, 4}
    assert [len(keys) for keys in rounds] == [3, 3, 2, 3, 3, 2, 3, 3, 2, 3]
    for first, second, third in zip(rounds, rounds[1:], rounds[2:], strict=False):
        assert not set(first) & set(second) | set(first) & set(third)


def test_index_items_that_were_asked_just_now_rest() -> None:
    """A programme that begins two weeks after another measured asks something else on its day 0."""
    asked_before = dict.fromkeys(INDEX, Asked(START, 1))
    early = next_questions(asked_before, measure=True, week=START + timedelta(weeks=2))
    assert len(early) == PER_PULSE and not set(early) & set(INDEX)
    assert next_questions(asked_before, measure=True, week=START + timedelta(weeks=3)) == INDEX


def test_days_0_50_and_100_ask_the_five_index_items_and_no_other_week_does() -> None:
    """The weeks that hold day 0, 50 and 100 measure the index; all others ask about change."""
    measures = [n for n, keys in enumerate(asked(16)) if keys == INDEX]
    assert measures == [0, 7, 14]
    assert all(set(keys) <= CHANGE for n, keys in enumerate(asked(16)) if n not in measures)


@pytest.mark.parametrize("weekday", range(7))
def test_each_measure_falls_in_exactly_one_week_whatever_day_it_starts(weekday: int) -> None:
    """A programme that starts on any day of the week has three measure pulses."""
    starts = START + timedelta(days=weekday)
    assert sum(is_measure(starts, START + timedelta(days=7 * n)) for n in range(-2, 20)) == 3
    assert is_measure(starts, START)
