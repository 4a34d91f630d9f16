"""The browser platform as the sender sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.web import render
from adapters.web.chat import Chat, Posted
from bot.domain.ids import new_id
from bot.domain.people import Address
from bot.ports.clock import Clock
from bot.ports.sending import Outcome, Rejected, Sent
from bot.views import View


def posted(view: View, at: datetime) -> Posted:
    """A view as a message with a fresh id, which its buttons name."""
    message = new_id()
    return Posted(message, at, render.view(view, message), view.spoken())


@dataclass(frozen=True, slots=True)
class WebMessenger:
    """Puts messages into the chat."""

    chat: Chat
    clock: Clock
    looks: bool = True

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        """Post a message under a fresh id; the same key posts it once."""
        return Sent(await self.chat.post(to.ref, posted(view, self.clock()), key))

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        """Put another view in place of a message."""
        if not self.chat.belongs(ref, to.ref):
            return Rejected("no such message")
        await self.chat.replace(ref, view.spoken(), render.view(view, ref))
        return Sent(ref)

    async def find(self, to: Address, key: str, since: datetime) -> Sent | None:  # noqa: ARG002
        """Whether a message with this key was posted."""
        found = self.chat.by_key(key)
        return Sent(found) if found else None
