"""Slack says that the app was removed: over real HTTP, signed, and believed from nobody else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from adapters.slack import limits
from bot.administration import come_back
from bot.core import Request
from bot.domain.people import Identity, Platform
from tests.conftest import Databases
from tests.contract.stage import Stage, open_stage
from tests.platforms.slack import LocalSlack
from tests.platforms.slack_trouble import Trouble
from tests.platforms.slack_visitor import signed
from tests.world import BATCH, BEFORE, OPENS, slack_name

GONE = {"type": "app_uninstalled"}
BOT_TOKEN = {"type": "tokens_revoked", "tokens": {"oauth": ["U0ANNA"], "bot": ["U0BOT"]}}
USER_TOKEN = {"type": "tokens_revoked", "tokens": {"oauth": ["U0ANNA"]}}
NO_TOKENS = {"type": "tokens_revoked"}


@pytest.fixture
async def slack(empty_sqlite: Databases, tmp_path: Path) -> AsyncIterator[tuple[Stage, LocalSlack]]:
    """The council of every test, in Slack."""
    async with open_stage(Platform.SLACK, empty_sqlite.sqlite(tmp_path), tmp_path / "stage") as stage:
        assert isinstance(stage.platform, LocalSlack)
        yield stage, stage.platform


async def tell(local: LocalSlack, event: object, team: str = "", secret: str = "", number: int = 1) -> int:
    about = {"team_id": team or local.workspace, "api_app_id": "A0LOCAL", "event_id": f"Ev{number}"}
    body = {"type": "event_callback", "event": event, **about}
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
    local.removed = "account_inactive"
    assert await tell(local, event) == 200
    assert await tell(local, event) == 200, "the same event once more"
    await stage.at(BATCH)
    assert sent(local) == before


@pytest.mark.parametrize("event", [GONE, BOT_TOKEN], ids=["uninstalled", "revoked"])
async def test_what_is_told_after_a_return_stops_nothing(
    slack: tuple[Stage, LocalSlack], event: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """Slack accepts our token in that workspace: the app is there again, whatever a late event says."""
    stage, local = slack
    assert await tell(local, event) == 200
    assert "slack.departure_ignored" in caplog.messages
    await stage.at(OPENS)
    assert sent(local) > 20
    local.removed = "token_revoked"
    assert await tell(local, event) == 200, "what was ignored is not taken for a copy"
    await stage.product.core.handle(_told(local))
    before = sent(local)
    await stage.at(BATCH)
    assert sent(local) == before


TROUBLES = (Trouble("auth.test", status=500), Trouble("auth.test", retry_after=9), Trouble("auth.test", hang=0.5))


@pytest.mark.parametrize("trouble", TROUBLES, ids=["failure", "patience", "silence"])
async def test_while_slack_can_not_be_asked_it_is_to_tell_again(
    slack: tuple[Stage, LocalSlack], trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, so that the event comes again; until then nothing stops, and then it does."""
    stage, local = slack
    local.inject(trouble)
    with monkeypatch.context() as patch:
        patch.setattr(limits, "TRIGGER_SECONDS", 0.1)
        assert await tell(local, GONE) == 503
    await stage.at(OPENS)
    before = sent(local)
    assert before > 20
    local.removed = "account_inactive"
    assert await tell(local, GONE) == 200
    await stage.product.core.handle(_told(local))
    await stage.at(BATCH)
    assert sent(local) == before


async def test_a_store_that_does_not_answer_is_told_again(slack: tuple[Stage, LocalSlack], tmp_path: Path) -> None:
    """503 there, too: nothing that Slack says once is lost with the database."""
    _, local = slack
    local.removed = "account_inactive"
    with closing(sqlite3.connect(tmp_path / "data" / "test.sqlite")) as database:
        database.execute("ALTER TABLE workspaces RENAME TO lost")
        assert await tell(local, GONE) == 503
        database.execute("ALTER TABLE lost RENAME TO workspaces")
        assert await tell(local, GONE) == 200
        left = database.execute("SELECT count(*) FROM workspaces WHERE gone_since IS NOT NULL").fetchone()
    assert left == (1,)


async def test_the_same_event_does_not_undo_a_return(slack: tuple[Stage, LocalSlack]) -> None:
    """It comes again with another signature after the workspace is back, and Slack refuses our token for a moment."""
    stage, local = slack
    local.removed = "account_inactive"
    assert await tell(local, GONE) == 200
    await come_back(stage.product.store, Platform.SLACK, local.workspace)
    stage.clock.set(BEFORE + timedelta(seconds=9))
    assert await tell(local, GONE) == 200
    local.removed = ""
    await stage.at(OPENS)
    assert sent(local) > 20


@pytest.mark.parametrize("event", [USER_TOKEN, NO_TOKENS], ids=["user", "no tokens"])
async def test_a_token_of_somebody_else_is_nothing_to_us(
    slack: tuple[Stage, LocalSlack], event: dict[str, object]
) -> None:
    """A user's own token was revoked, or none is named: the app is still there, and nobody is asked."""
    stage, local = slack
    local.received.clear()
    assert await tell(local, event) == 200
    assert local.received == []
    await stage.at(OPENS)
    assert sent(local) > 20


@pytest.mark.parametrize("tokens", ["all", [], {"bot": "U0BOT"}], ids=["text", "list", "no list"])
async def test_tokens_of_another_shape_are_refused(slack: tuple[Stage, LocalSlack], tokens: object) -> None:
    """What Slack would not send is not read."""
    assert await tell(slack[1], {"type": "tokens_revoked", "tokens": tokens}) == 400


async def test_nobody_but_slack_can_say_so(slack: tuple[Stage, LocalSlack]) -> None:
    """Without Slack's signature it is refused; about another workspace it changes nothing here."""
    stage, local = slack
    assert await tell(local, GONE, secret="guessed") == 401
    local.removed = "account_inactive"
    assert await tell(local, GONE, team="T0OTHER") == 200
    local.removed = ""
    await stage.at(OPENS)
    assert sent(local) > 20


def _told(local: LocalSlack) -> Request:
    identity = Identity(Platform.SLACK, local.workspace, slack_name("u6"))
    return Request(identity, "TellStory", {"text": "A story", "audience": "organisation"})
