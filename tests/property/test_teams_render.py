"""Every view and every form fits in what Teams takes, and what people write stays text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.teams import limits, render
from bot.views import (
    Bar,
    Bars,
    Button,
    Buttons,
    Choice,
    Divider,
    Element,
    Emphasis,
    Fields,
    Form,
    Heading,
    Input,
    Line,
    Link,
    Note,
    Once,
    Option,
    Paragraph,
    Quote,
    Strong,
    Style,
    Text,
    Tick,
    View,
)
from bot.wire import Command
from tests.platforms import teams_cards

Json = dict[str, Any]
LENGTHS = (0, 1, 2, 79, 80, 81, 149, 150, 151, 199, 201, 3_999, 4_001, 20_000)
HOSTILE = (
    "[HR](http://evil.example)",
    "<at>everyone</at>",
    "{{DATE(2026-01-01T00:00:00Z, SHORT)}}",
    "{{TIME(2026-01-01T00:00:00Z)}}",
    "# Heading",
    "1. first",
    "- item",
    "**bold** _slanted_ `code`",
    "https://evil.example",
    "![picture](http://evil.example/p.png)",
    "<script>alert(1)</script>",
    "\u202egnp.exe\u2066",
    "\\[HR\\](http://evil.example)",
    "a &lt;at&gt; b",
    "line\nline\r\n\n# line",
    "half \ud800 of one",
    "<speak>loud</speak>",
)


@dataclass(frozen=True, slots=True)
class Act(Command):
    text: str = ""


def words(most: int = 20_000) -> st.SearchStrategy[str]:
    lengths = st.sampled_from([n for n in LENGTHS if n <= most])
    seeds = st.sampled_from((*HOSTILE, "plain words ", "\N{SUNRISE}", "Wythnos dda ŵ ", "*", "[", "\n"))
    return st.one_of(
        st.builds(lambda seed, n: (seed * (n // len(seed) + 1))[:n], seeds, lengths),
        st.sampled_from(HOSTILE),
        st.text(max_size=30),
    )


LINKS = st.builds(Link, words(), st.just("https://pages.example/enter#code"))
INLINES = st.one_of(words(), st.builds(Strong, words()), st.builds(Emphasis, words()), LINKS)
BUTTONS = st.builds(Button, words(), st.builds(Act, words(151)), st.sampled_from(Style), st.booleans())
SHARES = st.sampled_from([0.0, 0.004, 0.5, 0.996, 1.0, -1.0, 7.0])
ELEMENTS: st.SearchStrategy[Element] = st.one_of(
    st.builds(Text, st.lists(INLINES, max_size=4).map(tuple)),
    st.builds(Heading, words()),
    st.builds(Once, words()),
    st.builds(Note, words()),
    st.builds(Quote, words(), words(201)),
    st.builds(Fields, st.lists(st.tuples(words(201), words()), max_size=60).map(tuple)),
    st.builds(Bars, words(), st.lists(st.builds(Bar, words(201), SHARES, words(201)), max_size=60).map(tuple)),
    st.just(Divider()),
    st.builds(Buttons, st.lists(BUTTONS, max_size=13).map(tuple), words(201)),
)
BODIES = st.lists(ELEMENTS, max_size=8).map(tuple)
VIEWS = st.builds(View, words(), BODIES, words())
NAMES = st.sampled_from(["a", "b", "c", "d"])
OPTIONS = st.lists(st.builds(Option, words(80), words(201)), min_size=1, max_size=12).map(tuple)
LONGEST = st.sampled_from([1, 200, 2_000, 10_000])
INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(Line, NAMES, words(), words(), words(), st.booleans(), LONGEST),
    st.builds(Paragraph, NAMES, words(), words(), words(), st.booleans(), LONGEST),
    st.builds(Choice, NAMES, words(), OPTIONS, words(80), words()),
    st.builds(Tick, NAMES, words(), st.booleans()),
)
FORMS = st.builds(
    Form,
    words(),
    st.just(Act),
    st.lists(INPUTS, max_size=4, unique_by=lambda field: field.name).map(tuple),
    words(),
    words(),
    BODIES,
    st.dictionaries(st.sampled_from(["f", "g"]), words(151)),
)


@given(VIEWS)
def test_every_view_is_a_card_that_teams_takes(view: View) -> None:
    """No view, however long or hostile, makes a card that Teams would refuse, in a message or in a dialog."""
    assert teams_cards.faults(render.card(view), dialog=False) == []
    assert teams_cards.faults(render.card(view, dialog=True), dialog=True) == []
    assert teams_cards.size(render.message(view)) < teams_cards.BYTES


@given(FORMS)
def test_every_form_is_a_card_that_teams_takes(form: Form) -> None:
    """No form, however long or hostile, makes a card that Teams would refuse; its one action sends its command."""
    card = render.form(form, "f" * 32)
    assert teams_cards.faults(card, dialog=True) == []
    [submit] = card["actions"]
    assert submit["data"]["hd_verb"] == "Act"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(hostile: str) -> None:
    """What somebody writes is shown letter by letter, without half characters and marks that turn its direction."""
    view = View("Title", (Quote(hostile, hostile), Text((hostile, Strong(hostile)))))
    card = render.card(view)
    assert teams_cards.faults(card, dialog=False) == []
    said = "".join(teams_cards.shown(card).split())
    clean = hostile.encode("utf-8", "replace").decode().replace("\u202e", "").replace("\u2066", "")
    assert said.count("".join(clean.split())) == 4


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_titles_stay_words(hostile: str) -> None:
    """A heading is read letter by letter too: every mark of Markdown in it is escaped."""
    card = render.card(View(hostile, (Heading(hostile),)))
    assert teams_cards.faults(card, dialog=False) == []
    clean = hostile.encode("utf-8", "replace").decode().replace("\u202e", "").replace("\u2066", "")
    if "\\" not in hostile:
        assert "".join(clean.split()) in "".join(teams_cards.shown(card).split())


def test_ordinary_card_is_small() -> None:
    """A digest of ten bars, six quotes and a row of buttons is under 25 KB."""
    bars = Bars("What people wrote about", tuple(Bar(f"Theme {n}", n / 10, f"{n} of 40") for n in range(10)))
    quotes = tuple(Quote("We closed the form that nobody read, and nobody missed it. " * 3, "North") for _ in range(6))
    buttons = Buttons(tuple(Button(f"Button {n}", Act("x" * 40)) for n in range(5)), "About this week")
    card = render.card(View("The week", (Heading("Themes"), bars, *quotes, buttons, Note("n = 40"))))
    assert limits.size(card) < limits.ORDINARY_BYTES


def test_bars_say_their_numbers() -> None:
    """A chart is readable without seeing it: each bar has its label and number in words."""
    card = render.card(View("T", (Bars("Mood", (Bar("North", 0.75, "3.0 of 4"),)),)))
    assert "North: 3.0 of 4" in teams_cards.shown(card)


def test_seven_buttons_stand_in_two_rows() -> None:
    """Teams draws six buttons in a row; the seventh begins another, and each says in its tooltip what it is about."""
    card = render.card(View("T", (Buttons(tuple(Button(str(n), Act()) for n in range(7)), "How was it?"),)))
    rows = [part for part in card["body"] if part["type"] == "ActionSet"]
    assert [len(row["actions"]) for row in rows] == [6, 1]
    assert rows[0]["actions"][0]["tooltip"] == "How was it?: 0"


def test_what_was_given_comes_back_empty_rather_than_missing() -> None:
    """An input that a client leaves out when it is empty is still sent, as nothing; a box not ticked is a no."""
    form = Form("T", Act, (Line("a", "A", required=False), Tick("b", "B")), "Send", "Cancel", fixed={"id": "7"})
    [submit] = render.form(form)["actions"]
    assert {name: submit["data"][name] for name in ("a", "b", "id")} == {"a": "", "b": "no", "id": "7"}


def test_too_much_is_cut_at_its_end() -> None:
    """A view that cannot fit keeps its beginning and ends in an ellipsis."""
    card = render.card(View("T", tuple(Text((str(n), "x" * 300)) for n in range(2_000))))
    assert limits.size(card) <= limits.CARD_BYTES
    assert teams_cards.shown(card).endswith("…")


def test_form_keeps_its_inputs_however_long_its_words() -> None:
    """Where a form says too much, its words are cut and its inputs are all there."""
    body = tuple(Text((str(n), "x" * 300)) for n in range(2_000))
    card = render.form(Form("T", Act, (Paragraph("a", "A"), Line("b", "B")), "Send", "Cancel", body))
    assert teams_cards.faults(card, dialog=True) == []
    assert [part["id"] for part in teams_cards.inputs(card)] == ["a", "b"]
