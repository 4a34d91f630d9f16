"""One English sentence that is said of several things, and what other languages say of each."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.words import NC_, NNC_, Languages, Words, compiled, load_languages
from tests.catalogue import extracted, lacking, named, sentences, update, welsh

LONDON = ZoneInfo("Europe/London")
SENSES = """
CONVERSATION, PULSE, OTHER = NC_("conversation", "Open it"), NC_("pulse", "Open it"), N_("Open it")
VOTES = NNC_("idea", "{n} vote", "{n} votes")
"""
VOTES = ("pleidlais", "bleidlais", "bleidlais", "pleidlais", "phleidlais", "pleidlais")


@pytest.fixture
def senses(tmp_path: Path) -> Path:
    """A small project that says one thing of several, and a catalogue that lacks one of them."""
    for folder in ("bot", "adapters"):
        (tmp_path / folder).mkdir()
    (tmp_path / "bot" / "opening.py").write_text(SENSES)
    (tmp_path / "bot.po").write_text(
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=6; plural=(n<4) ? n : (n==6) ? 4 : 5;\\n"\n\n'
        'msgid "Open it"\nmsgstr "Agor"\n\n'
        'msgctxt "pulse"\nmsgid "Open it"\nmsgstr "Ei agor"\n'
    )
    return tmp_path


def add_welsh(file: Path, entry: str) -> None:
    file.write_text(f"{file.read_text()}\n{entry}")


def spoken(file: Path) -> Words:
    """Words of a reader for whom this is the Welsh catalogue."""
    return Languages({"cy": compiled(file.read_bytes(), "cy")}).words("cy", LONDON)


def test_a_context_has_an_entry_of_its_own(senses: Path) -> None:
    """Each context of a sentence stands in the catalogue by itself, in the code's order, with what it is said of."""
    update(senses / "bot.po", senses)
    written = (senses / "bot.po").read_text()
    assert [named(message) for message in sentences(welsh(senses / "bot.po"))] == [
        "Open it [conversation]",
        "Open it [pulse]",
        "Open it",
        "{n} vote [idea]",
    ]
    assert 'msgctxt "pulse"\nmsgid "Open it"\nmsgstr "Ei agor"\n' in written


def test_a_context_that_the_catalogue_lacks_is_missing(senses: Path) -> None:
    """The same sentence in another context, or in none, is no translation of it: it is lacking, and listed as such."""
    found = lacking(welsh(senses / "bot.po"), extracted(senses))
    assert found == {("Open it", "conversation"), (("{n} vote", "{n} votes"), "idea")}
    assert update(senses / "bot.po", senses) == ["Open it [conversation]", "{n} vote [idea]"]


def test_each_context_has_its_own_welsh(senses: Path) -> None:
    """The same English is looked up by its context, unmarked sentences as before, and nothing of it is ever shown."""
    t = spoken(senses / "bot.po")
    conversation, pulse = NC_("conversation", "Open it"), NC_("pulse", "Open it")
    assert (t(conversation), t(pulse), t("Open it")) == ("Open it", "Ei agor", "Agor")
    add_welsh(senses / "bot.po", 'msgctxt "conversation"\nmsgid "Open it"\nmsgstr "Ei hagor"\n')
    assert spoken(senses / "bot.po")(conversation) == "Ei hagor"
    assert [load_languages().words("en", LONDON)(sentence) for sentence in (conversation, pulse)] == ["Open it"] * 2
    assert (f"{pulse}", t(deepcopy(pulse))) == ("Open it", "Ei agor")


def test_counted_sentences_have_contexts_too(senses: Path) -> None:
    """Both forms are looked up by their context, and English shows neither with it."""
    votes = NNC_("idea", "{n} vote", "{n} votes")
    forms = "".join(f'msgstr[{n}] "{{n}} {form}"\n' for n, form in enumerate(VOTES))
    add_welsh(senses / "bot.po", f'msgctxt "idea"\nmsgid "{votes[0]}"\nmsgid_plural "{votes[1]}"\n{forms}')
    t = spoken(senses / "bot.po")
    assert [t.many(*votes, n) for n in (0, 1, 2, 3, 6, 9)] == [
        f"{n} {form}" for n, form in zip((0, 1, 2, 3, 6, 9), VOTES, strict=True)
    ]
    assert t.many("{n} vote", "{n} votes", 2) == "2 votes"
    assert [load_languages().words("en", LONDON).many(*votes, n) for n in (1, 2)] == ["1 vote", "2 votes"]
