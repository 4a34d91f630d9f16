from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

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
