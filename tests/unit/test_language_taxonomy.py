"""Themes by phrases an organisation can edit, in English and Welsh."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.language.taxonomy import Taxonomy, load
from bot.errors import Misconfigured

KEYS = """
workload flexibility pay recognition leadership communication growth tools teamwork culture fairness change wellbeing
purpose processes workplace
"""


@pytest.fixture(scope="module")
def stock() -> Taxonomy:
    return load()


def named(stock: Taxonomy, text: str, language: str) -> set[str]:
    return {subject.key for subject in stock if subject.spans(text.lower(), language)}


def test_the_sixteen_themes_have_names_in_both_languages(stock: Taxonomy) -> None:
    """The stock keys are a promise to other people's scripts, and every name exists in English and Welsh."""
    assert [subject.key for subject in stock] == KEYS.split()
    assert all(subject.name("en") != subject.name("cy") for subject in stock)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("We are short-staffed every weekend", "workload"),
        ("I can work from home twice a week", "flexibility"),
        ("My wage does not cover the rent", "pay"),
        ("Nobody ever says thank you, we feel undervalued", "recognition"),
        ("Our line manager never visits", "leadership"),
        ("We are not kept informed", "communication"),
        ("No training since I joined", "growth"),
        ("The laptop is from another age", "tools"),
        ("My colleagues hold me up", "teamwork"),
        ("There is a blame culture", "culture"),
        ("The rota is unfair to new starters", "fairness"),
        ("Another restructure was announced", "change"),
        ("I am close to burnout", "wellbeing"),
        ("I am proud of what we do", "purpose"),
        ("Too much red tape", "processes"),
        ("There is never any parking", "workplace"),
    ],
)
def test_plain_sentences_find_their_theme(stock: Taxonomy, text: str, key: str) -> None:
    """Each theme is found in the words that staff use for it."""
    assert key in named(stock, text, "en")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("gormod o waith yma", "workload"),
        ("mae fy nghyflog yn isel", "pay"),
        ("ei gyflog ef", "pay"),
        ("mae'r tîm yn wych", "teamwork"),
        ("mae'r tim yn wych", "teamwork"),
        ("ein dîm ni", "teamwork"),
        ("dim hyfforddiant", "growth"),
        ("diffyg gyfathrebu", "communication"),
        ("ail-strwythuro eto", "change"),
    ],
)
def test_welsh_mutations_and_missing_circumflexes_match(stock: Taxonomy, text: str, key: str) -> None:
    """A mutated first letter or a missing circumflex hides no Welsh phrase."""
    assert key in named(stock, text, "cy")


def test_the_welsh_word_for_nothing_is_no_team(stock: Taxonomy) -> None:
    """ "Dim" (nothing) must not be taken for a mutated "tîm"."""
    assert "teamwork" not in named(stock, "does dim byd i'w ddweud", "cy")


def test_exceptions_pass_over_a_phrase(stock: Taxonomy) -> None:
    """Time management is a skill, not a manager."""
    assert "leadership" not in named(stock, "good time management", "en")


def test_an_organisation_may_bring_its_own_themes(tmp_path: Path) -> None:
    """A file of one's own replaces the stock; a name without Welsh is shown in English."""
    file = tmp_path / "own.toml"
    file.write_text('[bins]\nname = { en = "Bins" }\nen = ["recycl*", "bin round*"]\n', encoding="utf-8")
    (bins,) = load(file)
    assert bins.spans("the bin-rounds and recycling", "en") == [(4, 14), (19, 28)]
    assert bins.name("cy") == "Bins"


@pytest.mark.parametrize("contents", ["", "[a", "[a]\nen = []", '[a]\nname = {en = "A"}\nen = ["("]', "a = 1"])
def test_a_broken_file_says_what_is_wrong(tmp_path: Path, contents: str) -> None:
    """Every mistake in a taxonomy file becomes a sentence that names the file."""
    file = tmp_path / "broken.toml"
    file.write_text(contents, encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"broken\.toml"):
        load(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A wrong path is answered with the path."""
    with pytest.raises(Misconfigured, match="nowhere"):
        load(tmp_path / "nowhere.toml")
