"""A council on the command line: its list of people, its programme, and their answers."""

from __future__ import annotations

from pathlib import Path

from bot.administration import only
from bot.core import Request
from bot.domain.people import Identity, Platform
from bot.domain.pulses import Pulse
from bot.host.app import Product
from tests.world import HEADER, MONDAY, WORKSPACE

ANN = "k1,Ann,ann@council.example,Housing,Council,Town Hall,,leader,en,Europe/London,,,"
BOB = ANN.replace("k1,Ann,ann@", "k2,Bob,bob@")
START = ("programme", "start", "Change", "--goal", "Answer people the first time", "--starts", f"{MONDAY:%Y-%m-%d}")


def listed(folder: Path, *rows: str, header: str = HEADER) -> Path:
    file = folder / "people.csv"
    file.write_text("\n".join([header, *rows]), encoding="utf-8")
    return file


async def the_pulse(product: Product) -> Pulse | None:
    async with product.store.view() as tx:
        [programme] = await tx.programmes.list_all((await only(product.store)).id)
        return await tx.pulses.current(programme.id)


async def everybody_answers(product: Product) -> None:
    await answers(product, 14)


async def some_answer(product: Product) -> None:
    """All eight of Housing, and four of the six of Roads."""
    await answers(product, 12)


async def answers(product: Product, people: int) -> None:
    pulse = await the_pulse(product)
    assert pulse is not None
    for number in range(people):
        values = {"pulse": pulse.id, "item": pulse.items[0], "score": "4"}
        await product.core.handle(Request(Identity(Platform.WEB, WORKSPACE, f"u{number}"), "AnswerPulse", values))
