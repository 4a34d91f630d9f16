"""An installation of an older version, as `make` kept it, opened by this one: its rows, its keys, and the chats."""

from __future__ import annotations

import asyncio
import base64
import gzip
import itertools
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from sqlalchemy.ext.asyncio import create_async_engine

from bot.host.app import Product, listening, open_product
from bot.host.settings import Settings
from storage.engine import database_url, sqlite_file
from tests.platforms.pages import Browser, Site
from tests.platforms.slack import LocalSlack
from tests.platforms.slack_state import Item, Modal, ResponseUrl
from tests.platforms.slack_state import shown as slack_shown
from tests.platforms.teams import LocalTeams, Posted
from tests.platforms.teams_cards import shown as card_shown
from tests.platforms.teams_visitor import Dialog, TeamsVisitor

Json = dict[str, Any]
DATA = Path(__file__).parent / "data"
SLACK_URL, TEAMS_URL = "http://slack.invalid", "http://teams.invalid"
WORKSPACE = "T0LOCAL"
TENANT, APP = "7a1d2f0e-0000-4000-8000-00000000cafe", "3b6f1c52-0000-4000-8000-0000000000b0"
CHANNELS = ("C0GENERAL", "C0HOUSING", "19:roads@thread.tacv2")
CHATS = (*(f"U{n}" for n in range(10)), "USTEWARD", *(f"u{n}" for n in range(14, 23)))
"""The accounts that people have in a chat; three more are on the pages."""
FRESH = 1_000
"""What happens from now on is numbered from here, so that no platform names two things alike."""


@dataclass(slots=True)
class Clock:
    """Stands still between the times a test sets."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Upgraded:
    """This version, serving what the older one left: on Slack, on Teams and on the pages, over real HTTP.

    `told` is what people know besides: a code, a link, and the pages that somebody has open.
    """

    product: Product
    clock: Clock
    slack: LocalSlack
    teams: LocalTeams
    url: str
    http: aiohttp.ClientSession
    chat: Json
    told: Json
    database: str
    _seen: dict[str, int] = field(default_factory=dict)

    async def at(self, when: datetime) -> None:
        """Set the clock, and let everything happen that is due, as `serve` does when it has just been started."""
        self.clock.now = when
        await self.product.worker.tidy()
        await self.product.worker.step()

    def browser(self, cookie: str = "") -> Browser:
        """A browser at the pages, with the session it had, if any."""
        return Browser(cast("Site", SimpleNamespace(url=self.url, http=self.http)), cookie)

    def messages(self, account: str, since: int = 0) -> list[str]:
        """What stands in the chat of an account, or in a channel: a text a message, each as it is now."""
        if account[0] in "CU":
            return [slack_shown(item.payload["blocks"]) for item in self.slack.messages(account)[since:]]
        return [card_shown(posted.card(account)) for posted in self._posted(account)[since:]]

    def new(self, account: str) -> list[str]:
        """What the product has sent there since this was last asked."""
        found = self.messages(account, self._seen.get(account, 0))
        self._seen[account] = self._seen.get(account, 0) + len(found)
        return found

    def _posted(self, account: str) -> list[Posted]:
        place = account if account.startswith("19:") else self.teams.home(account)
        return self.teams.conversations.get(place, [])

    def look(self) -> None:
        """Have seen all that stands anywhere."""
        for account in (*CHATS, *CHANNELS):
            self.new(account)

    async def press_slack(self, user: str, label: str) -> None:
        """Press the first such button of the newest old message that has one, in the form that it had then."""
        visitor = self.slack.visitor(user)
        mine = [i for i in self.chat["slack"]["items"] if user in {i["only_for"], i["channel"].removeprefix("D")}]
        order, button = _newest((i["order"], b) for i in mine for b in actions(i["payload"]) if _label(b) == label)
        item = next(item for item in self.slack.state.items if item.order == order)
        action = {key: button[key] for key in ("type", "action_id", "text", "value")} | {"block_id": "b"}
        await visitor._interact({"type": "block_actions", "actions": [action], **visitor._on(item)})

    async def press_teams(self, user: str, label: str, *, old_client: bool = False) -> None:
        """The same for a card. An old client does not know Action.Execute."""
        visitor, home = self.teams.visitor(user), self.teams.home(user)
        cards = [
            (p["order"], p["cards"].get(user) or p["activity"]["attachments"][0]["content"])
            for p in self.chat["teams"]["conversations"][home]
        ]
        order, button = _newest((order, b) for order, card in cards for b in actions(card) if _label(b) == label)
        posted = next(posted for posted in self.teams.conversations[home] if posted.order == order)
        await visitor._press(button["fallback"] if old_client else button, posted, home)


def kept(name: str) -> str:
    """One of the files that `make` wrote."""
    return gzip.decompress((DATA / f"{name}.gz").read_bytes()).decode()


@asynccontextmanager
async def upgraded(database: str, folder: Path) -> AsyncIterator[Upgraded]:
    """Put the older version's data into an empty database, and start this version on it as `serve` would."""
    told: Json = json.loads(kept("told.json"))
    clock = Clock(datetime.fromisoformat(told["frozen"]))
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LocalSlack(clock, WORKSPACE))
        teams = await stack.enter_async_context(LocalTeams(workspace=TENANT, app_id=APP))
        urls = {SLACK_URL: slack.url, TEAMS_URL: teams.url}
        await _fill(database, urls)
        _keys(folder / "keys")
        chat: Json = json.loads(_here(kept("chat.json"), urls))
        _slack(slack, chat["slack"])
        _teams(teams, chat["teams"])
        given = {"HUNDRED_DAYS_DATABASE_URL": database, "HUNDRED_DAYS_KEYS": str(folder / "keys")}
        settings = Settings.read({**given, **slack.environment(), **teams.environment()})
        product = await stack.enter_async_context(open_product(settings, clock))
        url = await stack.enter_async_context(listening(product.site, "127.0.0.1", 0))
        slack.point_at(url)
        teams.point_at(url)
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        old = Upgraded(product, clock, slack, teams, url, http, chat, told, database)
        old.look()
        yield old


