"""An installation for the check to look at: a council that has lived through a week."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text

from bot.audit import check as checking
from bot.audit.check import Wanted
from bot.audit.findings import Report
from bot.audit.live import database
from bot.host.settings import Settings
from storage.ballots import opening_key, slots_key
from storage.engine import open_engines, sqlite_file
from tests.world import CLOSES, open_world, staff_list
from tests.world import OPENS as OPENING

FEW = 24


@dataclass(frozen=True, slots=True)
class Live:
    """An installation that has lived through a week: one pulse is sealed."""

    settings: Settings
    pulse: str
    keys: dict[str, bytes]
    copy: Path

    async def run(self, statement: str, **values: object) -> None:
        """Go round the service."""
        engines = open_engines(self.settings.database_url)
        async with engines.write.begin() as connection:
            await connection.execute(text(statement), values)
        await engines.dispose()

    async def guards(self) -> Mapping[str, str]:
        """The triggers of its database."""
        engines = open_engines(self.settings.database_url)
        try:
            return await database.guards(engines.read)
        finally:
            await engines.dispose()

    async def look(self, wanted: Wanted | None = None) -> Report:
        """The live half of the check."""
        engines = open_engines(self.settings.database_url)
        try:
            guards = await database.guards(engines.read)
            return Report(await checking.inspection(self.settings, wanted or Wanted(), engines, guards))
        finally:
            await engines.dispose()


async def lived(url: str, folder: Path) -> Live:
    """Let a council live through a week; its keys are copied while the pulse is open, and its file, if it has one."""
    copy = folder / "copy.sqlite"
    async with open_world(url, folder, staff_list()) as world:
        await world.at(OPENING)
        pulse = (await world.pulse()).id
        item = (await world.pulse()).items[0]
        for number in range(12):
            await world.ask(f"u{number}", "AnswerPulse", pulse=pulse, item=item, score=4)
            await world.ask(f"u{number}", "SaveComment", pulse=pulse, comment=f"We are heard {number}")
        keys = {name: (world.keys / name).read_bytes() for name in (slots_key(pulse), opening_key(pulse))}
        if file := sqlite_file(url):
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("VACUUM INTO ?", (str(copy),))
        await world.at(CLOSES)
    return Live(Settings(database=SecretStr(url), keys=folder / "keys"), pulse, keys, copy)
