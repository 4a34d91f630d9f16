"""`hundred-days doctor`: what is configured, what is reachable, what is missing, in words."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.domain.programmes import Programme
from bot.errors import HundredDaysError, Misconfigured
from bot.host.settings import Settings

NOBODY = "Nobody yet. Run: hundred-days organisation create NAME, then import-people FILE.csv."
WAITS = "The pulse of the week of {week:%d %B %Y} waits for its trustee. Have them run: hundred-days pulse close"
TWICE = (
    "{names} run in the same weeks, so everybody is asked twice until {until:%d %B %Y}. Tell people why; two that are "
    "started like this are refused by now."
)
OK, TO_DO, OFF = "ok", "to do", "off"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: str
    words: str


def doctor() -> None:
    """Say what is configured, what answers, and what is missing. Exit status 1 if something is to be done."""
    findings = asyncio.run(_examine())
    table = Table("", "", "", box=None, show_header=False, padding=(0, 2, 0, 0))
    for finding in findings:
        table.add_row(Text(finding.state, style=_style(finding.state)), Text(finding.what), Text(finding.words))
    Console().print(table)
    raise SystemExit(any(finding.state == TO_DO for finding in findings))


async def _examine() -> list[Finding]:
    try:
        settings = Settings.read(os.environ)
    except Misconfigured as error:
        return [Finding(line.partition(":")[0], TO_DO, line.partition(": ")[2]) for line in str(error).splitlines()]
    database, ready = await _database(settings)
    return [
        database,
        await _keys(settings),
        _public_url(settings),
        *[finding async for finding in _slack(settings)],
        *list(_teams(settings)),
        *(await _people(settings) if ready else []),
    ]


async def _database(settings: Settings) -> tuple[Finding, bool]:
    """How the database stands, and whether it can be read as it is. Nothing is made or changed."""
    from storage.engine import open_engines, sqlite_file
    from storage.migrate import knows, newest, revision

    name = "HUNDRED_DAYS_DATABASE_URL"
    if not settings.database_url:
        advice = "Set it to sqlite:////var/lib/hundred-days/data.sqlite or postgresql://user@host/name."
        return Finding(name, TO_DO, advice), False
    try:
        file = sqlite_file(settings.database_url)
        if file is not None and not _exists(file):
            return Finding(name, *_to_be_made(file)), False
        engines = open_engines(settings.database_url)
        try:
            found = await revision(engines)
        finally:
            await engines.dispose()
    except HundredDaysError as error:
        return Finding(name, TO_DO, str(error)), False
    except Exception as error:  # noqa: BLE001 (a doctor reports whatever a driver says is wrong)
        words = f"The database does not answer ({type(error).__name__}). Is it running, and the address right?"
        return Finding(name, TO_DO, words), False
    if not found:
        return Finding(name, OK, "The database answers. It is empty; `serve` or `migrate` will make the tables."), False
    if not knows(found):
        return Finding(name, TO_DO, "A newer version of Hundred Days made this database. Install that one."), False
    if found != newest():
        words = f"The schema is {found}, this version expects {newest()}. Run `hundred-days migrate`."
        return Finding(name, TO_DO, words), False
    return Finding(name, OK, "The database answers, and its schema is up to date."), True


def _to_be_made(file: Path) -> tuple[str, str]:
    """Whether a database can be made there: in its folder, or in the nearest one above that exists."""
    folder = next(folder for folder in file.resolve().parents if folder.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return TO_DO, f"The database is not there yet, and this user cannot make it: {folder} cannot be written."
    return OK, "The database is not there yet; `serve` will make it."


async def _keys(settings: Settings) -> Finding:
    name = "HUNDRED_DAYS_KEYS"
    if settings.keys is None:
        return Finding(name, TO_DO, "Set it to a folder outside the database's folder and outside every backup.")
    if isinstance(settings.keys, Path):
        return Finding(name, *_folder(settings.keys, settings))
    from bot.host.app import open_keys

    try:
        await (await open_keys(settings)).names()
    except HundredDaysError as error:
        return Finding(name, TO_DO, str(error))
    return Finding(name, OK, f"The Vault at {settings.keys.url} answers, and lets us in at {settings.keys.mount}.")


def _folder(keys: Path, settings: Settings) -> tuple[str, str]:
    from storage.engine import sqlite_file

    try:
        file = sqlite_file(settings.database_url) if settings.database_url else None
    except HundredDaysError:
        file = None
    if file is not None and keys.resolve().is_relative_to(file.resolve().parent):
        return (
            TO_DO,
            "The folder lies inside the database's folder: a copy of that would hold the keys too. Move it elsewhere.",
        )
    if not keys.exists():
        return OK, "The folder is not there yet; `serve` will make it, readable by this user only."
    if not os.access(keys, os.R_OK | os.W_OK | os.X_OK):
        return TO_DO, f"The folder cannot be read and written by this user: {keys}."
    if keys.stat().st_mode & 0o077:
        return TO_DO, f"Others can read the folder. Run: chmod 700 {keys}"
    return OK, "The key store is there, and only this user can read it."


def _public_url(settings: Settings) -> Finding:
    name = "HUNDRED_DAYS_PUBLIC_URL"
    if settings.public_url.startswith("https://"):
        return Finding(name, OK, f"Slack and Teams will be told {settings.public_url}.")
    return Finding(name, TO_DO, "Set it to the https:// address under which Slack and Teams reach this service.")


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.slack:
        yield Finding("Slack", OFF, "Not configured. Set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET to use it.")
        return
    from adapters.slack.client import SlackMessenger
    from adapters.slack.config import SlackConfig

    token, secret = settings.slack_bot_token.get_secret_value(), settings.slack_signing_secret.get_secret_value()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        try:
            team = await SlackMessenger.over(http, SlackConfig(token, secret, settings.slack_api_url)).whoami()
            yield Finding("Slack", OK, f"Slack knows this bot, in the workspace {team}.")
        except HundredDaysError as error:
            yield Finding("Slack", TO_DO, str(error))


def _teams(settings: Settings) -> Iterator[Finding]:
    if not settings.teams:
        yield Finding(
            "Teams", OFF, "Not configured. Set TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID to use it."
        )
    else:
        yield Finding("Teams", OK, "Configured. Send the bot `help` in Teams to see that it answers.")


async def _people(settings: Settings) -> list[Finding]:
    """Who can be asked, and which pulse waits for somebody."""
    from bot.host import app
    from storage.engine import open_engines
    from storage.keys import KeyDirectory
    from storage.store import SqlStore

    engines = open_engines(settings.database_url)
    found = []
    try:
        async with SqlStore(engines, KeyDirectory(Path())).view() as tx:  # no key is needed to count
            for organisation in await tx.organisations.list_all():
                people, reachable = (
                    len(await tx.people.list_all(organisation.id)),
                    await tx.people.count_reachable(organisation.id),
                )
                words = f"{people} people, {reachable} of them can be reached. {_advice(people, reachable)}".strip()
                found.append(Finding(organisation.name, OK if reachable else TO_DO, words))
                waiting = [p for p in await tx.pulses.unfinished(organisation.id) if p.waits(app.now())]
                found += [Finding(organisation.name, TO_DO, WAITS.format(week=p.week)) for p in waiting]
                programmes = await tx.programmes.list_all(organisation.id)
                found += [Finding(organisation.name, TO_DO, words) for words in _twice(programmes, app.now().date())]
    finally:
        await engines.dispose()
    return found or [Finding("People", TO_DO, NOBODY)]


def _twice(programmes: Sequence[Programme], today: date) -> Iterator[str]:
    """Which programmes of an organisation that are not over ask in the same weeks."""
    for one, other in combinations(programmes, 2):
        until = min(one.ends, other.ends)
        if one.overlaps(other) and until >= today:
            yield TWICE.format(names=f"{one.name} and {other.name}", until=until)


def _advice(people: int, reachable: int) -> str:
    """What brings somebody to where they can be asked."""
    if not people:
        return "Bring them in: hundred-days import-people FILE."
    return "" if reachable else "Connect Slack or Teams, or give out links to the pages: hundred-days links."


def _exists(folder: Path) -> bool:
    return folder.exists()


def _style(state: str) -> str:
    return {OK: "green", TO_DO: "bold red", OFF: "dim"}[state]
