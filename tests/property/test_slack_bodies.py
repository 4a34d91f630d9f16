"""Whatever Slack could sign is answered: done, refused or unknown, and never with a failure or a word in the log."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest

from bot.domain.people import Platform
from tests.conftest import Databases
from tests.contract.stage import Stage, open_stage
from tests.journal import logged
from tests.mutations import JsonValue, mutated, torn
from tests.platforms.slack import LocalSlack
from tests.platforms.slack_visitor import signed
from tests.soak.figures import SOAK, Figure
from tests.world import OPENS, slack_name

SEED = 1974
BODIES = 10_000 if SOAK else 300
MARKER = "Wurzelgemüse"
JSON = "application/json"
ANSWERS = {200, 400, 404, 413}


@dataclass(frozen=True)
class Sample:
    """A body as Slack sends it: a payload, alone or in a form, or the fields of a command."""

    kind: str
    content: dict[str, Any]
    content_type: str

    def twisted(self, chance: random.Random, number: int) -> bytes:
        """The same with something wrong in it, or in what our own buttons and forms carry."""
        fresh = json.loads(json.dumps(self.content).replace('"again"', f'"again{number}"'))
        carried = _carriers(fresh)
        if carried and chance.random() < 0.3:
            holder, name = chance.choice(carried)
            holder[name] = mutated(json.loads(holder[name]), chance, MARKER).decode(errors="replace")
            body = json.dumps(fresh).encode()
        else:
            body = mutated(fresh, chance, MARKER)
        return body if self.content_type == JSON else self._in_a_form(body, chance)

    def _in_a_form(self, body: bytes, chance: random.Random) -> bytes:
        if self.kind != "command":
            form = urlencode({"payload": body}).encode()
        else:
            try:
                fields = json.loads(body)
            except (ValueError, RecursionError):
                fields = None
            form = urlencode(fields, errors="replace").encode() if isinstance(fields, dict) else body
        return torn(form, chance) if chance.random() < 0.05 else form


def _carriers(node: JsonValue) -> list[tuple[dict[str, Any], str]]:
    """Where JSON of ours stands in a string."""
    if isinstance(node, list):
        return [found for each in node for found in _carriers(each)]
    if not isinstance(node, dict):
        return []
    own = [(node, name) for name in ("value", "private_metadata") if str(node.get(name, "")).startswith("{")]
    return own + [found for each in node.values() for found in _carriers(each)]


@pytest.fixture
async def stage(empty_sqlite: Databases, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(Platform.SLACK, empty_sqlite.sqlite(tmp_path), tmp_path / "stage") as opened:
        await opened.at(OPENS)
        yield opened


async def samples(local: LocalSlack) -> list[Sample]:
    """A body of every kind, as they come from people who use the product."""
    anna = local.visitor(slack_name("u5"))
    await anna.press("Agree")
    await anna.press("Add a comment")
    await anna.fill({"comment": MARKER})
    await anna.say("/story")
    await anna.fill({"text": f"{MARKER} we did it", "audience": "organisation", "named": "yes"})
    await anna.say(f"/story {MARKER} we did it")
    await anna.press("Choose who may see it")
    await anna.fill({"audience": "organisation"})
    await anna.say("/speakup")
    await anna.press("I have a code")
    local.state.modals[anna.user].pop()
    await anna.fill({"body": f"{MARKER} it is not going well"})
    local.state.modals[anna.user].clear()
    await anna.home()
    await anna.press("My settings")
    return [_sample(body, content_type) for body, content_type in local.told] + [*_of_slack(local)]


def _sample(body: str, content_type: str) -> Sample:
    if content_type == JSON:
        return _named(json.loads(body), content_type)
    fields = dict(parse_qsl(body))
    return _named(json.loads(fields["payload"]) if "payload" in fields else fields, content_type)


def _named(content: dict[str, Any], content_type: str) -> Sample:
    """The same with a trigger and an event that can be made new, so that it is no copy of another."""
    again: dict[str, Any] = {name: "again" for name in ("trigger_id", "event_id") if name in content}
    if content.get("type") == "view_submission":
        again["view"] = {**content["view"], "id": "again"}
    kind = "command" if "command" in content else _kind(content)
    return Sample(kind, {**content, **again}, content_type)


def _kind(content: dict[str, Any]) -> str:
    where = content.get("view", {}).get("type") or ("message" if "message" in content else "")
    return " ".join(filter(None, (content["type"], content.get("event", {}).get("type"), where)))


def _of_slack(local: LocalSlack) -> Iterator[Sample]:
    yield _named({"type": "url_verification", "challenge": MARKER, "token": MARKER}, JSON)
    events = ({"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": ["U0BOT"]}})
    for event in events:
        body = {"type": "event_callback", "team_id": local.workspace, "event_id": "again", "event": event}
        yield _named(body, JSON)


KINDS = {
    "command",
    "block_actions message",
    "block_actions home",
    "block_actions modal",
    "view_submission modal",
    "event_callback app_home_opened",
    "event_callback app_uninstalled",
    "event_callback tokens_revoked",
    "url_verification",
}


async def test_any_body_that_slack_signs_is_answered(stage: Stage) -> None:
    """Bodies of every kind, each twisted: no failure, no traceback, and no word of them in the log."""
    assert isinstance(stage.platform, LocalSlack)
    local = stage.platform
    chance = random.Random(SEED)
    originals = await samples(local)
    assert {sample.kind for sample in originals} == KINDS
    seen: Counter[int] = Counter()
    failed = []
    with logged() as log:
        async with aiohttp.ClientSession() as http:
            for number in range(BODIES):
                sample = originals[number % len(originals)]
                body = sample.twisted(chance, number)
                status = await _post(http, local, body, sample.content_type)
                seen[status] += 1
                if status not in ANSWERS:
                    failed.append((status, number, body[:500]))
    said = log.getvalue()
    assert not failed, f"seed {SEED}: {failed[:5]}"
    assert '"trace"' not in said and "Traceback" not in said and "slack.failed" not in said, said
    assert MARKER not in said and json.dumps(MARKER)[1:-1] not in said
    assert seen[200] > BODIES / 10 and seen[400] > BODIES / 10 and seen[404], seen
    Figure("Mutated bodies that Slack signed and that failed", len(failed), f"of {BODIES:,}", at_most=0).keep()


async def _post(http: aiohttp.ClientSession, local: LocalSlack, body: bytes, content_type: str) -> int:
    headers = signed(local.secret, body, int(local.clock().timestamp())) | {"Content-Type": content_type}
    async with http.post(f"{local.product}/slack/events", data=body, headers=headers) as answered:
        await answered.read()
        return answered.status
