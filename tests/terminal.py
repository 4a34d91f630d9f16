"""The command line without a subprocess: what was typed, what was printed, and how it ended."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import SecretStr

import bot.cli.practice
import bot.host.app
from bot.__main__ import main
from bot.domain.people import Platform
from bot.host.app import Product
from bot.host.settings import Settings
from bot.ports.clock import Clock
from bot.ports.sending import Messenger
from tests.world import BEFORE, Mailbox

T = TypeVar("T")
OURS = ("HUNDRED_DAYS_", "SLACK_", "TEAMS_", "VAULT_")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str


@dataclass(slots=True)
class Terminal:
    """A shell in which the product is configured, with a clock that tests set and a mailbox for what is sent."""

    folder: Path
    patch: pytest.MonkeyPatch
    screen: pytest.CaptureFixture[str]
    mailbox: Mailbox = field(default_factory=Mailbox)
    now: datetime = BEFORE

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder}/data/test.sqlite"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def configure(self, **environment: str) -> None:
        """Set these variables; an empty one counts as not set."""
        for name, value in environment.items():
            self.patch.setenv(name, value)

    def run(self, *words: object) -> Ran:
        """Type a command."""
        self.patch.setattr(sys, "argv", ["hundred-days", *(str(word) for word in words)])
        self.screen.readouterr()
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        return Ran(status, *self.screen.readouterr())

    def does(self, *words: object) -> str:
        """Type a command that must succeed; returns what it printed."""
        ran = self.run(*words)
        assert (ran.status, ran.err) == (0, ""), ran
        return ran.out

    def inside(self, look: Callable[[Product], Awaitable[T]]) -> T:
        """Do something with the product that the commands work on."""

        async def opened() -> T:
            settings = Settings(database=SecretStr(self.database), keys=self.keys)
            async with bot.host.app.open_product(settings) as product:
                return await look(product)

        return asyncio.run(opened())


def open_terminal(folder: Path, patch: pytest.MonkeyPatch, screen: pytest.CaptureFixture[str]) -> Terminal:
    """A shell with a database and a key store in this folder, and nothing else of ours set."""
    terminal = Terminal(folder, patch, screen)
    (folder / "data").mkdir()
    for name in [name for name in os.environ if name.startswith(OURS)]:
        patch.delenv(name)
    terminal.configure(COLUMNS="250", NO_COLOR="1", TERM="dumb")
    terminal.configure(HUNDRED_DAYS_DATABASE_URL=terminal.database, HUNDRED_DAYS_KEYS=str(terminal.keys))
    patch.setattr(bot.host.app, "now", lambda: terminal.now)
    real = bot.host.app.open_product

    def opened(
        settings: Settings, clock: Clock | None = None, others: Mapping[Platform, Messenger] | None = None
    ) -> AbstractAsyncContextManager[Product]:
        return real(settings, clock or (lambda: terminal.now), others or {Platform.WEB: terminal.mailbox})

    patch.setattr(bot.host.app, "open_product", opened)
    return terminal
