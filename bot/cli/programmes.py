"""Programmes and their pulses."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from bot import administration
from bot.cli.terminal import Which, in_words, opened_product, say
from bot.cli.trustee import give_up_waiting
from bot.cli.weekly import do_this_week
from bot.domain.ids import new_id
from bot.domain.people import Segment
from bot.domain.programmes import Programme
from bot.domain.pulses import K_COMMENTS, K_SCORES
from bot.errors import Misconfigured
from bot.plan import WeeklyMoment

SCORES = "How many must have answered before a score is shown; 5 or more."
COMMENTS = "How many must have commented before comments are shown; 10 or more."
programme = typer.Typer(help="The hundred days themselves.", no_args_is_help=True)
pulse = typer.Typer(help="Open or close this week's pulse, where the plan was missed.", no_args_is_help=True)


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
        async with opened_product() as product:
            which = await administration.named(product.store, organisation_name)
            with in_words():
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
        say(f"{name} starts on {made.starts:%d %B %Y} and ends on {made.ends:%d %B %Y}.")

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
        async with opened_product() as product:
            which = await administration.named(product.store, organisation_name)
            with in_words():
                return await administration.set_thresholds(product.store, which, scores, comments, at_once=at_once)

    if not asyncio.run(act()):
        raise Misconfigured("There is no programme yet. Start one: hundred-days programme start NAME.")
    say(f"From now on at least {scores} people for scores and {comments} for comments.")


@pulse.command("open")
def open_pulse(organisation_name: Which = "") -> None:
    """Open this week's pulse now, if its time has come and it has not been opened."""
    asyncio.run(do_this_week(WeeklyMoment.OPEN, organisation_name))


@pulse.command("close")
def close_pulse(organisation_name: Which = "") -> None:
    """Close this week's pulse now, if its announced time has passed. It is never closed before.

    Where a trustee holds the key, they type their passphrase here; a pulse of an earlier week that waits is closed too.
    """
    asyncio.run(do_this_week(WeeklyMoment.CLOSE, organisation_name))


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
        async with opened_product() as product:
            which = await administration.named(product.store, organisation_name)
            given_up = await give_up_waiting(product, which.id)
        if not given_up:
            raise Misconfigured("No pulse waits for its trustee, so nothing was changed.")
        for each in given_up:
            say(f"The pulse of the week of {each.week:%d %B %Y} is given up. Its answers were destroyed unread.")

    asyncio.run(act())
