"""The composition root: the one module that knows every part."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from adapters.language.engine import ThemeEngine
from adapters.language.remembered import RememberedThemes
from adapters.web import edge, health, notice
from bot import administration
from bot.composing import Composer
from bot.core import Core
from bot.delivery import Deliverer
from bot.domain.people import Platform
from bot.errors import Misconfigured
from bot.host.settings import Settings
from bot.ports.clock import Clock
from bot.ports.sending import Directory, Messenger
from bot.routes import COMMANDS, JOBS, NOTICES
from bot.words import load_languages
from bot.worker import Worker
from storage.engine import open_engines, sqlite_file
from storage.keys import KeyDirectory, KeyStore, Remembering
from storage.migrate import migrate
from storage.store import SqlStore, match_keys
from storage.vault_address import VaultAddress

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0
REQUEST_BYTES = 256 * 1024


@dataclass(slots=True)
class Platforms:
    """What is connected: who sends, who knows addresses, and what listens."""

    messengers: dict[Platform, Messenger] = field(default_factory=dict)
    directories: dict[Platform, Directory] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Product:
    """The product, put together and open."""

    store: SqlStore
    core: Core
    worker: Worker
    site: web.Application


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_store(settings: Settings, *, accept_keys: bool = False) -> AsyncIterator[SqlStore]:
    """The store with its schema up to date and the keys that belong to it; `accept_keys` takes others on purpose."""
    settings.must_serve()
    _keep_apart(settings)
    engines = open_engines(settings.database_url)
    try:
        await migrate(engines)
        keys = await open_keys(settings)
        await match_keys(engines, keys, accept=accept_keys)
        yield SqlStore(engines, keys)
    finally:
        await engines.dispose()


async def open_keys(settings: Settings) -> KeyStore:
    """The key store that the settings name. Raises `Misconfigured` or `Unavailable` where it cannot be used."""
    if isinstance(settings.keys, VaultAddress):
        from storage.vault import VaultKeys

        return Remembering(await VaultKeys.open(settings.keys, settings.vault_token.get_secret_value()))
    return KeyDirectory.open(settings.keys or Path())


@asynccontextmanager
async def open_product(
    settings: Settings, clock: Clock = now, others: Mapping[Platform, Messenger] | None = None
) -> AsyncIterator[Product]:
    """Everything, wired.

    `others` are messengers of platforms that the caller brings, such as the practice workspace.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)))
        platforms = Platforms(dict(others or {}))
        languages, themes = load_languages(), _themes(settings)
        core = Core(COMMANDS, store, languages, themes, clock, platforms.directories, settings.pages)
        composer = Composer(store, NOTICES, languages, themes, clock)
        deliverer = Deliverer(composer, platforms.messengers)
        worker = Worker(store, deliverer, JOBS, clock)
        site = web.Application(client_max_size=REQUEST_BYTES)
        health.mount(site, store, clock)
        notice.mount(site, languages)
        await stack.enter_async_context(_open_slack(settings, platforms, http, core, site))
        await _open_teams(settings, platforms, http, core, site)
        await _open_pages(settings, platforms, core, store, site)
        yield Product(store, core, worker, site)


async def serve(settings: Settings) -> None:
    """Answer and work until told to stop; then finish what has been begun."""
    stop = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    async with open_product(settings) as product, listening(product.site, settings.host, settings.port) as address:
        log.info("serve.listening", extra=_told(settings, address))
        await product.worker.run(LOOK_EVERY, stop)
        log.info("serve.stopping")
    log.info("serve.stopped")


@asynccontextmanager
async def listening(
    site: web.Application, host: str, port: int, patience: edge.Patience = edge.PATIENCE
) -> AsyncIterator[str]:
    """Serve a site; returns its address. Requests under way are finished before it closes."""
    runner = web.AppRunner(site)
    await runner.setup()
    try:
        listener = _bound(host, port)
        async with edge.accepting(runner, listener, patience):
            yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        await runner.cleanup()


def _bound(host: str, port: int) -> socket.socket:
    """A socket to listen on. Raises `Misconfigured` where this machine does not let us."""
    try:
        return socket.create_server((host, port), reuse_port=False)
    except OSError as error:
        why = "no such host" if isinstance(error, socket.gaierror) else os.strerror(error.errno or errno.EINVAL)
        raise Misconfigured(
            f"Nobody can listen at {host}:{port} ({why}). Is it running already? HUNDRED_DAYS_HOST and "
            "HUNDRED_DAYS_PORT choose another place."
        ) from error


