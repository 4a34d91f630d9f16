from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.people import Platform
from tests.contract.stage import Stage, open_stage


@pytest.fixture(params=list(Platform))
async def stage(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """The product on each platform, on each database."""
    async with open_stage(request.param, database, tmp_path / "stage") as opened:
        yield opened
