"""Platforms that fail, and a process that dies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.people import Address
from bot.ports.sending import InDoubt, Outcome
from bot.views import View
from tests.world import Mailbox

LEASE = timedelta(seconds=61)


class Killed(BaseException):
    """The process died here."""


@dataclass(slots=True)
class Shaky(Mailbox):
    """A platform that answers 503 for a while. `lands` says whether the message arrived all the same."""

    broken: bool = True
    lands: bool = False
    edits_fail: int = 0
    poisoned: str = ""
    tried: list[str] = field(default_factory=list)

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        self.tried.append(to.ref)
        if to.ref == self.poisoned:
            raise KeyError("a defect in drawing")
        if not self.broken:
            return await Mailbox.send(self, to, view, key)
        if self.lands:
            await Mailbox.send(self, to, view, key)
        return InDoubt("HTTP 503")

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        if self.edits_fail:
            self.edits_fail -= 1
            return InDoubt("HTTP 503")
        return await Mailbox.update(self, to, ref, view)
