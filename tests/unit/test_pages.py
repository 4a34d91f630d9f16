"""The parts of the pages: what a browser keeps for us, forms that travel, and the pace."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from adapters.web.pages.forms import LARGEST, Forms
from adapters.web.pages.pace import MOST_KEPT, Pace
from adapters.web.pages.sealed import Seal
from bot.domain.stories import StoryKind
from bot.features.stories.commands import StartStory, TellStory
from bot.features.threads.commands import SpeakUp
from bot.routes import COMMANDS
from bot.views import Button, Buttons, Choice, Form, Link, Option, Paragraph, Quote, Strong, Style, Tick, text
from tests.property.test_web_render import forms

SECRET = bytes(range(32))
KEPT = Forms(Seal.of(SECRET, "form"), COMMANDS)
FORM = Form(
    "Tell a story",
    TellStory,
    (Paragraph("text", "What happened?", "A hint", "Once"), Tick("named", "My name", ticked=True)),
    "Share it",
    "Not now",
    (
        text("Plain ", Strong("and strong"), Link("and a link", "https://pages.example")),
        Quote("Quoted", "by Alys"),
        Buttons((Button("Speak up", SpeakUp("words"), Style.DANGER, asks=True),), "About it"),
    ),
    {"story": "s1", "of": "the road"},
)


def test_what_was_sealed_comes_back() -> None:
    """As it was, in any script."""
    seal = Seal.of(SECRET, "session")
    assert seal.open(seal.close({"name": "Siân ŵ"})) == {"name": "Siân ŵ"}


def test_the_same_thing_is_sealed_differently_each_time() -> None:
    """Nobody can tell from two sealed values that they are equal."""
    seal = Seal.of(SECRET, "session")
    assert seal.close({"a": 1}) != seal.close({"a": 1})


def test_nothing_but_our_own_seal_opens() -> None:
    """Any changed character, another kind, another installation, noise and nothing give nothing."""
    seal = Seal.of(SECRET, "session")
    whole = seal.close({"person": "p1"})
    changed = [whole[:at] + ("A" if whole[at] != "A" else "B") + whole[at + 1 :] for at in range(len(whole) - 1)]
    others = [Seal.of(SECRET, "form").close({"person": "p1"}), Seal.of(bytes(32), "session").close({"person": "p1"})]
    noise = ["", "=", "é", "\x00", "a" * 5000, whole[:-4], whole + "AAAA", "null", "{}"]
    assert [value for value in (*changed, *others, *noise) if seal.open(value)] == []


def test_a_form_comes_back_as_it_was() -> None:
    """Words, inputs, buttons with their commands and what travels unseen are all there."""
    assert KEPT.take(KEPT.put(FORM, "p1"), "p1") == FORM


@given(forms)
def test_every_form_comes_back_as_it_was(form: Form) -> None:
    """Whatever stands in it."""
    assert KEPT.take(KEPT.put(form, "p1"), "p1") == form


def test_a_form_with_options_comes_back_as_it_was() -> None:
    """Options are a tuple of pairs again, and an enum is the word it stands for."""
    options = tuple(Option(kind.value, kind.name) for kind in StoryKind)
    form = Form("Which?", StartStory, (Choice("text", "Kind", options, StoryKind.LEARNED),), "Save", "Cancel")
    assert KEPT.take(KEPT.put(form, "p1"), "p1") == form


def test_a_form_is_for_the_person_it_was_drawn_for() -> None:
    """Another one cannot send it, nor can a session be passed off as a form."""
    assert KEPT.take(KEPT.put(FORM, "p1"), "p2") is None
    assert KEPT.take(Seal.of(SECRET, "session").close({"of": "p1"}), "p1") is None
    assert KEPT.take("", "p1") is None


def test_a_form_of_another_version_is_put_away() -> None:
    """One whose parts are not known any more is none, and no error."""
    seal = KEPT.seal
    strange: tuple[object, ...] = (
        {"#": "Gone"},
        {"#": "Form", "gone": "1"},
        {"#": "named", "name": "Gone"},
        {"of": {}},
        [],
        "x",
        1,
    )
    for form in strange:
        assert KEPT.take(seal.close({"of": "p1", "form": form}), "p1") is None
    assert KEPT.take(seal.close({"of": "p1"}), "p1") is None


def test_a_long_form_travels_without_its_words() -> None:
    """So that it always fits into what a request may hold; its inputs stay."""
    long = Form(FORM.title, FORM.sends, FORM.inputs, "Yes", "No", (Quote("w" * 2 * LARGEST),), FORM.fixed)
    sealed = KEPT.put(long, "p1")
    taken = KEPT.take(sealed, "p1")
    assert len(sealed) <= LARGEST
    assert taken is not None and (taken.body, taken.inputs, taken.fixed) == ((), FORM.inputs, FORM.fixed)


def test_a_form_full_of_words_travels_without_them() -> None:
    """Otherwise it could not be sent even when they have been shortened."""
    long = Form(FORM.title, FORM.sends, (Paragraph("text", "What?", value="w" * 2 * LARGEST),), "Yes", "No")
    sealed = KEPT.put(long, "p1", "m1")
    taken = KEPT.take(sealed, "p1")
    assert len(sealed) <= LARGEST and KEPT.message(sealed) == "m1"
    assert taken is not None and taken.inputs == (Paragraph("text", "What?"),)


@pytest.mark.parametrize("size", [10, LARGEST, 2 * LARGEST])
def test_a_draft_has_one_name_from_opening_to_sending(size: int) -> None:
    """Also where the form is too long to travel whole: its words are still those of the form that was opened."""
    long = Form(FORM.title, FORM.sends, (Paragraph("text", "What?", value="w" * size),), "Yes", "No")
    taken = KEPT.take(KEPT.put(long, "p1"), "p1")
    again = KEPT.take(KEPT.put(taken, "p1"), "p1") if taken else None
    assert taken is not None and again is not None
    assert KEPT.draft(long, "p1") == KEPT.draft(taken, "p1") == KEPT.draft(again, "p1")


def test_a_form_may_say_what_its_draft_belongs_to() -> None:
    """Then its name is the same whatever travels with it, in every language, and still another for each person."""
    one, other = (replace(FORM, draft="d1", fixed={"ticket": ticket}) for ticket in "ab")
    names = [KEPT.draft(form, person) for form in (one, other, FORM, replace(one, draft="d2")) for person in "pq"]
    assert names[:2] == names[2:4] and len(set(names)) == 6
    welsh = replace(FORM, inputs=(Paragraph("text", "Beth?", value="Once"), Tick("named", "Fy enw", ticked=True)))
    assert KEPT.draft(welsh, "p") == KEPT.draft(FORM, "p")


def test_a_pace_allows_so_many_times_in_so_long() -> None:
    """Five in a second, the sixth when the second is over; and each name for itself."""
    seconds = [0.0]
    pace = Pace(5, 1.0, lambda: seconds[0])
    assert [pace.allows("a") for _ in range(6)] == [True] * 5 + [False]
    assert pace.allows("b")
    seconds[0] = 0.99
    assert not pace.allows("a")
    seconds[0] = 1.0
    assert pace.allows("a")


@pytest.mark.parametrize("gone", [2.0, 0.0])
def test_a_pace_remembers_only_so_many(gone: float) -> None:
    """Whoever has done nothing lately is forgotten, and where all have, the first are: memory has an end."""
    seconds = [0.0]
    pace = Pace(1, 1.0, lambda: seconds[0])
    for number in range(MOST_KEPT):
        pace.note(str(number))
    seconds[0] = gone
    pace.note("one more")
    assert len(pace._times) <= MOST_KEPT
    assert pace.full("one more")
