"""What a steward does from a terminal: organisations, people, programmes, pulses and digests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot import administration
from bot.cli.trustee import close_waiting, give_up_waiting
from bot.domain.ids import new_id
from bot.domain.people import Organisation, Platform, Segment
from bot.domain.programmes import Programme
from bot.domain.pulses import K_COMMENTS, K_SCORES
from bot.errors import Misconfigured, Refusal
from bot.host.settings import Settings
from bot.plan import Due, WeeklyMoment, Work, due

if TYPE_CHECKING:
    from bot.host.app import Product

Which = Annotated[str, typer.Option("--organisation", help="The organisation's name, where there are several.")]
NO_DIGEST = "There is no digest yet: the first comes after the first pulse has closed."
SCORES = "How many must have answered before a score is shown; 5 or more."
COMMENTS = "How many must have commented before comments are shown; 10 or more."
INVITATION = (
    "A workspace that the settings name is connected by itself. For any other, an invitation, good once within 14 days:"
)
PLATFORMS = {Platform.SLACK: "Slack", Platform.TEAMS: "Microsoft Teams", Platform.WEB: "the pages"}
ABSENT = "In the list before, and not in this file: {who}. Have they left?"

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
    """Make an organisation, and print a single-use invitation for a workspace that the settings do not name."""

    async def act() -> None:
        from bot.host import app

        # The store alone: connecting Slack or Teams would make an organisation first, where there is none.
        async with app.open_store(Settings.read(os.environ)) as store:
            made = await administration.create(store, name, zone, nation)
            code = await administration.invite(store, made, app.now())
        _say(f"{made.name} is ready. {INVITATION}")
        _say(code)

    asyncio.run(act())


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
        async with _product() as product:
            which = await administration.named(product.store, organisation_name)
            there = await _workspace(product, which, platform, workspace)
            if back:
                await administration.come_back(product.store, platform, there)
            elif not await administration.leave(product.store, platform, there, product.core.clock()):
                raise Misconfigured(f"{there} had left already. Nothing was changed.")
        return there

    there = asyncio.run(act())
    _say(f"{there} is back." if back else f"{there} has left. Within 30 days, --back undoes it.")


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

    async def act() -> administration.Imported:
        async with _product() as product:
            which = await administration.named(product.store, organisation_name)
            return await administration.import_people(product.store, which, content)

    async def let_go() -> int:
        async with _product() as product:
            which = await administration.named(product.store, organisation_name)
            return await administration.let_go(product.store, which, content, product.core.clock())

    done = asyncio.run(act())
    _say(f"{done.people} people are in the list. {done.reachable} of all people can be reached so far.")
    if done.new_units:
        _say(f"New units: {', '.join(done.new_units)}.")
    for line in _findings(done):
        _say(line)
    if done.absent and not whole:
        _say(f"{ABSENT.format(who=_heads(done.absent))} Then add --whole.")
    elif done.absent and (yes or typer.confirm(ABSENT.format(who=_heads(done.absent)))):
        _say(f"Taken out: {_heads(asyncio.run(let_go()))}. Nothing more is asked of them.")
    if done.problems:
        raise typer.Exit(1)


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


@programme.command("start")
def start_programme(  # noqa: PLR0913, PLR0917 (each is an option of the command)
    name: Annotated[str, typer.Argument(help="What it is called.")],
    goal: Annotated[str, typer.Option(help="Why: the goal card that everybody sees.")],
    starts: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day; its week's pulse is day 0.")],
    measure: Annotated[list[str] | None, typer.Option(help="How we shall know; may be given several times.")] = None,
    by: Annotated[list[Segment] | None, typer.Option(help="Results by this label too: place, grade, or both.")] = None,
    scores: Annotated[int, typer.Option(help=SCORES)] = K_SCORES,
    comments: Annotated[int, typer.Option(help=COMMENTS)] = K_COMMENTS,
    organisation_name: Which = "",
) -> None:
    """Start a programme of a hundred days: a pulse on Mondays, the digest on Fridays.

    One at a time: a second one that has a week in common with another of its organisation is refused.
    """
    labels = tuple(dict.fromkeys(by or ()))

    async def act() -> None:
        async with _product() as product:
            which = await administration.named(product.store, organisation_name)
            with _in_words():
                made = Programme(
                    id=new_id(),
                    organisation=which.id,
                    name=name,
                    goal=goal,
                    starts=starts.date(),
                    measures=tuple(measure or ()),
                    k=scores,
                    k_comment=comments,
                    segments=labels,
                )
            await administration.start(product.store, made)
        _say(f"{name} starts on {made.starts:%d %B %Y} and ends on {made.ends:%d %B %Y}.")

    asyncio.run(act())


@programme.command("thresholds")
def set_thresholds(
    scores: Annotated[int, typer.Option(help=SCORES)],
    comments: Annotated[int, typer.Option(help=COMMENTS)],
    organisation_name: Which = "",
    *,
    at_once: Annotated[bool, typer.Option("--at-once", help="Raise them for a pulse that is open, too.")] = False,
) -> None:
    """Set how many must have answered, or commented, before anything is shown: in every pulse that opens from now on.

    Never fewer than 5 and 10. Those of a pulse that is open can rise with --at-once, and never fall.
    """

    async def act() -> int:
        async with _product() as product:
            which = await administration.named(product.store, organisation_name)
            with _in_words():
                return await administration.set_thresholds(product.store, which, scores, comments, at_once=at_once)

    if not asyncio.run(act()):
        raise Misconfigured("There is no programme yet. Start one: hundred-days programme start NAME.")
    _say(f"From now on at least {scores} people for scores and {comments} for comments.")


@pulse.command("open")
def open_pulse(organisation_name: Which = "") -> None:
    """Open this week's pulse now, if its time has come and it has not been opened."""
    asyncio.run(_do(WeeklyMoment.OPEN, organisation_name))


