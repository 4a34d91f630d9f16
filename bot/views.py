"""What a person is shown. Every adapter draws every element, or does not type-check.

Text is never markup: what people write cannot become a mention, a link or a heading. Inputs live only in a `Form`,
which has its own submit. Anything drawn carries its numbers in words, for a screen reader and for a platform that can
not draw it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.wire import Command


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that matter most in their sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words set apart, such as a name or a date."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an address of ours. What people write never becomes one."""

    text: str
    url: str


Inline = str | Strong | Emphasis | Link


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a view."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: what happens with an answer, where a number comes from."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, and whose they are if they said so."""

    text: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Once:
    """Words that cannot be shown again, such as a code.

    A form that holds them is put away by its own button only, wherever a platform leaves that to us.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Fields:
    """Short facts with their names."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: `share` from 0 to 1 is how long it is, `shown` is what it says."""

    label: str
    share: float
    shown: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart. The caption says what is measured; each bar says its own number."""

    caption: str
    rows: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Divider:
    """A line between two parts."""


class Style(StrEnum):
    """What a button is for: the ordinary one, the one most people want, one that takes something away."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A press that sends a typed command. `asks` says that the answer will be a form: Teams must know beforehand."""

    label: str
    sends: Command
    style: Style = Style.PLAIN
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of buttons. `about` says what they belong to, for somebody who hears them one at a time."""

    items: tuple[Button, ...]
    about: str = ""


Element = Text | Heading | Note | Quote | Once | Fields | Bars | Divider | Buttons


@dataclass(frozen=True, slots=True)
class View:
    """A message. `summary` is what a notification or a screen reader says first; without it, the title.

    `about` is the id of what it tells of, such as a story, so that the message can be edited when that is withdrawn.
    `edition` says which edition of it this is, where it can change.
    """

    title: str
    body: tuple[Element, ...] = ()
    summary: str = ""
    about: str = ""
    edition: int = 0

    def spoken(self) -> str:
        """The one line that stands for the whole message."""
        return self.summary or self.title


@dataclass(frozen=True, slots=True)
class Line:
    """An input of one line."""

    name: str
    label: str
    hint: str = ""
    value: str = ""
    required: bool = True
    longest: int = 200


@dataclass(frozen=True, slots=True)
class Paragraph:
    """An input of several lines."""

    name: str
    label: str
    hint: str = ""
    value: str = ""
    required: bool = True
    longest: int = 2000


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: what is sent and what is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several options; `value` is the one chosen beforehand."""

    name: str
    label: str
    options: tuple[Option, ...]
    value: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick; it sends `Flag.YES` or `Flag.NO`."""

    name: str
    label: str
    ticked: bool = False


Input = Line | Paragraph | Choice | Tick


@dataclass(frozen=True, slots=True)
class Form:
    """Something to fill in: a modal, a dialog, a part of a page. `fixed` travels with it, unseen and untrusted.

    `draft` is what the words in it belong to, where `fixed` is another one each time it is opened for the same thing.
    """

    title: str
    sends: type[Command]
    inputs: tuple[Input, ...]
    submit: str
    cancel: str
    body: tuple[Element, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    draft: str = ""

    @property
    def once(self) -> bool:
        """Whether what it shows cannot be shown again."""
        return any(isinstance(part, Once) for part in self.body)


@dataclass(frozen=True, slots=True)
class Show:
    """Answer with a new private message. Where what was typed was not understood, it should stay before the person."""

    view: View
    understood: bool = True


@dataclass(frozen=True, slots=True)
class Replace:
    """Put this in place of the message whose button was pressed."""

    view: View


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer with a form."""

    form: Form


@dataclass(frozen=True, slots=True)
class Refused:
    """Say no, in the person's own language, beside the input it is about if there is one."""

    why: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing to show: what was pressed only puts away what stood there."""


Reply = Show | Replace | Ask | Refused | Done


def text(*parts: Inline) -> Text:
    """A paragraph of these parts."""
    return Text(parts)


def joined(first: View, second: View) -> View:
    """One message that says the same twice, in two languages: the first one's words lead."""
    body = (*first.body, Divider(), Heading(second.title), *second.body)
    return replace(first, body=body, summary=f"{first.spoken()} / {second.spoken()}")
