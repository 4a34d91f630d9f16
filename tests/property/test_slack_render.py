"""Whatever people write, Slack takes it, and nothing of it turns into markup."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from string import printable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View as SlackView

from adapters.slack import inbound, render
from adapters.slack.blocks import TooLongError, packed
from adapters.slack.inbound import Signed
from adapters.slack.incoming import Incoming
from adapters.slack.render import NOWHERE, SHORTENED, Way, closing, home, luggage, message, modal
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
    text,
)
from bot.wire import clean
from tests.platforms.slack_lint import Json, message_faults, view_faults
from tests.platforms.slack_state import shown
from tests.platforms.slack_toy import Save, Vote

EDGES = [0, 1, 23, 24, 25, 74, 75, 76, 149, 150, 151, 1999, 2000, 2001, 2999, 3000, 3001, 6001]
HOSTILE = [
    "<!channel>",
    "<@U1>",
    "<http://evil.example|HR>",
    "*b* _i_ `c`",
    "&amp;",
    "\u202eevil\u202c",
    "\u200b",
    " ",
    "",
]
words = (
    st.text(max_size=40) | st.sampled_from(HOSTILE) | st.sampled_from(EDGES).map("x y ".__mul__).map(lambda s: s[::4])
)
words = words | st.sampled_from(EDGES).map("x".__mul__) | st.sampled_from(EDGES).map("🙂".__mul__)
values = st.text(max_size=60) | st.sampled_from([0, 1, 1985]).map("v".__mul__)
links = st.builds(Link, words, st.just("https://pages.example/enter#code"))
inlines = words | st.builds(Strong, words) | st.builds(Emphasis, words) | links
buttons = st.builds(Button, words, st.builds(Vote, values), st.sampled_from(Style))
bars = st.builds(Bar, words, st.floats(-1, 2, allow_nan=False), words)


def several(item: st.SearchStrategy[object], most: int) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(item, max_size=most).map(tuple)


elements: st.SearchStrategy[Element] = st.one_of(
    st.builds(Text, several(inlines, 4)),
    st.builds(Heading, words),
    st.builds(Once, words),
    st.builds(Note, words),
    st.builds(Quote, words, words),
    st.builds(Fields, several(st.tuples(words, words), 12)),
    st.builds(Bars, words, several(bars, 6)),
    st.just(Divider()),
    st.builds(Buttons, several(buttons, 27), words),
)
views = st.builds(View, words, several(elements, 60), words)
names = st.text(printable.strip(), min_size=1, max_size=20)
options = st.builds(Option, st.text(min_size=1, max_size=150), words)
choices = st.builds(Choice, names, words, several(options, 12), words, words)
lengths = st.sampled_from([1, 200, 2999, 3000, 3001])
inputs = st.one_of(
    st.builds(Line, names, words, words, words, st.booleans(), lengths),
    st.builds(Paragraph, names, words, words, words, st.booleans(), lengths),
    st.builds(Tick, names, words, st.booleans()),
    choices,
)
fixed = st.dictionaries(names, st.text(max_size=60), max_size=4)
forms = st.builds(
    Form,
    words,
    st.just(Save),
    st.lists(inputs, max_size=8, unique_by=lambda i: i.name).map(tuple),
    words,
    words,
    several(elements, 60),
    fixed,
)
PERSON = {"user": {"id": "U1", "team_id": "T1"}, "trigger_id": "t"}
SIGNED = Signed("v0=1", datetime(2026, 3, 2, 12, tzinfo=UTC))
ways = st.builds(
    Way,
    st.sampled_from(["", "https://hooks.slack.com/commands/T1/2/3"]),
    st.booleans(),
    st.just(int(SIGNED.at.timestamp())),
    st.integers(0, 99),
)


def modelled(blocks: list[Json]) -> bool:
    return all(model is not None and model.to_dict() for model in map(Block.parse, blocks))


@given(views)
@example(View("x" * 151, (Buttons(tuple(Button(str(n), Vote(str(n))) for n in range(30))),) * 60))
@example(View("x", (Fields((("x" * 1000, "y" * 1000),)),)))
@example(View("x", tuple(Text(("x" * 3000,)) for _ in range(60))))
def test_slack_takes_every_message(view: View) -> None:
    """Neither our own linter nor Slack's models find anything to refuse, at any length."""
    drawn = message(view)
    assert message_faults(drawn) == []
    assert modelled(drawn["blocks"])


