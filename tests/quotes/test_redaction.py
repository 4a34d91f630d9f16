"""How well names are taken out: measured on sentences that were written first, half of them held back."""

from __future__ import annotations

import tomllib
import unicodedata
from importlib import resources

import pytest

from adapters.language.redact import redact
from tests.quotes.sentences import Score, Sentence, roster, score, sentences

NAMES = roster()
LISTED = {"roster", "word-name", "nickname", "mutated", "welsh"}
ORDINARY = {"plain", "plain-cy"}
HALVES = ("seen", "held")


def measured(chosen: list[Sentence]) -> Score:
    return score(chosen, lambda text: redact(text, NAMES))


def test_there_are_five_hundred_in_two_halves() -> None:
    """The set is fixed, and its halves are as good as equal in every kind."""
    everything = sentences()
    assert len(everything) == 500
    for kind in {sentence.kind for sentence in everything}:
        seen, held = ([s for s in everything if (s.kind, s.half) == (kind, half)] for half in HALVES)
        assert abs(len(seen) - len(held)) <= 1


@pytest.mark.parametrize("half", HALVES)
def test_names_of_the_roster_go(half: str) -> None:
    """Names as listed, short, possessive or mutated, and names that are words: at most one in a hundred stays."""
    found = measured([s for s in sentences() if s.half == half and s.kind in LISTED])
    assert found.recall >= 0.99, found.missed


@pytest.mark.parametrize("half", HALVES)
def test_misspelt_names_go(half: str) -> None:
    """A name with one letter left out, put in, changed or swapped goes in at least 95 of 100 cases."""
    found = measured([s for s in sentences() if s.half == half and s.kind == "misspelt"])
    assert found.recall >= 0.95, found.missed


@pytest.mark.parametrize("half", HALVES)
def test_what_goes_had_to_go(half: str) -> None:
    """Of all words taken out, at least 97 of 100 had to be; of sentences without names, hardly a word goes."""
    own = [s for s in sentences() if s.half == half]
    assert measured(own).precision >= 0.97, measured(own).wrongly
    plain = [s for s in own if s.kind in ORDINARY]
    said = sum(len(sentence.text.split()) for sentence in plain)
    assert measured(plain).taken <= said / 100


def test_what_colleagues_write_stays_as_it_is() -> None:
    """Not one word of the practice workspace's remarks, English and Welsh, is taken for a name."""
    source = resources.files("adapters.web.practice") / "colleagues.toml"
    remarks = [remark["text"] for remark in tomllib.loads(source.read_text(encoding="utf-8"))["comments"]]
    assert [redact(remark, NAMES) for remark in remarks] == remarks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (unicodedata.normalize("NFD", "Siân helped"), "[name] helped"),
        ("Si\u200bân helped", "[name] helped"),
        ("Speak to S. Pritchard", "Speak to [name]"),
        ("Ask Catrin R about it", "Ask [name] about it"),
        ("ask spritchard for the link", "ask [name] for the link"),
        ("On Tuesday o'neill's plan", "On Tuesday [name]'s plan"),
        ("Pritchard-led changes", "[name] changes"),
        ("Long said no", "[name] said no"),
        ("Long hours said it all", "Long hours said it all"),
        ("mark long made the promise", "mark long made the promise"),
        ("we like mark pritchard", "we like mark [name]"),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, shown: str) -> None:
    """Accents in two parts, hidden marks, initials, account names; a guess in small letters stays."""
    assert redact(text, NAMES) == shown
