"""What a steward does from a terminal: organisations, people, programmes, pulses and digests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.domain.ids import new_id
from bot.domain.people import Organisation
from bot.domain.programmes import Programme
from bot.errors import Misconfigured
from bot.features import organisations
from bot.plan import Due, Event, Work, due
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.app import Product

Which = Annotated[str, typer.Option("--organisation", help="The organisation's name, where there are several.")]

organisation = typer.Typer(help="Organisations and their invitations.", no_args_is_help=True)
programme = typer.Typer(help="The hundred days themselves.", no_args_is_help=True)
pulse = typer.Typer(help="Open or close this week's pulse, where the plan was missed.", no_args_is_help=True)
digest = typer.Typer(help="The weekly digest.")


@organisation.command("create")
def create_organisation(
    name: Annotated[str, typer.Argument(help="Such as 'Penbryn Council'.")],
    zone: Annotated[str, typer.Option("--timezone")] = "Europe/London",
    nation: Annotated[str, typer.Option(help="Whose bank holidays: ENG, WLS, SCT or NIR.")] = "ENG",
) -> None:
    """Make an organisation and print a single-use invitation for connecting its workspace."""

    async def act() -> None:
        async with _product() as product:
            made = await organisations.create(product.store, name, zone, nation)
            code = await organisations.invite(product.store, made, product.core.clock())
        _say(f"{name} is ready. Invitation for its steward, good once within 14 days:")
        _say(code)

    asyncio.run(act())


def import_people(
    file: Annotated[Path, typer.Argument(help="A CSV file; only the columns key and name must be there.")],
    organisation_name: Which = "",
) -> None:
    """Bring in the people of an organisation from a CSV file.

    Columns: key,name,email,unit,parent_unit,place,grade,role,language,timezone,slack_id,teams_id. A person is found
    again by their key; nobody is removed. Rows that can not be read are named with the reason, and the others are
    kept.
    """

    async def act() -> organisations.Imported:
        async with _product() as product:
            which = await organisations.named(product.store, organisation_name)
            return await organisations.import_people(product.store, which, _content(file))

    done = asyncio.run(act())
    _say(f"{done.people} people are in the list. {done.reachable} of all people can be reached in chat so far.")
    if done.new_units:
        _say(f"New units: {', '.join(done.new_units)}.")
    for problem in done.problems:
        _say(f"Row {problem.row} was left out: {problem.reason}.")
    if done.problems:
        raise typer.Exit(1)


@programme.command("start")
def start_programme(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    goal: Annotated[str, typer.Option(help="Why: the goal card that everybody sees.")],
    starts: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day; its week's pulse is day 0.")],
    measure: Annotated[list[str] | None, typer.Option(help="How we shall know; may be given several times.")] = None,
    organisation_name: Which = "",
) -> None:
    """Start a programme of a hundred days: a pulse on Mondays, the digest on Fridays."""

    async def act() -> None:
        async with _product() as product:
            which = await organisations.named(product.store, organisation_name)
            made = Programme(new_id(), which.id, name, goal, starts.date(), measures=tuple(measure or ()))
            async with product.store.begin() as tx:
                await tx.programmes.add(made)
        _say(f"{name} starts on {made.starts:%d %B %Y} and ends on {made.ends:%d %B %Y}.")

    asyncio.run(act())


@pulse.command("open")
def open_pulse(organisation_name: Which = "") -> None:
    """Open this week's pulse now, if its time has come and it has not been opened."""
    asyncio.run(_do(Event.OPEN, organisation_name))


@pulse.command("close")
def close_pulse(organisation_name: Which = "") -> None:
    """Close this week's pulse now, if its announced time has passed. It is never closed before."""
    asyncio.run(_do(Event.CLOSE, organisation_name))


@digest.callback(invoke_without_command=True)
def show_digest(
    context: typer.Context,
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Print the latest digest; nothing is sent.")] = False,
    unit: Annotated[str, typer.Option(help="Whose digest; the whole organisation's if not given.")] = "",
    organisation_name: Which = "",
) -> None:
    """Print or send the weekly digest."""
    if context.invoked_subcommand:
        return
    if not preview:
        _say(context.get_help())
        raise typer.Exit(2)
    asyncio.run(_preview(organisation_name, unit))


@digest.command("send")
def send_digest(organisation_name: Which = "") -> None:
    """Post this week's digest to its channels now, if its time has come and it has not been posted."""
    asyncio.run(_do(Event.DIGEST, organisation_name))


@asynccontextmanager
async def _product() -> AsyncIterator[Product]:
    from bot import app

    async with app.open_product(Settings.read(os.environ)) as product:
        yield product


async def _do(event: Event, organisation_name: str) -> None:
    """Do what the plan has for this week, once, if its moment has come; and deliver it."""
    from bot.routes import EVENTS

    async with _product() as product:
        which = await organisations.named(product.store, organisation_name)
        now = product.core.clock()
        work = Work(product.store, product.core.languages, product.core.themes, now)
        items = await _due_now(product, which, now, event)
        for item in items:
            await EVENTS[event](item, work)
        await product.worker.step()
    if not items:
        raise Misconfigured(f"There is nothing to {event} now: its time has not come, or no programme is running.")
    _say("Done. It happens once a week, so doing it again changes nothing.")


async def _due_now(product: Product, which: Organisation, now: datetime, event: Event) -> list[Due]:
    async with product.store.view() as tx:
        programmes = await tx.programmes.all(which.id)
    return [item for p in programmes for item in due(which, p, now) if item.event is event]


async def _preview(organisation_name: str, unit_name: str) -> None:
    from adapters.text.render import lines
    from bot.features.digests import WeeklyDigest, digest_of
    from bot.parcels import Reader

    async with _product() as product:
        which = await organisations.named(product.store, organisation_name)
        words = product.core.languages.words("en", which.tz)
        async with product.store.view() as tx:
            tree = await tx.people.tree(which.id)
            unit = next((u.id for u in tree.units.values() if u.name == unit_name), "" if unit_name else tree.root.id)
            if not unit:
                raise Misconfigured(f"There is no unit called {unit_name}.")
            reader = Reader(which, words, product.core.clock(), tx, product.core.themes)
            for item in await tx.programmes.all(which.id):
                sealed = await tx.pulses.last_sealed(item.id)
                view = await digest_of(WeeklyDigest(item.id, sealed.week, unit), unit, reader) if sealed else None
                _say(
                    lines(view) if view else "There is no digest yet: the first comes after the first pulse has closed."
                )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{file} can not be read: {error.strerror}.") from error


def _say(words: str) -> None:
    Console(highlight=False, soft_wrap=True).print(Text(words))