@asynccontextmanager
async def _open_slack(
    settings: Settings, platforms: Platforms, http: aiohttp.ClientSession, core: Core, site: web.Application
) -> AsyncIterator[None]:
    """Slack, at once or as soon as it can be reached: nothing else waits for it."""
    if not settings.slack:
        yield
        return
    from adapters.slack import server
    from adapters.slack.arrive import arriving
    from adapters.slack.client import SlackMessenger
    from adapters.slack.config import SlackConfig

    token, secret = settings.slack_bot_token.get_secret_value(), settings.slack_signing_secret.get_secret_value()
    config = SlackConfig(token, secret, settings.slack_api_url)
    messenger = SlackMessenger.over(http, config)
    platforms.messengers[Platform.SLACK] = platforms.directories[Platform.SLACK] = messenger
    server.mount(site, config, core, messenger, core.clock)

    async def arrive() -> None:
        workspace = await messenger.whoami()
        await _connect(settings, core, Platform.SLACK, workspace)
        await administration.come_back(core.store, Platform.SLACK, workspace)

    async with arriving(arrive):
        yield


async def _open_teams(
    settings: Settings, platforms: Platforms, http: aiohttp.ClientSession, core: Core, site: web.Application
) -> None:
    if not settings.teams:
        return
    from adapters.teams import server
    from adapters.teams.client import TeamsMessenger
    from adapters.teams.config import TeamsConfig

    config = TeamsConfig(
        settings.teams_app_id,
        settings.teams_app_password.get_secret_value(),
        settings.teams_tenant_id,
        settings.teams_openid_url,
        settings.teams_token_url,
        tuple(host.strip() for host in settings.teams_service_hosts.split(",")),
    )
    messenger = TeamsMessenger(config, http, core.clock)
    platforms.messengers[Platform.TEAMS] = platforms.directories[Platform.TEAMS] = messenger
    server.mount(site, config, core, messenger, core.clock)
    await _connect(settings, core, Platform.TEAMS, settings.teams_tenant_id)


async def _open_pages(
    settings: Settings, platforms: Platforms, core: Core, store: SqlStore, site: web.Application
) -> None:
    """The pages of a real installation. The practice workspace brings one of its own."""
    if Platform.WEB in platforms.messengers:
        return
    from adapters.web.pages import server
    from adapters.web.pages.messenger import PageMessenger

    platforms.messengers[Platform.WEB] = PageMessenger()
    server.mount(site, core, await store.secret("pages"), settings.pages)


async def _connect(settings: Settings, core: Core, platform: Platform, workspace: str) -> None:
    """A workspace that the environment names belongs to the only organisation, which is made where there is none."""
    async with core.store.view() as tx:
        if await tx.organisations.by_workspace(platform, workspace):
            return
        known = await tx.organisations.list_all()
    if not known:
        await administration.create(core.store, settings.organisation, settings.zone, "ENG")
    organisation = await administration.only(core.store)
    async with core.store.begin() as tx:
        await tx.organisations.connect(organisation.id, platform, workspace)


def _told(settings: Settings, address: str) -> dict[str, object]:
    """Where it listens and what it uses, for the log. Of the database its kind: the address may hold a password."""
    used = ((Platform.SLACK, settings.slack), (Platform.TEAMS, settings.teams))
    return {
        "address": address.removeprefix("http://"),
        "public": urlsplit(settings.public_url).hostname or "not set",
        "platforms": ["the pages", *(str(platform) for platform, told in used if told)],
        "database": "PostgreSQL" if sqlite_file(settings.database_url) is None else "SQLite",
    }


def _themes(settings: Settings) -> RememberedThemes:
    return RememberedThemes(ThemeEngine.from_file(settings.taxonomy) if settings.taxonomy else ThemeEngine.stock())


def _keep_apart(settings: Settings) -> None:
    """Keys beside the database would be copied with it, and every backup would tell."""
    file = sqlite_file(settings.database_url)
    if file is None or not isinstance(settings.keys, Path):
        return
    folder = file.resolve().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"HUNDRED_DAYS_DATABASE_URL: the folder {folder} cannot be made: {error.strerror}. Make it yourself, for "
            "this user only, or choose another."
        ) from error
    if settings.keys.resolve().is_relative_to(folder):
        raise Misconfigured(
            f"HUNDRED_DAYS_KEYS lies inside the database's folder ({folder}), so a copy of that folder would hold both "
            "the sealed answers and the keys that open them. Put the key store somewhere else, outside the backups."
        )


def run(settings: Settings) -> None:
    """`serve`, from the command line."""
    os.umask(0o077)
    asyncio.run(serve(settings))
