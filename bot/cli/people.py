"""Organisations, their workspaces and their people."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import administration
from bot.cli.terminal import Which, opened_product, say
from bot.domain.people import Organisation, Platform
from bot.errors import Misconfigured
from bot.host.settings import Settings

if TYPE_CHECKING:
    from bot.host.app import Product

INVITATION = (
    "A workspace that the settings name is connected by itself. For any other, an invitation, good once within 14 days:"
)
PLATFORMS = {Platform.SLACK: "Slack", Platform.TEAMS: "Microsoft Teams", Platform.WEB: "the pages"}
ABSENT = "In the list before, and not in this file: {who}. Have they left?"
organisation = typer.Typer(help="Organisations and their invitations.", no_args_is_help=True)


@organisation.command("create")
def create_organisation(
    name: Annotated[str, typer.Argument(help="Such as 'Penbryn Council'.")],
    zone: Annotated[str, typer.Option("--timezone")] = "Europe/London",
    nation: Annotated[str, typer.Option(help="Whose bank holidays: ENG, WLS, SCT or NIR.")] = "ENG",
) -> None:
    """Make an organisation, and print a single-use invitation for a workspace that the settings do not name."""

    async def act() -> None:
        from bot.host import app

        # The store alone: connecting Slack or Teams would make an organisation first, where there is none.
        async with app.open_store(Settings.read(os.environ)) as store:
            made = await administration.create(store, name, zone, nation)
            code = await administration.invite(store, made, app.now())
        say(f"{made.name} is ready. {INVITATION}")
        say(code)

    asyncio.run(act())


@organisation.command("vouched-only")
def count_vouched_only(
    organisation_name: Which = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let only people with an account on Slack or Teams count towards the thresholds, from the next close on.

    Nobody vouches for people who use the pages only: whoever writes the list can invent them. They are asked and
    counted in as before, and hide nobody. There is no way back.
    """

    async def act() -> str:
        async with opened_product() as product:
            which = await administration.named(product.store, organisation_name)
            await administration.count_vouched_only(product.store, which)
        return which.name

    if yes or typer.confirm("People who use the pages only will hide nobody any more. There is no way back. Go on?"):
        say(f"In {asyncio.run(act())} only people with an account on Slack or Teams count from now on.")


@organisation.command("leave")
def leave_workspace(
    platform: Annotated[Platform, typer.Option(help="Where the app was removed.")],
    workspace: Annotated[str, typer.Option(help="Which workspace or tenant, where there are several.")] = "",
    organisation_name: Which = "",
    *,
    back: Annotated[bool, typer.Option("--back", help="It has the app again: forget nothing.")] = False,
) -> None:
    """Say that a workspace or tenant has removed the app: nothing is sent to it any more.

    After 30 days its accounts and channels are forgotten, and with an organisation's last workspace everything of
    the organisation. Slack says so by itself; Microsoft Teams does not.
    """

    async def act() -> str:
        async with opened_product() as product:
            which = await administration.named(product.store, organisation_name)
            there = await _workspace(product, which, platform, workspace)
            if back:
                await administration.come_back(product.store, platform, there)
            elif not await administration.leave(product.store, platform, there, product.core.clock()):
                raise Misconfigured(f"{there} had left already. Nothing was changed.")
        return there

    there = asyncio.run(act())
    say(f"{there} is back." if back else f"{there} has left. Within 30 days, --back undoes it.")


def import_people(
    file: Annotated[Path, typer.Argument(help="A CSV file; only the columns key and name must be there.")],
    *,
    whole: Annotated[bool, typer.Option("--whole", help="It is the whole list: who is not in it has left.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before people are taken out.")] = False,
    organisation_name: Which = "",
) -> None:
    """Bring in the people of an organisation from a CSV file.

    Columns: key,name,email,unit,parent_unit,place,grade,role,language,timezone,slack_id,teams_id, set apart by commas,
    semicolons or tabs. A person is found again by their key. Who is not in the file stays, unless --whole is given.

    Rows that cannot be read are left out and named, by the number a spreadsheet shows beside them, and the others are
    kept. So are people with the same e-mail address, but neither is found by it: that is said too.

    Exit status 1: a row was left out. 2: the file cannot be read, and nothing was changed.
    """
    content = _content(file)
    done = asyncio.run(_bring_in(organisation_name, content))
    say(f"{done.people} people are in the list. {done.reachable} of all people can be reached so far.")
    if done.new_units:
        say(f"New units: {', '.join(done.new_units)}.")
    for line in _findings(done):
        say(line)
    if done.absent and not whole:
        say(f"{ABSENT.format(who=_heads(done.absent))} Then add --whole.")
    elif done.absent and (yes or typer.confirm(ABSENT.format(who=_heads(done.absent)))):
        say(f"Taken out: {_heads(asyncio.run(_let_go(organisation_name, content)))}. Nothing more is asked of them.")
    if done.problems:
        raise typer.Exit(1)


async def _bring_in(organisation_name: str, content: bytes) -> administration.Imported:
    async with opened_product() as product:
        which = await administration.named(product.store, organisation_name)
        return await administration.import_people(product.store, which, content)


async def _let_go(organisation_name: str, content: bytes) -> int:
    async with opened_product() as product:
        which = await administration.named(product.store, organisation_name)
        return await administration.let_go(product.store, which, content, product.core.clock())


def _findings(done: administration.Imported) -> Iterator[str]:
    """What was left out, and what is not as the list may have meant it."""
    for problem in done.problems:
        yield f"Row {problem.row} was left out: {problem.reason}."
    for problem in done.unlinked:
        yield f"Row {problem.row}: {problem.reason}. The person is in; the account was not linked."
    for shared in done.shared:
        who = [f"row {row.row} ({row.key})" for row in shared.rows]
        others = [f"{key}, who was in the list before" for key in shared.elsewhere]
        yield (
            f"{_and(who + others)} have the same e-mail address. They are in, but nobody is found by that address: "
            "give each their own, or fill in slack_id or teams_id."
        )
    for platform, n in done.awaited.items():
        yield f"Accounts on {PLATFORMS[platform]} that are linked as soon as their workspace is connected: {n}."


async def _workspace(product: Product, which: Organisation, platform: Platform, workspace: str) -> str:
    async with product.store.view() as tx:
        known = (await tx.organisations.list_workspaces(which.id, gone=True)).get(platform, ())
    if workspace in known or (not workspace and len(known) == 1):
        return workspace or known[0]
    raise Misconfigured(f"Please say which with --workspace. There are: {', '.join(known) or 'none'}.")


def _and(names: list[str]) -> str:
    """Names as a sentence begins with them."""
    said = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
    return said[:1].upper() + said[1:]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read: {error.strerror}.") from error


def _heads(n: int) -> str:
    return f"{n} person" if n == 1 else f"{n} people"