def actions(node: object) -> Iterator[Json]:
    """Every button in a payload, whole: on Slack a `button`, on Teams an `Action`."""
    if isinstance(node, list):
        for each in node:
            yield from actions(each)
    elif isinstance(node, dict):
        if node.get("type") == "button" or str(node.get("type")).startswith("Action."):
            yield node
        else:
            yield from actions(list(node.values()))


def _label(button: Json) -> str:
    title = button.get("title") or button["text"]["text"]
    return str(title).replace("\u2060", "")


def _newest(buttons: Iterable[tuple[int, Json]]) -> tuple[int, Json]:
    """The first button of the newest message; fails where there is none."""
    return max(buttons, key=itemgetter(0))


def _here(words: str, urls: Mapping[str, str]) -> str:
    """With the addresses that the local platforms have this time."""
    for said, real in urls.items():
        words = words.replace(said, real)
    return words


async def _fill(database: str, urls: Mapping[str, str]) -> None:
    """Run the dump that was made of the older version's database."""
    file = sqlite_file(database)
    if file is not None:
        await asyncio.to_thread(_fill_sqlite, file, _here(kept("sqlite.sql"), urls))
        return
    engine = create_async_engine(database_url(database))
    try:
        async with engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            await raw.execute(_here(kept("postgresql.sql"), urls))
    finally:
        await engine.dispose()


def _fill_sqlite(file: Path, statements: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as database:
        database.executescript(statements)


def _keys(folder: Path) -> None:
    for name, secret in json.loads(kept("keys.json")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(base64.b64decode(secret))


def _slack(slack: LocalSlack, chat: Json) -> None:
    """Messages, homes, and the forms that people have open, with the addresses where their answers are awaited."""
    state = slack.state
    state.items += [Item(**item) for item in json.loads(json.dumps(chat["items"]))]
    state.numbers = itertools.count(FRESH)
    state.homes.update(chat["homes"])
    for user, modals in chat["modals"].items():
        state.modals[user] = [Modal(modal["id"], modal["view"]) for modal in modals]
    by_order = {item.order: item for item in state.items}
    for name, url in chat["response_urls"].items():
        pressed = by_order.get(url["item"])
        state.response_urls[name] = ResponseUrl(url["user"], url["channel"], time.monotonic(), pressed)


def _teams(teams: LocalTeams, chat: Json) -> None:
    conversations = json.loads(json.dumps(chat["conversations"]))
    teams.conversations.update({name: [Posted(**each) for each in posted] for name, posted in conversations.items()})
    teams.order = itertools.count(FRESH)
    for name in conversations:
        user = name.removeprefix("a:")
        opened = chat["dialogs"].get(user)
        seen = {posted["id"] for posted in conversations[name]}
        dialog = Dialog(**opened) if opened else None
        teams.people[user] = TeamsVisitor(teams, user, dialog=dialog, opened=seen, _ids=itertools.count(FRESH))
