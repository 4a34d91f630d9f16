"""What a comment feels like, under workplace rules."""

from __future__ import annotations

import subprocess
import sys

import pytest

from adapters.language.sentiment import Scorer
from bot.domain.themes import Comment, Sentiment

NEGATIVE, NEUTRAL, POSITIVE = Sentiment


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.stock()


@pytest.mark.parametrize(
    ("text", "felt"),
    [
        ("More staff.", NEGATIVE),
        ("Explain things better", NEGATIVE),
        ("The canteen could be better", NEGATIVE),
        ("Nobody listens", NEGATIVE),
        ("Morale is at rock bottom", NEGATIVE),
        ("I'm drowning in emails", NEGATIVE),
        ("We are understaffed", NEGATIVE),
        ("The new system is not at all good", NEGATIVE),
        ("They don't support us", NEGATIVE),
        ("Nothing bad to say", POSITIVE),
        ("Can't fault anything", POSITIVE),
        ("No complaints", POSITIVE),
        ("My manager always listens and is supportive", POSITIVE),
        ("There are lots of opportunities here", POSITIVE),
        ("Training, career growth, benefits", NEUTRAL),
        ("Pay is good but the hours are terrible", NEUTRAL),
        ("I work on the third floor", NEUTRAL),
    ],
)
def test_workplace_comments_get_the_feeling_a_reader_gives_them(scorer: Scorer, text: str, felt: Sentiment) -> None:
    """Requests and negations are no praise, content is no complaint, and a bare list says nothing."""
    assert scorer.comment(Comment(text)) is felt


def test_nothing_depends_on_what_was_asked(scorer: Scorer) -> None:
    """ "Nothing" is praise when asked what to mend, and a complaint when asked what was good."""
    assert scorer.comment(Comment("Nothing.", question="What could we do better?")) is POSITIVE
    assert scorer.comment(Comment("Nothing.", question="What went well?")) is NEGATIVE


def test_the_scale_answer_decides_where_the_words_do_not(scorer: Scorer) -> None:
    """With words of no feeling and a leaning question, the writer's own answer tips the balance."""
    said = Comment("The canteen", question="What should we change?")
    assert scorer.comment(said) is NEGATIVE
    assert scorer.comment(Comment(said.text, POSITIVE, said.question)) is NEUTRAL


def test_no_corpus_and_no_network_are_needed() -> None:
    """The scorer works in a fresh process that has no NLTK data and may open no socket."""
    code = (
        "import socket\n"
        "def refuse(*_): raise AssertionError\n"
        "socket.socket.connect = refuse\n"
        "from adapters.language.sentiment import Scorer\n"
        "from bot.domain.themes import Comment\n"
        "print(Scorer.stock().comment(Comment('A wonderful team')))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"NLTK_DATA": "/nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "positive"
