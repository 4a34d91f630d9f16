from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.people import Platform
from tests.conftest import Databases
from tests.contract.stage import Stage, open_stage

EVERYWHERE = [(platform, "sqlite") for platform in Platform] + [(Platform.SLACK, "postgresql")]
"""No platform knows which database there is: each plays on one, and one of them on both."""


@pytest.fixture(params=EVERYWHERE, ids="-".join)
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """The product on each platform, and on each database."""
    platform, kind = request.param
    databases: Databases = request.getfixturevalue(f"empty_{kind}")
    with databases.copied(tmp_path) as database:
        async with open_stage(platform, database, tmp_path / "stage") as opened:
            yield opened
