from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.end_to_end.slack_requests import NOON
from tests.platforms import slack_toy
from tests.platforms.slack import LocalSlack
from tests.platforms.teams import LocalTeams
from tests.platforms.teams_toy import Running, running


@pytest.fixture
async def teams() -> AsyncIterator[LocalTeams]:
    async with LocalTeams() as local:
        yield local


@pytest.fixture
async def toy(teams: LocalTeams) -> AsyncIterator[Running]:
    async with running(teams) as product:
        yield product


@pytest.fixture
async def product() -> AsyncIterator[slack_toy.Toy]:
    async with LocalSlack(clock=lambda: NOON) as slack, slack_toy.toy(lambda: NOON, slack) as running:
        yield running
