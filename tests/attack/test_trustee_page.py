"""A trustee's passphrase on a steward's page: who may type it, and where it must not be kept."""

from __future__ import annotations

import html
import logging

import pytest
from pydantic import SecretStr

from bot.core import UNKNOWN_ACTION
from bot.domain import trustees
from bot.domain.ids import new_id
from bot.domain.pulses import State
from tests.attack.thief import flush, hits
from tests.platforms.pages import open_site
from tests.world import CLOSES, OPENS, World


async def test_a_trustee_opens_a_waiting_pulse_on_a_steward_s_page(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Only stewards are shown the field; a wrong passphrase is told apart; none is echoed, logged or kept anywhere."""
    caplog.set_level(logging.DEBUG)
    right, wrong = "four calm otters waiting", "five wrong otters guessing"
    await world.product.store.appoint(world.organisation.id, SecretStr(right))
    await world.at(OPENS)
    for number in range(1, 13):
        await world.answer(f"u{number}", 4)
    await world.at(CLOSES)
    pulse = await world.pulse()
    async with open_site(world) as site:
        steward, leader = await site.browser("steward"), await site.browser("u0")
        asked = (await steward.get()).body
        assert 'name="passphrase"' in asked and pulse.id in asked
        assert 'name="passphrase"' not in (await leader.get()).body
        for browser, id_ in ((leader, pulse.id), (leader, new_id()), (steward, new_id())):
            sent = await browser.post("/trustee", {"pulse": id_, "passphrase": right})
            assert sent.status == 404 and UNKNOWN_ACTION in sent.body and "otters" not in sent.body
        refused = await steward.post("/trustee", {"pulse": pulse.id, "passphrase": wrong})
        assert refused.status == 422 and trustees.WRONG in html.unescape(refused.body)
        assert "otters" not in refused.body and (await world.pulse()).state is State.CLOSING
        opened = await steward.post("/trustee", {"pulse": pulse.id, "passphrase": right})
        assert opened.status == 200 and "otters" not in opened.body
        assert (await world.pulse()).state is State.SEALED
        assert 'name="passphrase"' not in (await steward.get()).body
    await flush(world)
    assert hits(world, [right.encode(), wrong.encode(), b"calm+otters"]) == 0
    assert not [record for record in caplog.records if "otters" in f"{record.getMessage()} {vars(record)}"]


async def test_five_wrong_passphrases_a_minute_and_then_none(small_world: World) -> None:
    """A sixth is refused unread, even the right one; a minute later it opens."""
    right = "four calm otters waiting"
    await small_world.product.store.appoint(small_world.organisation.id, SecretStr(right))
    await small_world.at(OPENS)
    await small_world.at(CLOSES)
    pulse = await small_world.pulse()
    async with open_site(small_world) as site:
        steward = await site.browser("steward")
        for _ in range(5):
            await steward.post("/trustee", {"pulse": pulse.id, "passphrase": "five wrong otters guessing"})
        assert (await steward.post("/trustee", {"pulse": pulse.id, "passphrase": right})).status == 429
        assert (await small_world.pulse()).state is State.CLOSING
        site.seconds[0] = 60.0
        assert (await steward.post("/trustee", {"pulse": pulse.id, "passphrase": right})).status == 200
