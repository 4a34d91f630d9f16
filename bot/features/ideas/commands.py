"""What can be asked of ideas."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.ideas import IdeaKind, Verdict
from bot.wire import Command, Flag


@dataclass(frozen=True, slots=True)
class StartIdea(Command):
    """/idea: the form. What is typed after it is put into it; it has been sent to nobody.

    `shown` says that the words stand in a chat already, under the name of the person who typed them.
    """

    text: str = ""
    shown: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class OfferIdea(Command):
    """Offer an idea, or something to stop."""

    text: str
    kind: IdeaKind = IdeaKind.BETTER
    hours: str = ""
    named: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class ShowIdeas(Command):
    """The ideas there are. `page` counts from nought."""

    page: int = 0


@dataclass(frozen=True, slots=True)
class BackIdea(Command):
    """I would like this too."""

    idea: str


@dataclass(frozen=True, slots=True)
class ChangeIdea(Command):
    """The form with the words of my idea."""

    idea: str


@dataclass(frozen=True, slots=True)
class SaveIdea(Command):
    """Other words for my idea."""

    idea: str
    text: str
    hours: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawIdea(Command):
    """Take my idea back, everywhere."""

    idea: str


@dataclass(frozen=True, slots=True)
class AnswerIdea(Command):
    """The form for an answer."""

    idea: str


@dataclass(frozen=True, slots=True)
class SaveAnswer(Command):
    """What we say to an idea, and why. `by` is a day where it is planned."""

    idea: str
    verdict: Verdict
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class CompareIdea(Command):
    """The form that asks which other idea says the same."""

    idea: str


@dataclass(frozen=True, slots=True)
class ProposeMerge(Command):
    """Ask the author of an idea whether it is the same as another one."""

    idea: str
    other: str


@dataclass(frozen=True, slots=True)
class DecideMerge(Command):
    """Whether my idea may be merged into the one that I was asked about."""

    idea: str
    other: str
    agreed: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class ReadAnswers(Command):
    """What was said to the ideas that I have offered or back. It names none: it stands in the chats of both."""
