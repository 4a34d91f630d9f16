"""The pages as the sender sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.people import Address
from bot.ports.sending import Outcome, Sent, Unfindable
from bot.views import View


@dataclass(frozen=True, slots=True)
class PageMessenger:
    """Sends nothing. A page is looked at: whoever has no chat finds what is new there, when they come.

    So every delivery to a page has arrived by being composed, and nothing of it is kept anywhere.
    """

    looks: bool = False

    async def send(self, to: Address, view: View, key: str) -> Outcome:  # noqa: ARG002 (the port's)
        """There is nowhere to push to."""
        return Sent("")

    async def update(self, to: Address, ref: str, view: View) -> Outcome:  # noqa: ARG002 (the port's)
        """What is looked at next time is up to date anyway."""
        return Sent(ref)

    async def find(self, to: Address, key: str, since: datetime) -> Unfindable:  # noqa: ARG002 (the port's)
        """Nothing was kept, so nothing can be found."""
        return Unfindable()
