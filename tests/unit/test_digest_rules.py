"""What a digest may say of a unit, one rule at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.digests import (
    DigestWeek,
    ShownTheme,
    Span,
    countable,
    in_scope,
    may_be_offered,
    mood,
    quotable,
    quotable_in,
    shown_themes,
)
from bot.domain.numbers import Number
from bot.domain.people import Tree, Unit
from bot.domain.programmes import Programme
from bot.domain.quotes import Review
from bot.domain.results import PublishedComment, Results, Turnout, UnitNumber
from bot.domain.themes import Item, Kind, Sentiment, Theme, ThemeReport

TREE = Tree.of([Unit("all", "all"), Unit("a", "a", "all"), Unit("a1", "a1", "a"), Unit("b", "b", "all")])
MONDAY = date(2026, 1, 5)
LONDON = ZoneInfo("Europe/London")
GOOD, BAD, SO_SO = Sentiment.POSITIVE, Sentiment.NEGATIVE, Sentiment.NEUTRAL


def comments(**units: int) -> list[PublishedComment]:
    of = [unit for unit, n in units.items() for _ in range(n)]
    words = "Everybody here says the same thing"
    return [
        PublishedComment(f"{n:04}", unit, f"{words}, {n}", None, quotable=True, review=Review.APPROVED)
        for n, unit in enumerate(of)
    ]


def theme(rows: Sequence[int], sentiment: Mapping[Sentiment, int] | None = None, quotes: tuple[int, ...] = ()) -> Theme:
    return Theme("pay", "Pay", Kind.KNOWN, tuple(rows), sentiment or {}, quotes)


def report_of(rows: Sequence[int], n: int) -> ThemeReport:
    items = tuple(Item(row, "en", None, ("pay",) if row in rows else ()) for row in range(n))
    return ThemeReport(n, themes=(theme(rows),), items=items)


def week_of(results: Results, unit: str) -> DigestWeek:
    return DigestWeek(Programme("p", "o", "n", "g", MONDAY), MONDAY, None, results, TREE, unit, (), ())


def test_a_digest_tells_of_the_days_from_the_one_before_it() -> None:
    """Days are the organisation's: half past midnight in London's summer is the day before in UTC."""
    span = Span(datetime(2026, 7, 3, 23, 30, tzinfo=UTC), datetime(2026, 7, 10, 23, 30, tzinfo=UTC), LONDON)
    assert span.days == (date(2026, 7, 4), date(2026, 7, 11))
    assert span.batches == (datetime(2026, 7, 3, tzinfo=UTC), datetime(2026, 7, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("numbers", "turnouts", "told_of"),
    [
        (("a1", "a"), (), "a1"),
        (("a", "all"), (), "a"),
        ((), ("a1",), "a1"),
        (("a1", "all"), ("a1",), "a1"),
        (("b",), (), None),
        (("all",), ("b",), "all"),
    ],
)
def test_a_unit_without_numbers_hears_of_the_nearest_one_above(
    numbers: Sequence[str], turnouts: Sequence[str], told_of: str | None
) -> None:
    results = Results(
        turnouts=tuple(Turnout(unit, 60) for unit in turnouts),
        numbers=tuple(UnitNumber(unit, Number("proud", 50, 50)) for unit in numbers),
    )
    assert week_of(results, "a1").told_of == told_of


@pytest.mark.parametrize(("own", "below", "told"), [(6, 4, 10), (6, 3, 0), (10, 0, 10), (0, 11, 11)])
def test_comments_are_a_units_own_and_those_below_it_if_there_are_enough(own: int, below: int, told: int) -> None:
    """Those of units beside it or above never count."""
    found = in_scope(Results(comments=tuple(comments(a=own, a1=below, b=20, all=20))), "a", TREE, 10)
    assert len(found) == told
    assert {each.unit for each in found} <= {"a", "a1"}


def test_a_theme_is_counted_where_no_digest_less_another_singles_out_a_few() -> None:
    """Of 12 comments 8 are of a team: those of the 4 others would be told by subtraction, so the team's are not."""
    mixed = comments(a1=8, a=4, b=20)
    report = report_of(range(12), 32)
    assert countable(report, mixed, "a", TREE, 5) == {"pay"}
    assert countable(report, mixed, "a1", TREE, 5) == frozenset()
    assert countable(report_of(range(8), 32), mixed, "a1", TREE, 5) == {"pay"}
    assert countable(report_of(range(13), 32), mixed, "a1", TREE, 4) == {"pay"}


