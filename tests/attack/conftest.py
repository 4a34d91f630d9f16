from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.attack.installation import Live, lived
from tests.conftest import Databases
from tests.platforms.pages import Site, open_site
from tests.world import OPENS, World


@pytest.fixture(params=["sqlite", "postgresql"])
async def live(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Live]:
    """A council with one sealed pulse, on each kind of database."""
    databases: Databases = request.getfixturevalue(f"empty_{request.param}")
    with databases.copied(tmp_path) as url:
        yield await lived(url, tmp_path)


@pytest.fixture
async def site(world: World) -> AsyncIterator[Site]:
    """The pages in front of a council whose first pulse has opened, on each kind of database."""
    await world.at(OPENS)
    async with open_site(world) as opened:
        yield opened
