"""What leaves the database: logs and payloads."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.audit.company import everything_logged
from bot.domain.people import Platform
from tests.conftest import Databases
from tests.contract.stage import Stage, account, open_stage
from tests.platforms.slack import LocalSlack
from tests.platforms.teams import LocalTeams
from tests.world import CLOSES, DIGEST, OPENS

SENTINEL = "zqsentinelzq"


@pytest.fixture(params=[("slack", "sqlite"), ("slack", "postgresql"), ("teams", "sqlite")], ids="-".join)
async def outside(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """The product on the platforms that others run, and on each database."""
    platform, kind = request.param
    databases: Databases = request.getfixturevalue(f"empty_{kind}")
    with databases.copied(tmp_path) as database:
        async with open_stage(Platform(platform), database, tmp_path / "stage") as opened:
            yield opened


async def test_p13_logs_are_silent(outside: Stage) -> None:
    """A whole week at DEBUG, a clock ten minutes off and a wrong secret: no word anybody wrote, no account, no name."""
    with everything_logged() as log:
        await _a_week(outside)
    written = log.getvalue()
    assert "pulse.sealed" in written
    assert SENTINEL not in written
    assert account(outside.kind, 5) not in written.replace(outside.programme.id, "")
    assert "Person 5" not in written


async def _a_week(outside: Stage) -> None:
    person = outside.person(5)
    await outside.at(OPENS)
    await person.press("Agree")
    await person.press("Add a comment")
    await person.fill({"comment": f"{SENTINEL} words"})
    await person.say("/speakup")
    await person.fill({"body": f"{SENTINEL} words"})
    await person.say(f"/story {SENTINEL} words")
    await _with_a_wrong_clock(outside)
    await outside.at(CLOSES)
    await outside.at(DIGEST)


async def test_p15_no_payload_holds_an_answer(outside: Stage) -> None:
    """What the platform is sent after a one and after a five is the same, and never holds a comment."""
    await outside.at(OPENS)
    sent = []
    for number, label in ((5, "Strongly disagree"), (6, "Strongly agree")):
        before = len(_payloads(outside))
        await outside.person(number).press(label)
        await outside.person(number).press("Add a comment")
        await outside.person(number).fill({"comment": f"{SENTINEL} {label}"})
        await outside.person(number).sees()
        sent.append([_anonymous(payload, outside, number) for payload in _payloads(outside)[before:]])
    assert sent[0] == sent[1]
    assert SENTINEL not in json.dumps(_payloads(outside), default=str)


async def _with_a_wrong_clock(stage: Stage) -> None:
    """Send something signed ten minutes ago, and something signed by somebody else."""
    if not isinstance(stage.platform, LocalSlack):
        return
    true_clock, true_secret = stage.platform.clock, stage.platform.secret
    stage.platform.clock = lambda: true_clock() - timedelta(minutes=10)
    with pytest.raises(AssertionError):
        await stage.person(5).say(f"/story {SENTINEL}")
    stage.platform.clock, stage.platform.secret = true_clock, "wrong"
    with pytest.raises(AssertionError):
        await stage.person(5).say(f"/story {SENTINEL}")
    stage.platform.secret = true_secret


def _payloads(stage: Stage) -> list[object]:
    if isinstance(stage.platform, LocalSlack):
        return [(one.method, one.payload) for one in stage.platform.received]
    assert isinstance(stage.platform, LocalTeams)
    return list(stage.platform.received)


def _anonymous(payload: object, stage: Stage, number: int) -> str:
    """A payload without what differs between any two people."""
    words = json.dumps(payload, default=str).replace(account(stage.kind, number), "SOMEBODY")
    return "".join(character for character in words if not character.isdigit())
