"""Slack says that the app was removed: over real HTTP, signed, and believed from nobody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.core import Request
from bot.domain.people import Identity, Platform
from tests.conftest import Databases
from tests.contract.stage import Stage, open_stage
from tests.platforms.slack import LocalSlack
from tests.platforms.slack_visitor import signed
from tests.world import BATCH, OPENS, slack_name

GONE = {"type": "app_uninstalled"}
BOT_TOKEN = {"type": "tokens_revoked", "tokens": {"oauth": ["U0ANNA"], "bot": ["U0BOT"]}}
USER_TOKEN = {"type": "tokens_revoked", "tokens": {"oauth": ["U0ANNA"]}}
ODD = (
    {"type": "tokens_revoked"},
    {"type": "tokens_revoked", "tokens": "all"},
    {"type": "tokens_revoked", "tokens": []},
)


@pytest.fixture
async def slack(empty_sqlite: Databases, tmp_path: Path) -> AsyncIterator[tuple[Stage, LocalSlack]]:
    """The council of every test, in Slack."""
    async with open_stage(Platform.SLACK, empty_sqlite.sqlite(tmp_path), tmp_path / "stage") as stage:
        assert isinstance(stage.platform, LocalSlack)
        yield stage, stage.platform


async def tell(local: LocalSlack, event: object, team: str = "", secret: str = "") -> int:
    body = {"type": "event_callback", "team_id": team or local.workspace, "api_app_id": "A0LOCAL", "event": event}
    raw = json.dumps(body).encode()
    headers = signed(secret or local.secret, raw, int(local.clock().timestamp()))
    async with aiohttp.ClientSession() as session:
        url = f"{local.product}/slack/events"
        async with session.post(url, data=raw, headers={**headers, "Content-Type": "application/json"}) as answered:
            assert await answered.text() == ""
            return answered.status


def sent(local: LocalSlack) -> int:
    return sum(each.method == "chat.postMessage" for each in local.received)


@pytest.mark.parametrize("event", [GONE, BOT_TOKEN], ids=["uninstalled", "revoked"])
async def test_when_the_app_is_removed_nothing_is_sent_any_more(
    slack: tuple[Stage, LocalSlack], event: dict[str, object]
) -> None:
    """Neither what waited already nor what falls due later leaves for that workspace, and nothing is tried again."""
    stage, local = slack
    await stage.at(OPENS)
    before = sent(local)
    assert before > 20
    await stage.product.core.handle(_told(local))
    assert await tell(local, event) == 200
    assert await tell(local, event) == 200, "the same envelope once more"
    await stage.at(BATCH)
    assert sent(local) == before


@pytest.mark.parametrize("event", [USER_TOKEN, *ODD], ids=["user", "no tokens", "text", "list"])
async def test_a_token_of_somebody_else_is_nothing_to_us(
    slack: tuple[Stage, LocalSlack], event: dict[str, object]
) -> None:
    """A user's own token was revoked, or none is named: the app is still there."""
    stage, local = slack
    assert await tell(local, event) == 200
    await stage.at(OPENS)
    assert sent(local) > 20


async def test_nobody_but_slack_can_say_so(slack: tuple[Stage, LocalSlack]) -> None:
    """Without Slack's signature it is refused; about another workspace it changes nothing here."""
    stage, local = slack
    assert await tell(local, GONE, secret="guessed") == 401
    assert await tell(local, GONE, team="T0OTHER") == 200
    await stage.at(OPENS)
    assert sent(local) > 20


def _told(local: LocalSlack) -> Request:
    identity = Identity(Platform.SLACK, local.workspace, slack_name("u6"))
    return Request(identity, "TellStory", {"text": "A story", "audience": "organisation"})
