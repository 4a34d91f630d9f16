"""P11 and authorisation on the served pages: nobody learns or does what is not theirs."""

from __future__ import annotations

from itertools import product

import pytest

from bot.core import UNKNOWN_ACTION
from bot.domain.ids import new_id
from bot.domain.people import Role
from bot.features.stories.commands import WithdrawStory
from bot.features.threads.commands import SayInThread
from bot.routes import COMMANDS
from tests.examples import USING, right_values, things_of
from tests.examples.councils import ACCOUNTS, ELSEWHERE, open_councils
from tests.platforms.pages import Site, open_site
from tests.world import WORKSPACE, World


async def test_neighbours_of_ids_lead_nowhere(site: Site) -> None:
    """P11: an id cannot be walked. Of five hundred neighbours of a thread, a story and a pulse, and the thread and the
    story themselves, none answers a stranger differently from something random of the same length."""
    councils = await open_councils(site.world)
    own = await right_values(councils, WORKSPACE, "u5", SayInThread)
    own |= await right_values(councils, WORKSPACE, "u5", WithdrawStory)
    stranger = await site.browser("u6")
    leaks = []
    for name, action in (("thread", "ReadThread"), ("story", "EditStory"), ("pulse", "WriteComment")):
        known = own.get(name, councils.pulses[WORKSPACE])
        others = [] if name == "pulse" else [known]  # everybody's own pulse is the one pulse
        unknown: dict[int, tuple[int, str]] = {}
        for near in (*others, *_neighbours(known)):
            if len(near) not in unknown:
                random = (new_id() + new_id())[: len(near)]
                unknown[len(near)] = (await stranger.press(action, **{name: random})).told
            if (await stranger.press(action, **{name: near})).told != unknown[len(near)]:
                leaks.append((name, near))
    assert leaks == []


@pytest.mark.unseeded
async def test_ids_are_random() -> None:
    """P11: ten thousand ids have 128 bits each, none twice, and every digit takes every value about as often.

    As the system draws them, not from our seed. A number of a binomial distribution (10,000, 1/16) is over 799 or under
    471 once in 60 billion, and 512 are looked at: this fails by chance once in 118 million runs.
    """
    ids = [new_id() for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert {len(each) for each in ids} == {32}
    for digit in range(32):
        counts = [sum(each[digit] == value for each in ids) for value in "0123456789abcdef"]
        assert max(counts) < 800 and min(counts) > 470


async def test_every_command_for_every_role_of_both_councils(world: World) -> None:
    """Whoever may, gets an answer; whoever may not, the words for what does not exist; a stranger, the way in."""
    councils = await open_councils(world)
    async with open_site(world) as site:
        nobody = (await site.stranger().press("NoSuchCommand")).told
        began = world.time[0]
        for role, workspace, kind in product(Role, (WORKSPACE, ELSEWHERE), COMMANDS):
            world.time[0] = began  # threads take the clock along to the next batch
            values = await right_values(councils, workspace, ACCOUNTS[role], kind)
            browser = await site.browser(ACCOUNTS[role], workspace)
            nothing = await browser.press("NoSuchCommand")
            assert nothing.status == 404 and UNKNOWN_ACTION in nothing.body
            assert (await site.stranger().press(kind.name(), **values)).told == nobody
            answer = await browser.press(kind.name(), **values)
            if role in COMMANDS[kind].roles:
                assert answer.status in {200, 303, 404} and UNKNOWN_ACTION not in answer.body, (role, kind)
                assert kind not in USING or answer.status == 200, (role, kind)
            else:
                assert answer.told == nothing.told, (role, kind)


async def test_what_belongs_to_the_other_council_is_like_what_does_not_exist(world: World) -> None:
    """In every role, with every command that names a thing, over HTTP: the same bytes; and at home it works."""
    councils = await open_councils(world)
    async with open_site(world) as site:
        for role, kind in [(role, used) for used in USING for role in COMMANDS[used].roles]:
            foreign = await right_values(councils, ELSEWHERE, ACCOUNTS[role], kind)
            unknown = {name: new_id() if name in things_of(kind) else value for name, value in foreign.items()}
            here, there = await site.browser(ACCOUNTS[role]), await site.browser(ACCOUNTS[role], ELSEWHERE)
            refused = await here.press(kind.name(), **foreign)
            assert refused.told == (await here.press(kind.name(), **unknown)).told, (role, kind)
            assert refused.status == 404, (role, kind)
            assert (await there.press(kind.name(), **foreign)).status == 200, (role, kind)


def _neighbours(known: str) -> list[str]:
    """Ids beside this one: counted on and back, with each bit turned, cut, and written differently."""
    number = int(known, 16)
    counted = [f"{(number + step) % 2**128:032x}" for step in range(-20, 21) if step]
    turned = [f"{number ^ (1 << bit):032x}" for bit in range(0, 128, 3)]
    return [*counted, *turned, known[:-1], known + "0", f"{known}%", f"{known}' OR '1'='1", "%", "_" * 32, ""]
