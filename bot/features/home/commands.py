"""What can be asked of the front door."""

from __future__ import annotations

from dataclasses import dataclass

from bot.wire import Command, Flag

HOME = "100days"


@dataclass(frozen=True, slots=True)
class Home(Command):
    """/100days and a word: help, plan, settings, my data, here; or a command without its slash.

    `shown` says that the words stand in a chat already, under the name of the person who typed them.
    """

    text: str = ""
    shown: Flag = Flag.NO
