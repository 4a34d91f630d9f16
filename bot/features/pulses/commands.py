"""What can be asked of pulses."""

from __future__ import annotations

from dataclasses import dataclass

from bot.wire import Command, Flag


@dataclass(frozen=True, slots=True)
class ShowPulse(Command):
    """/pulse: show me the pulse that is open."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class AnswerPulse(Command):
    """My answer to one question, in place of an earlier one."""

    pulse: str
    item: str
    score: int


@dataclass(frozen=True, slots=True)
class WriteComment(Command):
    """I want to add a comment."""

    pulse: str


@dataclass(frozen=True, slots=True)
class SaveComment(Command):
    """My comment, in place of an earlier one."""

    pulse: str
    comment: str
    quotable: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class ExplainAnswers(Command):
    """What happens with my answer?"""

    pulse: str
