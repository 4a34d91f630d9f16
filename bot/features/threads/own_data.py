"""What is held of the conversations that somebody has opened, and how it is forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import Call
from bot.views import Element, Fields
from bot.words import N_

WRITTEN = N_("What you have written")
GOES = N_("Your words in conversations you opened, as far as they still lead to you; these are closed, for ever.")
STAYS = N_("If you lead a unit: that somebody has written to you, because it is theirs.")


async def show(call: Call) -> Sequence[Element]:
    """How many open conversations lead to this person."""
    t = call.words
    threads = await call.tx.threads.by_author(call.organisation.id, call.person.id)
    rows = (
        (t(N_("Open conversations with your name")), str(sum(bool(thread.author) for thread in threads))),
        (t(N_("Open conversations without your name")), str(sum(not thread.author for thread in threads))),
    )
    return (Fields(rows),)


async def erase(call: Call) -> None:
    """Take back what this person has written in conversations that lead to them, and close these."""
    for thread in await call.tx.threads.by_author(call.organisation.id, call.person.id):
        await call.tx.traces.take_back(thread.id)
        await call.tx.threads.close(thread.id)
