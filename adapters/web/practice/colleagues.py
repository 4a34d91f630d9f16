"""Sixty invented colleagues. They answer through the same door as everybody else, under the same thresholds."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from bot.core import Core, Request
from bot.domain.people import Identity
from bot.domain.pulses import Pulse
from bot.views import Buttons, Replace, Reply, Show
from bot.wire import Command

ANSWERING, COMMENTING, LETTING = 0.78, 0.85, 0.3
ANSWER, COMMENT, STORY = "AnswerPulse", "SaveComment", "TellStory"
REVIEW, YES = "ReviewQuotes", "approved"


@dataclass(frozen=True, slots=True)
class Turn:
    """A colleague who is about to answer, what is on their mind, and whether they may put it in words."""

    account: Identity
    remark: Mapping[str, Any]
    writes: bool


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Accounts that act by themselves, each the same way in each week."""

    core: Core
    accounts: Sequence[Identity]
    comments: Sequence[Mapping[str, Any]]
    stories: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, core: Core, accounts: Sequence[Identity]) -> Colleagues:
        """These accounts, with what the practice workspace has them write."""
        source = resources.files("adapters.web.practice") / "colleagues.toml"
        written = tomllib.loads(source.read_text(encoding="utf-8"))
        return cls(core, accounts, written["comments"], written["stories"])

    def turns(self, pulse: Pulse) -> list[Turn]:
        """Who will answer a pulse and what they think, in the order they do. Nobody writes what another has written."""
        chance = random.Random(f"{pulse.week}")  # noqa: S311 (a story to be told, not a secret)
        order, remarks = list(self.accounts), list(self.comments)
        chance.shuffle(order)
        chance.shuffle(remarks)
        answering = order[: int(len(order) * ANSWERING)]
        return [Turn(account, remarks[n % len(remarks)], n < len(remarks)) for n, account in enumerate(answering)]

    async def answer(self, pulse: Pulse, turn: Turn) -> None:
        """One colleague presses a button for each question, and perhaps writes a comment."""
        chance = random.Random(f"{pulse.week} {turn.account.user}")  # noqa: S311
        for item in pulse.items:
            tilt = random.Random(item).uniform(-0.6, 1.1)  # noqa: S311 (some questions please more than others)
            score = max(1, min(5, round(chance.gauss(turn.remark["mood"] + tilt, 0.8))))
            await self._ask(turn.account, ANSWER, pulse=pulse.id, item=item, score=str(score))
        if turn.writes and chance.random() < COMMENTING:
            # They write the same each week, and words that a digest could quote are never quoted again.
            quotable = "yes" if turn.remark.get("quotable") and chance.random() < LETTING else "no"
            await self._ask(turn.account, COMMENT, pulse=pulse.id, comment=turn.remark["text"], quotable=quotable)

    async def tell(self, number: int) -> None:
        """One colleague tells a story."""
        story = self.stories[number % len(self.stories)]
        account = self.accounts[(number * 17 + 5) % len(self.accounts)]
        named = "yes" if story["named"] else "no"
        values = {"kind": story["kind"], "text": story["text"], "changed": story["changed"]}
        await self._ask(account, STORY, audience="organisation", named=named, **values)

    async def review(self, steward: Identity) -> None:
        """The steward looks at what may be quoted, and says yes to each that nobody has looked at yet."""
        view = await self._ask(steward, REVIEW)
        while press := _yes(view):
            view = await self._ask(steward, press.name(), **press.write())

    async def _ask(self, account: Identity, action: str, **values: str) -> Reply:
        return await self.core.handle(Request(account, action, values))


def _yes(reply: Reply) -> Command | None:
    """The first button of a list of comments that lets one be quoted."""
    elements = reply.view.body if isinstance(reply, (Show, Replace)) else ()
    presses = (button.sends for element in elements if isinstance(element, Buttons) for button in element.items)
    return next((press for press in presses if press.write().get("to") == YES), None)
