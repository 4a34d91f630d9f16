"""One-time links for staff who have no seat in a chat: to be printed, or handed out by whoever reaches them."""

from __future__ import annotations

import asyncio
import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.text import Text

from bot import administration
from bot.domain.people import Person
from bot.errors import Misconfigured
from bot.features import access
from bot.host.settings import Settings

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("key", "name", "link")


def links(
    unit: Annotated[str, typer.Option(help="Only this unit and what is below it.")] = "",
    days: Annotated[int, typer.Option(help="How long the links are good for.")] = 7,
    out: Annotated[Path | None, typer.Option(help="Write them to this new file, which only you can read.")] = None,
    organisation_name: Annotated[
        str, typer.Option("--organisation", help="The organisation's name, where there are several.")
    ] = "",
) -> None:
    """Make a link to the pages for everybody who has no account on a Slack or Teams that is connected.

    Each link lets one person in, once, for half an hour. Links made for them before stop working. Give each to its
    person and to nobody else: whoever holds it acts in their name. Without --out they are printed as CSV.
    """
    settings = Settings.read(os.environ)
    if not settings.pages:
        raise Misconfigured("HUNDRED_DAYS_PUBLIC_URL: is not set, so a link would lead nowhere.")
    with _sheet(out) as sheet:
        people = asyncio.run(_made(settings, organisation_name, unit, days))
        rows = csv.writer(sheet, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows([cell(person.key), cell(person.name), link] for person, link in people)
    _say(f"{len(people)} people have no account in a chat. Their links work once each, for {days} days.")


async def _made(settings: Settings, organisation_name: str, unit: str, days: int) -> list[tuple[Person, str]]:
    from bot.host import app

    async with app.open_product(settings) as product:
        which = await administration.named(product.store, organisation_name)
        until = access.until(product.core.clock(), days)
        return await access.links(product.store, which, settings.pages, unit, until)


def cell(text: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text


@contextmanager
def _sheet(file: Path | None) -> Iterator[TextIO]:
    """Where to write: the screen, or a file that was not there before, that nobody else can read and that is whole."""
    if file is None:
        printed = io.StringIO()
        yield printed
        typer.echo(printed.getvalue(), nl=False)
        return
    with os.fdopen(_new(file), "w", encoding="utf-8", newline="") as kept:
        try:
            yield kept
        except BaseException:
            file.unlink()
            raise


def _new(file: Path) -> int:
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Misconfigured(f"{file} is there already. Choose another name, or delete it first.") from error
    except OSError as error:
        raise Misconfigured(f"{file} cannot be written: {error.strerror}.") from error


def _say(words: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(words))
