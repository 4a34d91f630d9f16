from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import pytest

from bot.administration import connect
from bot.domain.people import Address, Platform
from bot.host.app import Product
from bot.ports.channels import Channel
from tests.platforms.pages import Site, open_site
from tests.terminal import Terminal
from tests.unit.cli_council import START
from tests.world import OPENS, WORKSPACE, World, staff_list


@pytest.fixture
async def site(small_world: World) -> AsyncIterator[Site]:
    """The pages of a council whose first pulse is open."""
    await small_world.at(OPENS)
    async with open_site(small_world) as opened:
        yield opened


@pytest.fixture
def council(terminal: Terminal) -> Terminal:
    """A council with its people, a channel and a programme, all but the channel made by commands."""
    code = terminal.does("organisation", "create", "Council").splitlines()[-1]

    async def furnish(product: Product) -> None:
        organisation = await connect(product.store, code, Platform.WEB, WORKSPACE, terminal.now)
        assert organisation is not None
        async with product.store.begin() as tx:
            root = (await tx.people.tree(organisation)).root.id
            general = Address(Platform.WEB, WORKSPACE, "general", personal=False)
            await tx.channels.connect(Channel(secrets.token_hex(8), organisation, root, general))

    terminal.inside(furnish)
    file = terminal.folder / "people.csv"
    file.write_bytes(staff_list(8, 6))
    terminal.does("import-people", file)
    terminal.does(*START)
    return terminal
