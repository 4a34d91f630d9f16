"""What commands share: for which organisation, with what product, and how something is said."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.errors import Misconfigured, Refusal
from bot.host.settings import Settings

if TYPE_CHECKING:
    from bot.host.app import Product

Which = Annotated[str, typer.Option("--organisation", help="The organisation's name, where there are several.")]


@asynccontextmanager
async def opened_product() -> AsyncIterator[Product]:
    """The whole product under the settings of this terminal, for as long as the command runs."""
    from bot.host import app

    async with app.open_product(Settings.read(os.environ)) as product:
        yield product


@contextmanager
def in_words() -> Iterator[None]:
    """What the rules refuse ends the command with their sentence. Raises Misconfigured in place of a Refusal."""
    try:
        yield
    except Refusal as refusal:
        raise Misconfigured(refusal.message.format(**refusal.values)) from refusal


def say(words: str) -> None:
    """Print words as they are: nothing in them is markup."""
    Console(highlight=False, soft_wrap=True).print(Text(words))
