"""A start at which Slack does not answer: everything else runs, and Slack joins when it can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from adapters.slack import limits
from bot.domain.people import Platform
from bot.errors import Misconfigured
from bot.host.app import Product, listening, open_product
from bot.host.settings import Settings
from tests.conftest import Databases
from tests.platforms.slack import LocalSlack
from tests.platforms.slack_trouble import Trouble

ME = "auth.test"
REFUSED = Trouble(ME, error="invalid_auth")
DOWN = {
    "failure": Trouble(ME, status=503),
    "patience": Trouble(ME, retry_after=9),
    "reset": Trouble(ME, reset=True),
    "silence": Trouble(ME, hang=0.5, error="internal_error"),
    "fault": Trouble(ME, error="service_unavailable"),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ARRIVAL_SECONDS", 0.05)


@pytest.fixture
def settings(empty_sqlite: Databases, tmp_path: Path) -> dict[str, str]:
    return {
        "HUNDRED_DAYS_DATABASE_URL": empty_sqlite.sqlite(tmp_path),
        "HUNDRED_DAYS_KEYS": str(tmp_path / "keys"),
    }


@asynccontextmanager
async def started(settings: dict[str, str], troubles: Sequence[Trouble]) -> AsyncIterator[tuple[Product, LocalSlack]]:
    async with LocalSlack() as slack:
        slack.troubles += troubles
        async with open_product(Settings.read({**settings, **slack.environment()})) as product:
            yield product, slack


async def connected(product: Product, slack: LocalSlack) -> bool:
    async with product.store.view() as tx:
        return await tx.organisations.by_workspace(Platform.SLACK, slack.workspace) is not None


async def logged(event: str, caplog: pytest.LogCaptureFixture) -> None:
    async with asyncio.timeout(20):
        while event not in caplog.messages:  # noqa: ASYNC110 (the log has no event to wait for)
            await asyncio.sleep(0.02)


async def status(product: Product, path: str) -> int:
    async with (
        listening(product.site, "127.0.0.1", 0) as url,
        aiohttp.ClientSession(url) as session,
        session.get(path) as answered,
    ):
        return answered.status


@pytest.mark.parametrize("trouble", DOWN.values(), ids=DOWN)
async def test_slack_that_is_down_stops_nothing_else(
    settings: dict[str, str],
    trouble: Trouble,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pages answer at once; as soon as Slack does, its workspace is connected, and the log says both."""
    caplog.set_level("INFO")
    if trouble.hang:
        monkeypatch.setattr(limits, "TRIGGER_SECONDS", 0.25)
    async with started(settings, [trouble] * 10_000) as (product, slack):
        assert "slack.unreachable" in caplog.messages
        assert not await connected(product, slack)
        assert await status(product, "/healthz") == 200
        slack.troubles.clear()
        await logged("slack.connected", caplog)
        assert await connected(product, slack)


async def test_a_wrong_token_is_a_clear_error_at_the_start(settings: dict[str, str]) -> None:
    """Who set it is there to read why nothing starts."""
    with pytest.raises(Misconfigured, match="does not accept SLACK_BOT_TOKEN: invalid_auth"):
        async with started(settings, [REFUSED]):
            pass


async def test_a_token_that_is_refused_later_is_said_and_not_tried_again(
    settings: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """What runs already goes on running."""
    async with started(settings, [DOWN["failure"], REFUSED]) as (product, slack):
        await logged("slack.not_connected", caplog)
        asked = len(slack.received)
        await asyncio.sleep(0.2)
        assert len(slack.received) == asked
        assert await status(product, "/healthz") == 200


async def test_a_stop_does_not_wait_for_slack(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a wait, or of a question that gets no answer, the service ends and leaves nothing running."""
    before = asyncio.all_tasks()
    monkeypatch.setattr(limits, "ARRIVAL_SECONDS", 3600.0)
    async with asyncio.timeout(20), started(settings, [DOWN["failure"]]):
        pass
    assert [task for task in asyncio.all_tasks() - before if "_again" in repr(task.get_coro())] == []