@given(views)
def test_slack_takes_every_home_tab(view: View) -> None:
    """The home tab has more room, and its own limits."""
    drawn = home(view)
    assert view_faults(drawn) == []
    assert modelled(drawn["blocks"])


@given(views, ways)
def test_slack_takes_every_view_as_a_modal(view: View, way: Way) -> None:
    """What cannot be a message can be a modal without a submit; it is never empty."""
    drawn = closing(view, way)
    assert view_faults(drawn) == []
    SlackView(**drawn).validate_json()


@given(forms, ways)
def test_slack_takes_every_form(form: Form, way: Way) -> None:
    """Inputs of every kind, with hints, values and long labels, are a modal that Slack opens."""
    drawn = modal(form, way)
    assert view_faults(drawn) == []
    assert modelled(drawn["blocks"])
    SlackView(**drawn).validate_json()


@given(views)
def test_words_are_never_markup(view: View) -> None:
    """No block holds mrkdwn, whatever stands in it."""
    assert '"mrkdwn"' not in json.dumps(message(view)["blocks"])


@given(st.builds(Vote, values), words)
def test_a_command_survives_the_wire(command: Vote, label: str) -> None:
    """What a button holds comes back as the very command that it was given."""
    [row] = message(View("", (Buttons((Button(label, command),)),)))["blocks"][-1:]
    body = json.loads(json.dumps({**PERSON, "actions": row["elements"]}))
    asked = inbound.pressed(Incoming(body), SIGNED).request
    assert asked.action == Vote.name()
    assert Vote.read(asked.values) == Vote(clean(command.choice))


@given(fixed, ways)
def test_what_travels_with_a_form_comes_back(carried: dict[str, str], way: Way) -> None:
    """Fixed values and the way back survive the modal."""
    drawn = modal(Form("T", Save, (Line("words", "W"),), "S", "C", fixed=carried), way)
    asked = inbound.submitted(Incoming({**PERSON, "view": drawn}), SIGNED)
    assert asked.request.values == {name: value.replace("\x00", "") for name, value in carried.items()}
    assert (asked.request.action, asked.origin.way) == (Save.name(), way)


@pytest.mark.parametrize("length", [75, 76, 200])
def test_a_label_that_was_clipped_is_said_in_full(length: int) -> None:
    """A person reads every word, of a button and of an option, though Slack's label is shorter."""
    label = "x" * length
    choice = Choice("c", "C", (Option("1", label),))
    assert label in shown(message(View("", (Buttons((Button(label, Vote("1")),)),)))["blocks"])
    assert label in shown(modal(Form(label, Save, (choice,), "S", "C"))["blocks"])


def test_the_points_of_a_scale_stand_in_one_row() -> None:
    """Five buttons are one block, and each says for itself what it is about."""
    scale = Buttons(tuple(Button(str(n), Vote(str(n))) for n in range(1, 6)), about="I feel heard")
    said, row = message(View("", (scale,)))["blocks"]
    assert shown(said) == "I feel heard"
    assert [b["accessibility_label"] for b in row["elements"]][:2] == ["I feel heard: 1", "I feel heard: 2"]


def test_a_question_is_not_asked_twice() -> None:
    """Where the words just before the buttons say what they are about, they are not said again."""
    scale = Buttons((Button("1", Vote("1")),), about="I feel heard")
    said, row = message(View("", (text("1. ", Strong("I feel heard")), scale)))["blocks"]
    assert shown(said) == "1. I feel heard"
    assert row["elements"][0]["accessibility_label"] == "I feel heard: 1"


def test_a_bar_says_its_number() -> None:
    """A chart is heard as words: a name and what it says, before any drawing."""
    chart = shown(message(View("", (Bars("Heard?", (Bar("Agree", 0.5, "12 people"),)),)))["blocks"])
    assert "Heard?\nAgree: 12 people\n█████░░░░░" in chart


def test_a_long_text_is_split_and_complete() -> None:
    """Nothing of ten thousand characters is lost."""
    story = "word " * 2000
    drawn = message(View("", (text(story), Quote(""), Note("")), summary="s"))["blocks"]
    assert "".join(shown(block) for block in drawn) == story


def button(**wrong: object) -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": "b"}, "action_id": "a", "value": "v"} | wrong


