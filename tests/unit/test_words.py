"""The words people see: in their language, on their clock, and complete in Welsh."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Message

from bot.words import LANGUAGES, Words, load_languages
from tests.catalogue import (
    IDLE_HEADERS,
    ROOT,
    WELSH,
    english,
    extracted,
    lacking,
    named,
    sentences,
    translations,
    untranslated,
    update,
    updated,
    welsh,
)

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
THURSDAY = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
UNWANTED = re.compile(r"survey|resource|utilise", re.IGNORECASE)
SOURCE = "Civil Service People Survey"
QUESTIONS = (
    "One question, one press. Open until {when}.",
    "{n} questions, one press each. Open until {when}.",
)
WAITED = ("The longest has waited {n} day.", "The longest has waited {n} days.")
CODE = """
GREETING = N_("Good morning, {name}.")
def say(t, n):
    return t.many("{n} day", "{n} days", n)
"""
PAGE = "<p>{{ t('Only {name} sees this.', name=me.name) }}</p>"


def words(language: str, zone: ZoneInfo = LONDON) -> Words:
    return load_languages().words(language, zone)


def english_forms(message: Message) -> tuple[str, ...]:
    """The English beside each Welsh form: the singular for one, the plural for the five other forms."""
    if isinstance(message.id, str):
        return (message.id,)
    one, more = message.id
    return (more, one, more, more, more, more)


def placeholders(sentence: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


def edges(sentence: str) -> tuple[bool, bool]:
    return sentence.startswith(" "), sentence.endswith(" ")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with code, a page, and a catalogue that is one sentence behind and one ahead."""
    for folder in ("bot", "adapters"):
        (tmp_path / folder).mkdir()
    (tmp_path / "bot" / "greeting.py").write_text(CODE)
    (tmp_path / "adapters" / "page.html").write_text(PAGE)
    (tmp_path / "bot.po").write_text(
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=6; plural=0;\\n"\n\n'
        'msgid "Good morning, {name}."\nmsgstr "Bore da, {name}."\n\n'
        'msgid "Good night."\nmsgstr "Nos da."\n'
    )
    return tmp_path


# The Welsh catalogue


def test_every_sentence_has_its_welsh() -> None:
    """Every sentence that the code and the pages say stands in the Welsh catalogue."""
    assert lacking(welsh(), extracted()) == set()


def test_no_welsh_is_left_over() -> None:
    """The Welsh catalogue holds no sentence that nothing says any more."""
    assert lacking(extracted(), welsh()) == set()
    assert not welsh().obsolete


def test_no_translation_is_missing_or_a_guess() -> None:
    """No Welsh sentence is empty in any of its forms, and none is marked as fuzzy."""
    assert untranslated(welsh()) == []
    assert [named(m) for m in sentences(welsh()) if m.fuzzy] == []


def test_placeholders_are_the_same_in_welsh() -> None:
    """Each Welsh form names exactly the placeholders of its English, so that filling it in cannot fail."""
    for message in sentences(welsh()):
        for ours, theirs in zip(english_forms(message), translations(message), strict=True):
            assert placeholders(theirs) == placeholders(ours), theirs


def test_spaces_at_the_edges_are_the_same_in_welsh() -> None:
    """A sentence that is put behind another one begins and ends with a space in Welsh where it does in English."""
    for message in sentences(welsh()):
        assert {edges(form) for form in translations(message)} == {edges(english(message))}, english(message)


def test_counted_sentences_have_six_forms() -> None:
    """Every sentence that depends on a number has the six forms that Welsh needs."""
    counted = [message for message in sentences(welsh()) if not isinstance(message.id, str)]
    assert counted
    assert {len(translations(message)) for message in counted} == {6}


def test_the_file_is_what_the_update_writes() -> None:
    """Updating the catalogue again changes no byte of it."""
    assert updated(welsh(), extracted()) == WELSH.read_bytes()


def test_the_file_tells_no_time_and_no_machine() -> None:
    """The catalogue holds no dates, no line numbers and no absolute paths."""
    content = WELSH.read_text(encoding="utf-8")
    references = [line for line in content.splitlines() if line.startswith("#:")]
    assert references
    assert not [header for header in IDLE_HEADERS if header in content]
    assert not [line for line in references if re.search(r":\d|#: /", line)]
    assert str(ROOT) not in content


def test_the_file_says_that_nobody_has_checked_it() -> None:
    """Whoever opens the catalogue reads first whether a Welsh speaker has checked it."""
    assert "no Welsh speaker has checked" in welsh().header_comment


# Keeping it in step


def test_extraction_reads_code_and_pages(project: Path) -> None:
    """Marked sentences, both forms of counted ones and those of pages are found, each with its file."""
    found = {message.id: [file for file, _ in message.locations] for message in sentences(extracted(project))}
    assert found == {
        "Only {name} sees this.": ["adapters/page.html"],
        "Good morning, {name}.": ["bot/greeting.py"],
        ("{n} day", "{n} days"): ["bot/greeting.py"],
    }


def test_update_keeps_adds_and_drops(project: Path) -> None:
    """An update keeps translations, adds new sentences empty, drops old ones, and says what is to be translated."""
    missing = update(project / "bot.po", project)
    kept = {english(message): translations(message) for message in sentences(welsh(project / "bot.po"))}
    assert missing == ["Only {name} sees this.", "{n} day"]
    assert kept["Good morning, {name}."] == ("Bore da, {name}.",)
    assert kept["Only {name} sees this."] == ("",)
    assert kept["{n} day"] == ("",) * 6
    assert "Good night." not in (project / "bot.po").read_text()


