"""The whole check: rehearse the attacks, look at the installation, and put both together."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.audit.attacks import everything
from bot.audit.crowd import Plan
from bot.audit.findings import PROMISES, Finding, Report, Verdict, seen_through
from bot.audit.live import backups, database, keyring, logs, surroundings
from bot.audit.place import NoPlace, Place, throw_away
from bot.audit.rehearsal import rehearse
from bot.domain.pulses import TAKING
from bot.errors import Misconfigured
from bot.host.settings import Settings
from storage.engine import Engines, open_engines, sqlite_file
from storage.migrate import newest, revision

FULL, FAST = 200, 60
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look at besides the database and the key store, and how many invented people to rehearse with."""

    backups: Path | None = None
    logs: Path | None = None
    people: int = FULL


async def check(settings: Settings, wanted: Wanted, tell: Tell) -> Report:
    """Everything. The live installation is only read."""
    began = time.monotonic()
    engines = await _ready(settings)
    try:
        tell(f"Rehearsing the attacks with {wanted.people} invented people; nothing real takes part ...")
        rehearsed, guards = await rehearsal(settings, Plan(wanted.people))
        tell("Looking at the installation itself ...")
        looked = await inspection(settings, wanted, engines, guards)
    finally:
        await engines.dispose()
    findings = [*rehearsed, *looked]
    return Report(findings, list(surroundings.advice(settings)), time.monotonic() - began)


async def rehearsal(settings: Settings, plan: Plan) -> tuple[list[Finding], Mapping[str, str]]:
    """What the attacks on a throw-away organisation found, and the guards of its database."""
    try:
        async with throw_away(settings) as place:
            loot = await rehearse(place, plan)
            return seen_through(everything(loot)), await _guards(place)
    except NoPlace as error:
        reason = str(error)
        return [Finding(p, Verdict.UNKNOWN, "The attacks were not rehearsed.", ask=reason) for p in PROMISES], {}


async def inspection(settings: Settings, wanted: Wanted, engines: Engines, guards: Mapping[str, str]) -> list[Finding]:
    """What the installation shows by itself."""
    engine = engines.read
    states = await database.states(engine)
    over = [pulse for pulse, state in states["pulses"].items() if state not in TAKING]
    return [
        *await database.look(engine, guards),
        *await keyring.look(settings, engine),
        *await logs.look(engine, wanted.logs),
        *await backups.look(settings, wanted.backups, over),
        *surroundings.platforms(settings),
    ]


async def _guards(place: Place) -> Mapping[str, str]:
    engines = open_engines(place.database)
    try:
        return await database.guards(engines.read)
    finally:
        await engines.dispose()


async def _ready(settings: Settings) -> Engines:
    """The live database, if there is one with the schema of this version. Nothing is made or changed."""
    settings.must_serve()
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        raise Misconfigured("The database is not there yet, so there is nothing to check. Start `serve` first.")
    engines = open_engines(settings.database_url)
    try:
        found = await revision(engines)
    except (DBAPIError, OSError) as error:
        await engines.dispose()
        raise Misconfigured(
            f"The database does not answer ({type(error).__name__}). Run `hundred-days doctor` to see more."
        ) from error
    if found != newest():
        await engines.dispose()
        raise Misconfigured("The schema is not that of this version. Run `hundred-days migrate`, then check again.")
    return engines
