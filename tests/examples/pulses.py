"""Pulses: everybody's own is the one that is open in their council."""

from __future__ import annotations

from bot.features.pulses.commands import AnswerPulse, ExplainAnswers
from tests.examples.councils import Councils
from tests.examples.example import Example


async def open_pulse(councils: Councils, workspace: str, _account: str) -> str:
    """The council's pulse."""
    return councils.pulses[workspace]


async def an_answer(councils: Councils, workspace: str, _account: str) -> dict[str, str]:
    """To the first question."""
    async with councils.world.product.store.view() as tx:
        pulse = await tx.pulses.get(councils.pulses[workspace])
    assert pulse is not None
    return {"pulse": pulse.id, "item": pulse.items[0], "score": "4"}


EXAMPLE = Example(
    things={"pulse": open_pulse},
    fields={"comment": "Please listen"},
    given={AnswerPulse: an_answer},
    explains=frozenset({ExplainAnswers}),
)
