"""The route of Teams over real HTTP: odd, bad and foreign bodies, failures and tokens."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.platforms.teams import LocalTeams

Json = dict[str, Any]
SECRET = "the thing nobody may log"


async def status(teams: LocalTeams, body: bytes, header: str | None = None) -> int:
    headers = {"Content-Type": "application/json"} | ({"Authorization": header} if header else {})
    async with teams.session.post(f"{teams.product}/api/messages", data=body, headers=headers) as got:
        assert await got.read() == b"" or got.status == 200
        return got.status


@pytest.mark.usefixtures("toy")
async def test_opening_that_is_refused_says_why(teams: LocalTeams) -> None:
    """A dialog that cannot open says why, in a sentence."""
    whole = {"type": "invoke", "name": "task/fetch", "value": {"data": {"hd_verb": "Nothing"}}}
    got = await teams.visitor("ana").send(whole)
    assert got == {"task": {"type": "message", "value": "That is not something I can do."}}


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 200_000, 400),
        (b'{"a":"' + b"x" * 270_000 + b'"}', 413),
        (b"{}", 401),
        (b'{"type": 1, "serviceUrl": []}', 401),
    ],
)
async def test_bad_body_is_refused_quietly(
    teams: LocalTeams, caplog: pytest.LogCaptureFixture, body: bytes, expected: int
) -> None:
    """What is not a small JSON object from Teams gets a bare status, and no traceback or body in the log."""
    caplog.set_level(logging.DEBUG)
    assert await status(teams, body) == expected
    assert await status(teams, body) == expected
    assert "Traceback" not in caplog.text
    assert "xxxx" not in caplog.text


async def chunks(n: int) -> AsyncIterator[bytes]:
    for _ in range(n):
        yield b" " * 1024


@pytest.mark.usefixtures("toy")
async def test_endless_body_is_cut_off(teams: LocalTeams) -> None:
    """A body without a length is read no further than what is taken."""
    async with teams.session.post(f"{teams.product}/api/messages", data=chunks(300)) as got:
        assert got.status == 413


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    "odd",
    [
        {"timestamp": "not a time"},
        {"timestamp": {"a": 1}},
        {"entities": "none"},
        {"entities": [1, None, {"mentioned": 3}]},
        {"from": "ana"},
        {"from": {}},
        {"conversation": 7},
        {"text": 5},
        {"text": "pulse \ud800 \x00"},
        {"type": "invoke", "name": "adaptiveCard/action", "value": "x"},
        {"type": "invoke", "name": "task/submit", "value": {"data": {"hd_verb": "Keep", "hd_form": {"label": 1}}}},
        {"type": "invoke", "name": "unknown/thing"},
        {"type": "messageReaction"},
        {"type": 3},
    ],
)
async def test_genuine_but_odd_activity_never_fails(
    teams: LocalTeams, caplog: pytest.LogCaptureFixture, odd: Json
) -> None:
    """A signed activity of any shape is answered, by 400 where it asks for what we do not have, and leaves no trace."""
    caplog.set_level(logging.DEBUG)
    whole = teams.visitor("ana").activity({"type": "message", "text": f"pulse {SECRET}", **odd})
    got = await status(teams, json.dumps(whole).encode(), teams.identities.header())
    assert got in {200, 400, 403}
    assert "Traceback" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.usefixtures("toy")
async def test_other_tenants_are_refused(teams: LocalTeams) -> None:
    """A genuine activity from a tenant that is not ours gets 403."""
    whole = teams.visitor("ana").activity({"type": "message", "text": "help"})
    whole["channelData"] = {"tenant": {"id": "another"}}
    assert await status(teams, json.dumps(whole).encode(), teams.identities.header()) == 403


@pytest.mark.usefixtures("toy")
async def test_failure_is_logged_without_words(teams: LocalTeams, caplog: pytest.LogCaptureFixture) -> None:
    """When something breaks inside, the answer is a bare 500; the log has its kind, its place and nothing said."""
    caplog.set_level(logging.DEBUG)
    odd = {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "value": {"action": {"verb": "Vote", "data": {"score": "9"}}},
    }
    whole = teams.visitor("ana").activity(odd)
    teams.visitor("ana")
    body = json.dumps(whole).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.core.Core.handle", broken)
        assert await status(teams, body, teams.identities.header()) == 500
    [failed] = [r.__dict__ for r in caplog.records if r.message == "teams.failed"]
    assert failed["error"] == "RuntimeError"
    assert failed["place"].rstrip("0123456789") == "adapters.teams.server:"
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text


async def broken(*_: object) -> None:
    raise RuntimeError(SECRET)


@pytest.mark.usefixtures("toy")
async def test_one_token_serves_many_messages(teams: LocalTeams) -> None:
    """However many messages are answered within an hour, one token is asked for and the keys are read once."""
    for n in range(20):
        await teams.visitor(f"u{n}").say("help")
    assert teams.token_requests == 1
    assert teams.identities.key_requests == 1
