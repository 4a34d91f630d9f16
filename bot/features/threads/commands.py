"""What can be asked of conversations."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.threads import Hearing, Recipient
from bot.wire import Command, Flag


@dataclass(frozen=True, slots=True)
class SpeakUp(Command):
    """/speakup: write to a leader. What is typed after it goes into the form, and to nobody.

    `shown` says that the words stand in a chat already, under the name of the person who typed them.
    """

    text: str = ""
    shown: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class MyThreads(Command):
    """The conversations I am in, as an author or as a leader."""


@dataclass(frozen=True, slots=True)
class OpenThread(Command):
    """Open a conversation."""

    body: str
    recipient: Recipient = Recipient.LEADER
    hear: Hearing = Hearing.HERE


@dataclass(frozen=True, slots=True)
class ReadThread(Command):
    """Read a conversation, and perhaps answer."""

    thread: str


@dataclass(frozen=True, slots=True)
class EnterCode(Command):
    """I have a code."""


@dataclass(frozen=True, slots=True)
class UseCode(Command):
    """Here it is."""

    code: str


@dataclass(frozen=True, slots=True)
class SayInThread(Command):
    """Say something more in a conversation. `thread` is what this side of it calls it by: see `Seat`."""

    thread: str
    body: str


@dataclass(frozen=True, slots=True)
class CloseThread(Command):
    """End a conversation, and destroy the way back to its author. `thread` is what this side of it calls it by."""

    thread: str


@dataclass(frozen=True, slots=True)
class PutAway(Command):
    """I have read it."""
