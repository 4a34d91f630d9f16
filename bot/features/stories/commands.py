"""What can be asked of stories."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.stories import Audience, StoryKind
from bot.wire import Command, Flag


@dataclass(frozen=True, slots=True)
class StartStory(Command):
    """/story, with or without words: with words they become a draft, without them a form opens.

    `shown` says that the words stand in a chat already, under the name of the person who typed them.
    """

    text: str = ""
    shown: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class MyStories(Command):
    """What have I told?"""


@dataclass(frozen=True, slots=True)
class EditStory(Command):
    """Go on with a draft: choose who may see it."""

    story: str


@dataclass(frozen=True, slots=True)
class TellStory(Command):
    """Share a story, a new one or a draft."""

    text: str
    kind: StoryKind = StoryKind.LEARNED
    audience: Audience = Audience.TEAM
    changed: str = ""
    named: Flag = Flag.NO
    story: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawStory(Command):
    """Take a story or a draft back, everywhere."""

    story: str
