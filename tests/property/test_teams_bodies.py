"""Whatever Teams could sign is answered: done or refused, and never with a failure or a word in the log."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.people import Platform
from tests.conftest import Databases
from tests.contract.stage import CHANNELS, Stage, open_stage
from tests.journal import logged
from tests.mutations import mutated
from tests.platforms.teams import LocalTeams
from tests.platforms.teams_visitor import TeamsVisitor
from tests.soak.figures import SOAK, Figure
from tests.world import OPENS

Json = dict[str, Any]
SEED = 1976
BODIES = 10_000 if SOAK else 300
MARKER = "Wurzelgemüse"
ANSWERS = {200, 400, 401, 403}
UNSAID = ('"trace"', "Traceback", "teams.failed", MARKER, json.dumps(MARKER)[1:-1])
INSIDE = 0.6
"""How many are twisted in what only we read: the others may not get past the door."""
KINDS = {
    "message",
    "message value",
    "adaptiveCard/action",
    "task/fetch",
    "task/submit",
    "task/submit hd_form",
    "installationUpdate",
    "conversationUpdate",
}


@pytest.fixture(params=["sqlite", "postgresql"] if SOAK else ["sqlite"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    databases: Databases = request.getfixturevalue(f"empty_{request.param}")
    with databases.copied(tmp_path) as database:
        async with open_stage(Platform.TEAMS, database, tmp_path / "stage") as opened:
            await opened.at(OPENS)
            yield opened


async def samples(person: TeamsVisitor) -> list[Json]:
    """An activity of every kind, as they come from somebody who uses the product."""
    await person.press("Agree")
    await person.press("Add a comment")
    await person.fill({"comment": MARKER})
    await person.say(f"story {MARKER} we did it")
    await person.press("Choose who may see it")
    await person.fill({"audience": "organisation", "named": "yes"})
    await person.say_in(CHANNELS[Platform.TEAMS][0], "speakup")
    await person.press("Speak up")
    await person.press("I have a code")
    await person.say("speakup")
    await person.fill({"body": f"{MARKER} it is not going well"})
    await person.install()
    await person.say("100days settings")
    await person.send({"type": "message", "value": {"hd_verb": "Home", "text": "plan"}, "replyToId": "1"})
    return [activity for activity, _ in person.sent]


def kind_of(activity: Json) -> str:
    """What it is, and what of ours is in it."""
    value = activity.get("value", {})
    ours = "value" if "hd_verb" in value else "hd_form" if "hd_form" in value.get("data", {}) else ""
    return f"{activity.get('name', activity['type'])} {ours}".strip()


def twisted(original: Json, number: int, chance: random.Random) -> bytes:
    """The same with something wrong in it, or in what our own cards and forms carry, which may be JSON in a string."""
    fresh = {**copy.deepcopy(original), "id": f"twisted {number}"}
    if "value" not in fresh or chance.random() > INSIDE:
        return mutated(fresh, chance, MARKER)
    inside = mutated(fresh["value"], chance, MARKER)
    if chance.random() < 0.2:
        return json.dumps({**fresh, "value": inside.decode(errors="replace")}).encode()
    whole = json.dumps({**fresh, "value": "(here)"}).encode()
    return whole.replace(b'"(here)"', inside)


async def test_any_body_that_teams_signs_is_answered(stage: Stage) -> None:
    """Activities of every kind, each twisted: no failure, no traceback, and no word of them in the log."""
    local, person = stage.platform, stage.person(5)
    assert isinstance(local, LocalTeams)
    assert isinstance(person, TeamsVisitor)
    chance = random.Random(SEED)
    originals = await samples(person)
    assert set(map(kind_of, originals)) >= KINDS
    seen: Counter[int] = Counter()
    failed = []
    with logged() as log:
        for number in range(BODIES):
            body = twisted(originals[number % len(originals)], number, chance)
            status = await _post(local, body)
            seen[status] += 1
            if status not in ANSWERS:
                failed.append((status, number, body[:500]))
    local.violations.clear()  # A twisted activity leads to twisted calls, which say nothing about ours.
    leaked = [line for line in log.getvalue().splitlines() if any(word in line for word in UNSAID)]
    assert not failed, f"seed {SEED}: {failed[:5]}"
    assert not leaked, f"seed {SEED}: {leaked[:5]}"
    assert min(seen[200], seen[400]) > BODIES / 10, seen
    Figure("Mutated bodies that Teams signed and that failed", len(failed), f"of {BODIES:,}", at_most=0).keep()


async def _post(local: LocalTeams, body: bytes) -> int:
    headers = {"Authorization": local.identities.header(), "Content-Type": "application/json"}
    async with local.session.post(f"{local.product}/api/messages", data=body, headers=headers) as answered:
        await answered.read()
        return answered.status
