"""Quotes: one of the comments of a council's last pulse, for its stewards."""

from __future__ import annotations

from bot.domain.people import STEWARDS
from bot.domain.quotes import Review
from bot.features.quotes import DecideQuote, ReviewQuotes
from tests.examples.councils import Councils
from tests.examples.example import Example
from tests.world import MONDAY


async def quote(councils: Councils, organisation: str) -> dict[str, str]:
    """A comment of an organisation that waits to be looked at, and a yes to it."""
    async with councils.world.product.store.view() as tx:
        [comment, *_] = await tx.quotes.offered(organisation, MONDAY)
    return {"comment": comment.id, "was": comment.review, "to": Review.APPROVED}


async def own_quote(councils: Councils, workspace: str, _account: str) -> dict[str, str]:
    """One of the account's council."""
    async with councils.world.product.store.view() as tx:
        pulse = await tx.pulses.get(councils.pulses[workspace])
    assert pulse is not None
    return await quote(councils, pulse.organisation)


EXAMPLE = Example(given={DecideQuote: own_quote}, only={ReviewQuotes: STEWARDS, DecideQuote: STEWARDS})