def said(kind: str, text: object) -> Json:
    return {"type": kind, "text": {"type": "plain_text", "text": text}}


PLANTED: list[list[Json]] = [
    [],
    [{"type": "divider"}] * 51,
    [said("header", "x" * 151)],
    [said("header", "")],
    [{"type": "section", "text": {"type": "mrkdwn", "text": "*x*"}}],
    [{"type": "section", "fields": [{"type": "plain_text", "text": "x" * 2001}]}],
    [{"type": "context", "elements": []}],
    [{"type": "actions", "elements": [button()] * 2}],
    [{"type": "actions", "elements": [button(action_id=str(n)) for n in range(26)]}],
    [{"type": "actions", "elements": [button(value="x" * 2001)]}],
    [{"type": "actions", "elements": [button(text={"type": "plain_text", "text": "x" * 76})]}],
    [{"type": "actions", "elements": [button(style="plain")]}],
    [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}],
    [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": "x"}]}]}],
    [said("section", "x" * 2900)] * 5,
    [{"type": "input", "label": {"type": "plain_text", "text": "l"}, "element": {"type": "plain_text_input"}}],
    [{"type": "markdown", "text": "x"}],
    [said("header", "x") | {"extra": 1}],
]


@pytest.mark.parametrize("blocks", PLANTED)
def test_our_linter_finds_what_was_planted(blocks: list[Json]) -> None:
    """The control: each of Slack's refusals that we know of is one of ours, so that silence means something."""
    assert message_faults({"text": "t", "blocks": blocks})


def test_our_linter_finds_what_is_wrong_with_a_modal() -> None:
    """A modal with inputs needs a submit, a short title and luggage that fits."""
    good = modal(Form("T", Save, (Line("words", "W"),), "S", "C"))
    assert view_faults(good) == []
    assert view_faults({name: part for name, part in good.items() if name != "submit"})
    assert view_faults(good | {"title": {"type": "plain_text", "text": "x" * 25}})
    assert view_faults(good | {"private_metadata": "x" * 3001})


def test_what_is_too_long_for_a_message_says_so() -> None:
    """Words are cut at the end; buttons are not; and the reader is told."""
    press = Buttons((Button("Answer", Vote("1")),))
    drawn = message(View("T", (*(text("x" * 2900) for _ in range(9)), press)))["blocks"]
    assert shown(drawn[-2]) == SHORTENED
    assert drawn[-1]["type"] == "actions"


def test_a_choice_of_many_is_a_menu() -> None:
    """Ten are radio buttons, a hundred a menu, more a menu with groups; the chosen one is chosen in each."""
    for many, kind in [(10, "radio_buttons"), (11, "static_select"), (100, "static_select"), (250, "static_select")]:
        offered = tuple(Option(str(n), f"Option {n}") for n in range(many))
        drawn = modal(Form("T", Save, (Choice("c", "C", offered, value="3"),), "S", "C"))
        [block] = drawn["blocks"]
        assert view_faults(drawn) == []
        assert (block["element"]["type"], block["element"]["initial_option"]["value"]) == (kind, "3")


def test_what_a_machine_reads_back_is_never_clipped() -> None:
    """A command, an option or luggage that is too long is a mistake in a feature, and fails before it is sent."""
    plain = Form("T", Save, (), "S", "C")
    around = len(packed(Vote("").write()))
    assert message(View("", (Buttons((Button("b", Vote("x" * (2000 - around))),)),)))
    with pytest.raises(TooLongError):
        message(View("", (Buttons((Button("b", Vote("x" * (2001 - around))),)),)))
    around = len(luggage(NOWHERE, Save.name(), {"a": ""}))
    assert modal(replace(plain, fixed={"a": "x" * (3000 - around)}))
    with pytest.raises(TooLongError):
        modal(replace(plain, fixed={"a": "x" * (3001 - around)}))
    with pytest.raises(TooLongError):
        modal(replace(plain, inputs=(Choice("c", "C", (Option("x" * 151, "o"),)),)))


def test_deceiving_characters_are_taken_out() -> None:
    """Words that would be shown backwards, to pass for others, are shown as they are."""
    assert shown(message(View("\u202etxt.exe", (text("a\u2066b"),)))["blocks"]) == "txt.exe\nab"
    assert render.size(message(View("ab", (text("c"),)))["blocks"]) == 3
