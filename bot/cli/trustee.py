"""Trustees: the passphrase without which no pulse is opened, typed unseen and kept nowhere."""

from __future__ import annotations

import asyncio
import os
import warnings
from getpass import GetPassWarning, getpass
from typing import TYPE_CHECKING

import typer
from pydantic import SecretStr

from bot import administration
from bot.cli.terminal import Which, in_words, say
from bot.domain.pulses import Pulse, State
from bot.errors import Misconfigured
from bot.features.pulses import closing
from bot.host.settings import Settings

if TYPE_CHECKING:
    from bot.host.app import Product

LOST = "The passphrase is right, but the key is not there any more: the answers of the week of {week} are lost."
CLOSED = "The pulse of the week of {week} is closed, and its key destroyed."

trustee = typer.Typer(help="Somebody whose passphrase is needed to close a pulse.", no_args_is_help=True)


@trustee.command("appoint")
def appoint(organisation_name: Which = "") -> None:
    """Have a trustee, such as a union rep, choose the passphrase without which no answers can be read.

    It counts from the next pulse on, in place of an earlier one. It is typed here, unseen, and kept nowhere: if it is
    forgotten, the answers that are sealed with it are lost. The trustee types it again at every close.
    """
    chosen, again = ask("The trustee's passphrase: "), ask("The same once more: ")
    if chosen != again:
        raise Misconfigured("The two are not the same, so nothing was changed.")
    asyncio.run(_appoint(chosen, organisation_name))
    say("From the next pulse on, nothing is opened without this passphrase. It is written down nowhere here.")


@trustee.command("dismiss")
def dismiss(organisation_name: Which = "") -> None:
    """Go on without a trustee from the next pulse on. A pulse that is open already still needs its passphrase."""
    if not asyncio.run(_dismiss(organisation_name)):
        raise Misconfigured("There is no trustee, so nothing was changed.")
    say("From the next pulse on there is no trustee. One that is open already still needs the passphrase.")


def ask(prompt: str) -> SecretStr:
    """What somebody types without its being seen. Never taken from where it would be seen or kept."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", GetPassWarning)
        try:
            return SecretStr(getpass(prompt))
        except (GetPassWarning, EOFError, OSError) as error:
            raise Misconfigured("A passphrase is typed unseen, which this terminal cannot do. Use another.") from error


async def close_waiting(product: Product, organisation: str) -> int:
    """Close every pulse of an organisation that waits for its trustee, asking for the passphrase; returns how many."""
    now = product.core.clock()
    async with product.store.view() as tx:
        unfinished = await tx.pulses.unfinished(organisation)
    waiting = [pulse for pulse in unfinished if pulse.waits(now)]
    for pulse in waiting:
        await _close(product, pulse)
    return len(waiting)


async def give_up_waiting(product: Product, organisation: str) -> list[Pulse]:
    """Destroy unread every pulse of an organisation that waits for its trustee; returns them."""
    now = product.core.clock()
    async with product.store.view() as tx:
        waiting = [pulse for pulse in await tx.pulses.unfinished(organisation) if pulse.waits(now)]
    for pulse in waiting:
        await product.store.forget_keys(pulse.id)
    await product.store.tidy(now)
    return waiting


async def _close(product: Product, pulse: Pulse) -> None:
    week = f"{pulse.week:%d %B %Y}"
    passphrase = ask(f"The trustee's passphrase for the pulse of the week of {week}: ")
    with in_words():
        state = await closing.close_with(product.store, pulse.id, passphrase, product.core.clock())
    say((LOST if state is State.LOST else CLOSED).format(week=week))


async def _appoint(passphrase: SecretStr, organisation_name: str) -> None:
    from bot.host import app

    async with app.open_store(Settings.read(os.environ)) as store:
        which = await administration.named(store, organisation_name)
        with in_words():
            await store.appoint(which.id, passphrase)


async def _dismiss(organisation_name: str) -> bool:
    from bot.host import app

    async with app.open_store(Settings.read(os.environ)) as store:
        which = await administration.named(store, organisation_name)
        async with store.begin() as tx:
            return await tx.trustees.dismiss(which.id)
