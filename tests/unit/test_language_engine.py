"""Comments in, a report out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.language.engine import ThemeEngine
from bot.domain.themes import Comment, Kind, Sentiment, ThemeReport

PAY = [
    "The pay is terrible and has been for years",
    "Our wages are far too low for this work",
    "Good pay and a fair pension for everybody here",
]


@pytest.fixture(scope="module")
def engine() -> ThemeEngine:
    return ThemeEngine.stock()


def find(engine: ThemeEngine, texts: Sequence[str], history: Sequence[str] = ()) -> ThemeReport:
    return engine.find([Comment(text) for text in texts], history)


def test_themes_count_comments_and_feelings(engine: ThemeEngine) -> None:
    """A theme holds its rows in order, and how many of their writers feel which way."""
    (pay, *_) = find(engine, PAY).themes
    assert (pay.key, pay.name, pay.kind, pay.rows) == ("pay", "Pay and benefits", Kind.KNOWN, (0, 1, 2))
    assert pay.sentiment == {Sentiment.NEGATIVE: 2, Sentiment.NEUTRAL: 0, Sentiment.POSITIVE: 1}


def test_quotes_have_the_right_sign(engine: ThemeEngine) -> None:
    """The leading feeling is quoted first, and a quote feels as it is said to feel."""
    report = find(engine, PAY)
    quotes = report.themes[0].quotes
    assert report.items[quotes[0]].sentiment is Sentiment.NEGATIVE
    assert 2 in quotes


def test_pasted_texts_are_not_quoted(engine: ThemeEngine) -> None:
    """What four people sent word for word is nobody's own voice."""
    pasted = "Good pay and a lovely free lunch for all of us"
    assert find(engine, [pasted] * 4).themes[0].quotes == ()


def test_welsh_is_themed_and_never_scored(engine: ThemeEngine) -> None:
    """A Welsh comment counts for its theme and has no feeling, even beside a scale answer."""
    report = engine.find([Comment("Mae fy nghyflog yn rhy isel", Sentiment.NEGATIVE)])
    assert report.languages == {"cy": 1}
    assert report.items[0].sentiment is None
    assert report.items[0].themes == ("pay",)
    assert sum(report.themes[0].sentiment.values()) == 0


def test_names_follow_the_reader(engine: ThemeEngine) -> None:
    """A Welsh reader sees Welsh names of the same themes."""
    report = engine.find([Comment(PAY[0])], language="cy")
    assert report.themes[0].name == "Cyflog a buddion"


def test_a_comment_can_like_one_thing_and_not_another(engine: ThemeEngine) -> None:
    """Each theme takes the feeling of its own clause."""
    report = find(engine, ["The pay is excellent but the parking is awful"])
    feelings = {theme.key: theme.sentiment for theme in report.themes}
    assert feelings["pay"][Sentiment.POSITIVE] == 1
    assert feelings["workplace"][Sentiment.NEGATIVE] == 1


def test_phrases_stop_at_a_comma(engine: ThemeEngine) -> None:
    """A theme is described by words that stand together, never across a comma."""
    phrases = find(engine, ["The variable pay, shift allowance"] * 3).themes[0].phrases
    assert set(phrases) == {"variable pay", "shift allowance"}


def test_something_new_joins_the_report(engine: ThemeEngine) -> None:
    """A burst is a theme of its own, and its comments say so."""
    new = [f"The lift doors jammed on floor {floor} today" for floor in "123456"]
    report = find(engine, [*PAY, *new], PAY * 40)
    (burst,) = [theme for theme in report.themes if theme.kind is Kind.EMERGING]
    assert burst.rows == tuple(range(3, 9))
    assert burst.key in report.items[3].themes


@pytest.mark.parametrize("text", ["", "   ", "...", "👍", "12345"])
def test_texts_without_words_have_no_feeling(engine: ThemeEngine, text: str) -> None:
    """Where nothing is said, nothing is scored."""
    report = find(engine, [text])
    assert (report.texts, report.themes, report.items[0].sentiment) == (1, (), None)


def test_the_same_texts_give_the_same_report(engine: ThemeEngine) -> None:
    """A report can be made again."""
    assert find(engine, PAY) == find(engine, PAY)


def test_no_comments_are_an_empty_report(engine: ThemeEngine) -> None:
    """A week in which nobody wrote is no fault."""
    assert engine.find([]) == ThemeReport(0)