# English


def test_no_official_words() -> None:
    """No sentence says survey, resource or utilise, except the name of the survey our questions come from."""
    said = [form for message in sentences(extracted()) for form in english_forms(message)]
    assert [form for form in said if UNWANTED.search(form.replace(SOURCE, ""))] == []


# Words at work


@pytest.mark.parametrize("n", [0, 4, 5, 7, 10, 21, 100])
def test_most_numbers_leave_the_word_alone(n: int) -> None:
    """None and most numbers above three change neither "cwestiwn" nor "diwrnod"."""
    t = words("cy")
    assert t.many(*QUESTIONS, n, when="nos").startswith(f"{n} cwestiwn, ")
    assert t.many(*WAITED, n).endswith(f" {n} diwrnod.")


@pytest.mark.parametrize(
    ("n", "questions", "days"),
    [
        (1, "Un cwestiwn", "1 diwrnod"),
        (2, "2 gwestiwn", "2 ddiwrnod"),
        (3, "3 chwestiwn", "3 diwrnod"),
        (6, "6 chwestiwn", "6 diwrnod"),
    ],
)
def test_some_numbers_change_the_word(n: int, questions: str, days: str) -> None:
    """One, two, three and six each choose their own form: two softens; three and six make "c" "ch"."""
    t = words("cy")
    assert t.many(*QUESTIONS, n, when="nos").startswith(f"{questions}, ")
    assert t.many(*WAITED, n).endswith(f" {days}.")


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 questions,"), (1, "One question,"), (2, "2 questions,"), (6, "6 questions,")]
)
def test_english_has_two_forms(n: int, said: str) -> None:
    """English says one thing for one and another for everything else."""
    assert words("en").many(*QUESTIONS, n, when="noon").startswith(said)


@pytest.mark.parametrize(("language", "said"), [("en", "Thursday 26 November"), ("cy", "Dydd Iau 26 Tachwedd")])
def test_days_are_in_the_readers_language(language: str, said: str) -> None:
    """A day is named in the reader's language, whether it comes as a date or as an instant."""
    t = words(language)
    assert t.day(date(2026, 11, 26)) == said
    assert t.day(THURSDAY) == said


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        ("en", LONDON, "Thursday 26 November, 17:00"),
        ("cy", LONDON, "Dydd Iau 26 Tachwedd, 17:00"),
        ("en", NEW_YORK, "Thursday 26 November, 12:00"),
        ("cy", NEW_YORK, "Dydd Iau 26 Tachwedd, 12:00"),
    ],
)
def test_moments_are_on_the_readers_clock(language: str, zone: ZoneInfo, said: str) -> None:
    """A moment is told on the reader's clock and in the reader's language."""
    assert words(language, zone).moment(THURSDAY) == said


def test_a_late_moment_is_still_the_day_it_is_there() -> None:
    """After midnight in London it is still the day before in New York; a date alone is the same everywhere."""
    past_midnight = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
    assert words("en", LONDON).day(past_midnight) == "Friday 27 November"
    assert words("en", NEW_YORK).day(past_midnight) == "Thursday 26 November"
    assert words("en", NEW_YORK).day(past_midnight.date()) == "Friday 27 November"


def test_summer_time_is_kept() -> None:
    """The same instant of the day in UTC is an hour later on a London clock in summer."""
    t = words("en")
    assert t.moment(datetime(2026, 7, 16, 16, 0, tzinfo=UTC)) == "Thursday 16 July, 17:00"


@pytest.mark.parametrize(("language", "first", "last"), [("en", "Monday", "Sunday"), ("cy", "Dydd Llun", "Dydd Sul")])
def test_weeks_begin_on_monday(language: str, first: str, last: str) -> None:
    """Day 0 of a week is Monday and day 6 is Sunday, in each language."""
    t = words(language)
    assert (t.weekday(0), t.weekday(6)) == (first, last)
    assert len({t.weekday(day) for day in range(7)}) == 7


@pytest.mark.parametrize("language", ["fr", "", "cy-GB", "CY"])
def test_an_unknown_language_is_english(language: str) -> None:
    """Whoever reads a language that we do not speak is spoken to in English, days and all."""
    t = words(language)
    assert (t.language, t("Save"), t.weekday(0)) == ("en", "Save", "Monday")


def test_each_language_is_spoken() -> None:
    """Every language that is offered is spoken, and names itself in its own tongue."""
    assert {code: words(code)("Save") for code in LANGUAGES} == {"en": "Save", "cy": "Cadw"}
    assert LANGUAGES["cy"] == "Cymraeg"


def test_the_same_reader_in_another_language() -> None:
    """Changing the language keeps the clock."""
    t = words("en", NEW_YORK).instead("cy")
    assert t.moment(THURSDAY) == "Dydd Iau 26 Tachwedd, 12:00"


def test_nothing_is_said_as_nothing() -> None:
    """An empty sentence stays empty: the catalogue's own header is never shown."""
    assert [words(language)("") for language in LANGUAGES] == ["", ""]


def test_what_people_wrote_is_not_filled_in() -> None:
    """Braces in a name or in what somebody wrote stay as they are."""
    t = words("cy")
    assert t("Only {name} sees this conversation.", name="{n} {0}") == "Dim ond {n} {0} sy'n gweld y sgwrs hon."