@pulse.command("close")
def close_pulse(organisation_name: Which = "") -> None:
    """Close this week's pulse now, if its announced time has passed. It is never closed before.

    Where a trustee holds the key, they type their passphrase here; a pulse of an earlier week that waits is closed too.
    """
    asyncio.run(_do(WeeklyMoment.CLOSE, organisation_name))


@pulse.command("give-up")
def give_up(
    organisation_name: Which = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
) -> None:
    """Destroy unread what waits for a trustee whose passphrase is forgotten. Nobody can ever bring it back."""
    if not yes and not typer.confirm("Its answers will be lost for good. Go on?"):
        raise typer.Exit(1)

    async def act() -> None:
        async with _product() as product:
            which = await administration.named(product.store, organisation_name)
            given_up = await give_up_waiting(product, which.id)
        if not given_up:
            raise Misconfigured("No pulse waits for its trustee, so nothing was changed.")
        for each in given_up:
            _say(f"The pulse of the week of {each.week:%d %B %Y} is given up. Its answers were destroyed unread.")

    asyncio.run(act())


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
    asyncio.run(_do(WeeklyMoment.DIGEST, organisation_name))


@asynccontextmanager
async def _product() -> AsyncIterator[Product]:
    from bot.host import app

    async with app.open_product(Settings.read(os.environ)) as product:
        yield product


async def _do(event: WeeklyMoment, organisation_name: str) -> None:
    """Do what the plan has for this week, once, if its moment has come; and deliver it."""
    from bot.routes import JOBS

    async with _product() as product:
        which = await administration.named(product.store, organisation_name)
        now = product.core.clock()
        work = Work(product.store, product.core.languages, product.core.themes, now)
        items = await _due_now(product, which, now, event)
        for item in items:
            for job in JOBS[event]:
                await job(item, work)
        waited = await close_waiting(product, which.id) if event is WeeklyMoment.CLOSE else 0
        await product.worker.step()
    if not items and not waited:
        raise Misconfigured(f"There is nothing to {event} now: its time has not come, or no programme is running.")
    _say("Done. It happens once a week, so doing it again changes nothing.")


async def _due_now(product: Product, which: Organisation, now: datetime, event: WeeklyMoment) -> list[Due]:
    async with product.store.view() as tx:
        programmes = await tx.programmes.list_all(which.id)
    return [item for p in programmes for item in due(which, p, now) if item.event is event]


async def _preview(organisation_name: str, unit_name: str) -> None:
    from adapters.text.render import lines
    from bot.composing import Reader
    from bot.features.digests.week import digest_of, read_week
    from bot.routes import SECTIONS

    async with _product() as product:
        which = await administration.named(product.store, organisation_name)
        words = product.core.languages.words("en", which.tz)
        async with product.store.view() as tx:
            tree = await tx.people.tree(which.id)
            unit = next((u.id for u in tree.units.values() if u.name == unit_name), "" if unit_name else tree.root.id)
            if not unit:
                raise Misconfigured(f"There is no unit called {unit_name}.")
            reader = Reader(which, words, product.core.clock(), tx, product.core.themes)
            for item in await tx.programmes.list_all(which.id):
                sealed = await tx.pulses.last_sealed(item.id)
                week = await read_week(item.id, sealed.week, unit, reader) if sealed else None
                view = await digest_of(SECTIONS, week, reader) if week else None
                _say(
                    lines(view) if view else "There is no digest yet: the first comes after the first pulse has closed."
                )


async def _workspace(product: Product, which: Organisation, platform: Platform, workspace: str) -> str:
    async with product.store.view() as tx:
        known = (await tx.organisations.list_workspaces(which.id, gone=True)).get(platform, ())
    if workspace in known or (not workspace and len(known) == 1):
        return workspace or known[0]
    raise Misconfigured(f"Please say which with --workspace. There are: {', '.join(known) or 'none'}.")


@contextmanager
def _in_words() -> Iterator[None]:
    """What the rules refuse, as a sentence in the terminal."""
    try:
        yield
    except Refusal as refusal:
        raise Misconfigured(refusal.message.format(**refusal.values)) from refusal


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


def _say(words: str) -> None:
    Console(highlight=False, soft_wrap=True).print(Text(words))
