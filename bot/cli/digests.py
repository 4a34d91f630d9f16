"""The weekly digest: looked at, or posted."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot import administration
from bot.cli.terminal import Which, opened_product, say
from bot.cli.weekly import do_this_week
from bot.composing import Reader
from bot.domain.people import Tree
from bot.errors import Misconfigured
from bot.plan import WeeklyMoment

NO_DIGEST = "There is no digest yet: the first comes after the first pulse has closed."
digest = typer.Typer(help="The weekly digest.")


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
        say(context.get_help())
        raise typer.Exit(2)
    asyncio.run(_preview(organisation_name, unit))


@digest.command("send")
def send_digest(organisation_name: Which = "") -> None:
    """Post this week's digest to its channels now, if its time has come and it has not been posted."""
    asyncio.run(do_this_week(WeeklyMoment.DIGEST, organisation_name))


async def _preview(organisation_name: str, unit_name: str) -> None:
    async with opened_product() as product:
        which = await administration.named(product.store, organisation_name)
        words = product.core.languages.words("en", which.tz)
        async with product.store.view() as tx:
            unit = _unit(await tx.people.tree(which.id), unit_name)
            reader = Reader(which, words, product.core.clock(), tx, product.core.themes)
            for programme in await tx.programmes.list_all(which.id):
                say(await _latest(programme.id, unit, reader) or NO_DIGEST)


def _unit(tree: Tree, name: str) -> str:
    """The id of the unit of this name; without one, of the whole organisation. Raises Misconfigured if none has it."""
    if not name:
        return tree.root.id
    for unit in tree.units.values():
        if unit.name == name:
            return unit.id
    raise Misconfigured(f"There is no unit called {name}.")


async def _latest(programme: str, unit: str, reader: Reader) -> str:
    """The digest of the last pulse that was closed, in words; empty if there is none yet."""
    from adapters.text.render import lines
    from bot.features.digests.week import digest_of, read_week
    from bot.routes import SECTIONS

    sealed = await reader.tx.pulses.last_sealed(programme)
    week = await read_week(programme, sealed.week, unit, reader) if sealed else None
    view = await digest_of(SECTIONS, week, reader) if week else None
    return lines(view) if view else ""
