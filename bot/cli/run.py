"""Starting things: the service, the practice workspace, the schema."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.errors import Misconfigured
from bot.host.settings import Settings


def serve() -> None:
    """Answer Slack, Teams and the pages, and do what falls due, until stopped.

    Everything is configured by environment variables: run `hundred-days doctor` to see which, and what is missing.
    """
    from bot.host import app, logs

    settings = Settings.read(os.environ)
    settings.must_serve()
    logs.configure()
    app.run(settings)


def practice(
    port: Annotated[int, typer.Option(help="Where to listen, on 127.0.0.1 only.", min=0, max=65535)] = 8080,
    folder: Annotated[Path, typer.Option(help="Where the invented council is kept; delete it to start again.")] = Path(
        ".practice"
    ),
) -> None:
    """Try everything in a browser, with an invented council and no Slack or Teams.

    It uses files of its own and ignores the settings of a real installation.
    """
    from bot.cli.practice import practise

    logging.basicConfig(level=logging.CRITICAL)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(practise(folder.resolve(), port, _greet))
    except OSError as error:
        raise Misconfigured(f"The folder {folder} cannot be used: {error.strerror}. Choose another.") from error


def migrate(
    *,
    accept_new_keys: Annotated[
        bool, typer.Option(help="The key store is lost for good: take the one in HUNDRED_DAYS_KEYS as a new one.")
    ] = False,
) -> None:
    """Bring the database to the schema that this version expects. `serve` does it too, at its start."""
    from bot.host import app

    async def upgrade() -> None:
        async with app.open_store(Settings.read(os.environ), accept_keys=accept_new_keys):
            Console().print("The database is up to date.")

    asyncio.run(upgrade())


def _greet(address: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        Text.assemble("Open ", (address, "bold"), " and be Alys, who works in Housing at an invented council.")
    )
    console.print(
        "Try: press an answer; type /story We closed the form nobody read; write to your leader with /speakup."
    )
    console.print("Then jump to the digest with the practice clock and read #everyone. Ctrl+C stops it.")
