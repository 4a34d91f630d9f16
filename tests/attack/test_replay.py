"""P12: what was signed once and comes again, five times, in any order, even after the close, has had its one effect."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.domain.people import Platform
from tests.conftest import Databases
from tests.contract.stage import Stage, open_stage
from tests.exact import listening
from tests.platforms.slack import LocalSlack
from tests.platforms.teams import LocalTeams
from tests.world import CLOSES, OPENS, every_row

TIMES = 5
LATE = timedelta(minutes=2)
"""Within the five minutes for which a signature of Slack is good."""
PLACES = [(platform, kind) for platform in ("slack", "teams") for kind in ("sqlite", "postgresql")]


@dataclass(slots=True)
class Tape:
    """Everything that was sent to the product, word for word, with its signature."""

    session: aiohttp.ClientSession
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def post(self, url: str, **what: Any) -> Any:
        """What the platform's visitors use to send: it is sent, and kept."""
        self.sent.append((url, what))
        return self.session.post(url, **what)

    async def again(self, url: str, what: dict[str, Any]) -> int:
        async with self.session.post(url, **what) as response:
            await response.read()
            return response.status

    async def all_again(self, seed: int) -> set[int]:
        """Everything five times, in an order of its own, several at once; which statuses were answered."""
        copies = self.sent * TIMES
        random.Random(seed).shuffle(copies)
        statuses: set[int] = set()
        for start in range(0, len(copies), 8):
            statuses |= set(await asyncio.gather(*(self.again(url, what) for url, what in copies[start : start + 8])))
        return statuses


@dataclass(frozen=True, slots=True)
class Recorded:
    """The product on a platform, with a tape running."""

    stage: Stage
    tape: Tape
    database: str

    async def rows(self) -> dict[str, Counter[str]]:
        """Every row there is, except the envelopes, which are what replays are known by."""
        return await every_row(self.database, but=("envelopes",))

    async def count(self, table: str) -> int:
        return (await self.rows())[table].total()

    async def seen(self) -> list[str]:
        """What stands in the channels, and before somebody else. Who asks to read again may be shown it again."""
        return [await self.stage.general(), await self.stage.housing(), await self.stage.person(13).sees()]


@pytest.fixture(params=PLACES, ids="-".join)
async def recorded(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Recorded]:
    """The product on each platform that others run, over real HTTP, on each database."""
    platform, kind = request.param
    databases: Databases = request.getfixturevalue(f"empty_{kind}")
    with databases.copied(tmp_path) as database:
        async with open_stage(Platform(platform), database, tmp_path / "stage") as stage:
            assert isinstance(stage.platform, LocalSlack | LocalTeams)
            tape = Tape(stage.platform.session)
            stage.platform.session = tape  # type: ignore[assignment] # It posts, and that is all that visitors do.
            try:
                yield Recorded(stage, tape, database)
            finally:
                stage.platform.session = tape.session


async def test_p12_what_comes_again_while_the_pulse_is_open_changes_nothing(recorded: Recorded) -> None:
    """Five copies of every press, form and command, shuffled: no answer is put back to an earlier one, no story or
    conversation is there twice, and nobody else sees anything more."""
    await recorded.stage.at(OPENS)
    await _everything(recorded.stage)
    items = await recorded.count("ballots")
    before, seen = await recorded.rows(), await recorded.seen()
    assert await recorded.tape.all_again(1) == {200}
    assert await recorded.rows() == before
    assert await recorded.seen() == seen
    assert (items, await recorded.count("stories"), await recorded.count("threads")) == (2, 1, 1)


async def test_p12_what_comes_again_after_the_close_changes_nothing(recorded: Recorded) -> None:
    """Copies of what was answered just before, five of each, arrive when the pulse has closed and their signature still
    holds; and again days later. Nothing opens again, nobody else sees anything more, and each answer counts once."""
    await recorded.stage.at(OPENS)
    recorded.stage.clock.set(CLOSES - LATE)
    await _everything(recorded.stage)
    for number in range(6, 13):
        await recorded.stage.person(number).press("Agree")
    with listening() as listener:
        await recorded.stage.at(CLOSES)
    before, seen = await recorded.rows(), await recorded.seen()
    for days, seed in ((0, 2), (3, 3)):
        recorded.stage.clock.set(CLOSES + LATE + timedelta(days=days))
        assert await recorded.tape.all_again(seed) <= {200, 401}
        assert await recorded.rows() == before
        assert await recorded.seen() == seen
    assert before["ballots"].total() == 0
    assert [list(heard.counts.values()) for heard in listener.heard] == [[[0, 0, 0, 8, 0]]]


async def _everything(stage: Stage) -> None:
    """One person answers, changes their mind, comments, tells a story and opens a conversation."""
    person = stage.person(5)
    await person.press("Strongly disagree")
    await person.press("Agree")
    await person.press("Add a comment")
    await person.fill({"comment": "More notice would help"})
    await person.say("/story")
    await person.fill({"text": "We closed the form nobody read", "audience": "organisation", "named": "yes"})
    await person.say("/speakup")
    await person.fill({"body": "Please listen"})