@pytest.mark.parametrize(
    ("n", "allowed", "shown"), [(5, True, True), (6, True, True), (4, True, False), (5, False, False)]
)
def test_a_theme_is_shown_of_enough_who_may_be_counted(*, n: int, allowed: bool, shown: bool) -> None:
    report = report_of(range(n), 20)
    told = ShownTheme(report.themes[0], n, None)
    assert shown_themes(report, {"pay"} if allowed else {}, 5) == ([told] if shown else [])


@pytest.mark.parametrize(
    ("sentiment", "said"),
    [
        ({GOOD: 6, BAD: 4}, GOOD),
        ({GOOD: 59, BAD: 41}, None),
        ({GOOD: 3, BAD: 7}, BAD),
        ({SO_SO: 9, BAD: 1}, None),
        ({GOOD: 5}, GOOD),
        ({GOOD: 4}, None),
        ({}, None),
    ],
)
def test_a_mood_is_that_of_six_in_ten_who_could_be_scored(
    sentiment: Mapping[Sentiment, int], said: Sentiment | None
) -> None:
    """Of five or more; that most feel neither way is not said."""
    assert mood(theme(range(20), sentiment), 5) == said


@pytest.mark.parametrize(("words", "offered"), [(5, False), (6, True), (60, True), (61, False)])
def test_a_scrap_or_a_speech_is_not_offered(*, words: int, offered: bool) -> None:
    [one] = comments(a=1)
    assert may_be_offered(PublishedComment("1", "a", "word " * words, None, quotable=True)) is offered
    assert not may_be_offered(PublishedComment("1", "a", one.body, None, quotable=False))


def test_comments_of_a_unit_are_the_organisations_and_its_own_by_turns() -> None:
    """By their ids, which chance made; one that may not be quoted takes no turn."""
    some = comments(a=4)
    assert quotable_in(some[::-1], "all", "all") == {"0000", "0002"}
    assert quotable_in(some, "a", "all") == {"0001", "0003"}
    waiting = PublishedComment("0000", "a", some[0].body, None, quotable=True)
    assert quotable_in([waiting, *some[1:]], "all", "all") == {"0001", "0003"}


def test_words_are_quoted_once_whoever_writes_them_again() -> None:
    """Signs and capital letters do not make them others."""
    some = comments(all=2)
    again = PublishedComment("0009", "all", some[0].body.upper() + "!", None, quotable=True, review=Review.APPROVED)
    assert quotable_in([*some, again], "all", "all") == {"0000", "0001"}
    assert quotable_in(some, "all", "all", [again.body]) == {"0001"}
    assert quotable_in([again], "all", "all", ["Something else that somebody said before"]) == {"0009"}


def test_the_most_telling_words_come_first() -> None:
    """Then any others of a theme that five wrote about; none that is not allowed, and none of a smaller theme."""
    some = comments(a=9)
    shown = ShownTheme(theme(range(5), quotes=(3, 1)), 5, None)
    small = ShownTheme(theme(range(5, 9), quotes=(5,)), 4, None)
    assert quotable([small, shown], some, {"0001", "0003", "0005"}) == (shown, some[3])
    assert quotable([small, shown], some, {"0001", "0004"}) == (shown, some[1])
    assert quotable([small, shown], some, {"0004"}) == (shown, some[4])
    assert quotable([small, shown], some, {"0005", "0006"}) is None
