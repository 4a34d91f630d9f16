"""The ways in: what a person can type, and what any feature may offer as a button to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.wire import Command, Flag


@dataclass(frozen=True, slots=True)
class ShowPulse(Command):
    """/pulse: show me the pulse that is open."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class StartStory(Command):
    """/story, with or without words: with words they become a draft, without them a form opens.

    `shown` says that the words stand in a chat already, under the name of the person who typed them.
    """

    text: str = ""
    shown: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class SpeakUp(Command):
    """/speakup: write to a leader. What is typed after it goes into the form, and to nobody.

    `shown` says that the words stand in a chat already, under the name of the person who typed them.
    """

    text: str = ""
    shown: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class Home(Command):
    """/100days and a word: help, plan, settings, my data, here; or a command without its slash.

    `shown` says that the words stand in a chat already, under the name of the person who typed them.
    """

    text: str = ""
    shown: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class MyStories(Command):
    """What have I told?"""


@dataclass(frozen=True, slots=True)
class MyThreads(Command):
    """The conversations I am in, as an author or as a leader."""


@dataclass(frozen=True, slots=True)
class ShowDigest(Command):
    """The latest digest of the unit I lead."""


@dataclass(frozen=True, slots=True)
class ReviewQuotes(Command):
    """May these comments be quoted? `after` is the last one seen."""

    decided: Flag = Flag.NO
    after: str = ""


@dataclass(frozen=True, slots=True)
class ChangeSettings(Command):
    """The form with my settings."""


@dataclass(frozen=True, slots=True)
class MyData(Command):
    """What is held about me?"""


@dataclass(frozen=True, slots=True)
class OpenPage(Command):
    """Let me in, in the browser."""


TYPED: Mapping[str, type[Command]] = {"pulse": ShowPulse, "story": StartStory, "speakup": SpeakUp, "100days": Home}
"""Slash commands. Each takes what was typed after it as `text`; `shown` goes along where others may see it there."""
