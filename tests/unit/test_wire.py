"""Commands and notices on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.composing import EditPost
from bot.errors import Refusal
from bot.features.stories.notices import StoryShared
from bot.features.threads.notices import ThreadAnswered, ThreadWaiting
from bot.routes import COMMANDS, NOTICES
from bot.wire import STALE, Command, Flag, Message, Notice, by_name, is_blank
from tests.examples import EXAMPLES
from tests.names import answered, known

KINDS = sorted({*COMMANDS, *NOTICES}, key=lambda kind: kind.name())


class Fruit(StrEnum):
    APPLE = "apple"
    PEAR = "pear"


@dataclass(frozen=True, slots=True)
class Everything(Command):
    text: str
    number: int
    day: date
    fruit: Fruit
    more: str = "none"
    least: int = 1
    tick: Flag = Flag.NO


GOOD = {"text": "x", "number": "3", "day": "2026-11-16", "fruit": "pear"}


st.register_type_strategy(str, st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs"))))


@given(st.builds(Everything))
def test_a_message_survives_the_wire(message: Everything) -> None:
    """Whatever is written is read back equal, in types as in values, and what is written is strings."""
    written = message.write()
    found = Everything.read(written)
    assert found == message
    assert [type(value) for value in written.values()] == [str] * 7
    assert (type(found.number), type(found.day), type(found.fruit), type(found.tick)) == (int, date, Fruit, Flag)


def test_control_characters_are_left_out_and_line_ends_are_made_one_kind() -> None:
    """What a database would choke on, or a log could be broken with, is gone before anything is done with it."""
    given_words = Everything.read({**GOOD, "text": "a\x00b\x1b[31m\r\nc\rd\te\ud800"})
    assert given_words.text == "ab[31m\nc\nd\te"


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name() for kind in KINDS])
def test_every_command_and_notice_survives_the_wire(kind: type[Message]) -> None:
    """Nothing of the product's own messages is lost or changed on the wire."""

    @settings(max_examples=15, deadline=None)
    @given(st.builds(kind))
    def check(message: Message) -> None:
        assert kind.read(message.write()) == message

    check()


def test_names_on_the_wire_are_told_apart() -> None:
    """No two commands or notices have one name, with the names they had before."""
    kinds: list[type[Message]] = [*KINDS, EditPost]
    assert len(by_name(kinds)) == sum(len(kind.names()) for kind in kinds)
    assert len(KINDS) == len(COMMANDS) + len(NOTICES)


def test_a_name_that_two_share_is_refused() -> None:
    """Were it taken, a button or a delivery would become whichever kind stands first."""

    class Renamed(Everything):
        formerly = ("Everything",)

    assert by_name((Renamed,)) == {"Renamed": Renamed, "Everything": Renamed}
    with pytest.raises(ValueError, match="called Everything"):
        by_name((Everything, Renamed))


def test_no_name_that_was_ever_used_is_forgotten() -> None:
    """One that is renamed keeps its former name in `formerly`; new ones are added by `make derived`."""
    assert known() - answered() == set(), "a name that is still in chats or queues is not answered"
    assert answered() - known() == set(), "run: make derived"


@dataclass(frozen=True, slots=True)
class Handed(Notice, batched=True):
    thread: str


@dataclass(frozen=True, slots=True)
class HandedLater(Handed):
    day: date


@dataclass(frozen=True, slots=True)
class AtOnce(Notice):
    thread: str


def test_a_notice_says_whether_it_goes_in_a_batch() -> None:
    """It is said of the kind, also where a dataclass with slots makes that again; it is no field, and is not sent."""
    assert (Handed.batched, HandedLater.batched, AtOnce.batched, Notice.batched) == (True, True, False, False)
    assert Handed("t").batched
    assert Handed("t").write() == {"thread": "t"}


def test_what_tells_of_somebodys_words_goes_in_a_batch() -> None:
    """News of a conversation or a story, at once, would tell when it was written, and so by whom."""
    said = {kind for example in EXAMPLES.values() for kind in example.batched}
    assert {kind for kind in NOTICES if kind.batched} == said
    assert said >= {ThreadWaiting, ThreadAnswered, StoryShared}


def test_what_is_left_out_has_its_default() -> None:
    """Fields with a default may be missing, and have it."""
    assert Everything.read(GOOD) == Everything("x", 3, date(2026, 11, 16), Fruit.PEAR, "none", 1, Flag.NO)


def test_what_is_not_ours_is_left_alone() -> None:
    """Values that the message has no field for change nothing."""
    assert Everything.read({**GOOD, "role": "steward", "__class__": "x"}) == Everything.read(GOOD)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_value_is_refused(name: str) -> None:
    """A message without a value it needs is a button that no longer works."""
    with pytest.raises(Refusal, match=STALE):
        Everything.read({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "junk"),
    [
        ("number", ""),
        ("number", "three"),
        ("number", "3.0"),
        ("number", "0x3"),
        ("number", "9" * 5000),
        ("day", ""),
        ("day", "tomorrow"),
        ("day", "2026-02-30"),
        ("day", "2026-11-16T10:00"),
        ("fruit", ""),
        ("fruit", "PEAR"),
        ("fruit", "Fruit.PEAR"),
        ("tick", "true"),
        ("tick", ""),
        ("least", "one"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(name: str, junk: str) -> None:
    """Junk in a number, a day or a choice is refused in a sentence meant for people, and repeats none of it."""
    with pytest.raises(Refusal) as refused:
        Everything.read({**GOOD, name: junk})
    assert (refused.value.message, refused.value.values) == (STALE, {})


@given(st.dictionaries(st.sampled_from([*GOOD, "tick", "least", "other"]), st.text(max_size=20)))
def test_junk_is_read_or_refused_and_nothing_else(values: dict[str, str]) -> None:
    """From any strings comes a message of the right types or a refusal, and no other error."""
    try:
        found = Everything.read(values)
    except Refusal as refusal:
        assert refusal.message == STALE  # noqa: PT017 (either is right)
    else:
        assert (type(found.number), type(found.fruit), type(found.tick)) == (int, Fruit, Flag)


@pytest.mark.parametrize("blank", ["", "  ", "\u200b", "\u2800", "\u3164 \u00a0", "\t\n"])
def test_what_cannot_be_seen_is_blank(blank: str) -> None:
    """Spaces, marks without width, and letters that are drawn empty; one letter or one picture is something."""
    assert is_blank(blank)
    assert not any(is_blank(blank + seen) for seen in ("a", "\u0175", "?", "\U0001f44d"))
