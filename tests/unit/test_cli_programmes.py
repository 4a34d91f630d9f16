"""What a steward types for programmes and their pulses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.administration import only
from bot.domain.pulses import State
from bot.host.app import Product
from tests.terminal import Terminal
from tests.unit.cli_council import START, the_pulse
from tests.world import CLOSES, OPENS


def test_a_programme_starts_with_its_goal_and_measures(terminal: Terminal) -> None:
    """The days are said and everything that was typed is kept."""
    terminal.does("organisation", "create", "Council")
    said = terminal.does(*START, "--measure", "Calls answered", "--measure", "Letters fewer")
    assert said.strip() == "Change starts on 16 November 2026 and ends on 24 February 2027."

    async def kept(product: Product) -> tuple[str, tuple[str, ...]]:
        async with product.store.view() as tx:
            [programme] = await tx.programmes.list_all((await only(product.store)).id)
        return programme.goal, programme.measures

    assert terminal.inside(kept) == ("Answer people the first time", ("Calls answered", "Letters fewer"))


@pytest.mark.parametrize("starts", ["tomorrow", "2026-13-01", "16/11/2026"])
def test_a_day_that_is_none_is_refused(terminal: Terminal, starts: str) -> None:
    """A first day that cannot be read is a usage error that shows how to write it."""
    ran = terminal.run(*START[:-1], starts)
    assert ran.status == 2
    assert "%Y-%m-%d" in ran.err


def test_a_pulse_is_not_opened_before_its_time(council: Terminal) -> None:
    """An hour early nothing opens, nobody is asked, and the message says that its time has not come."""
    ran = council.run("pulse", "open")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "There is nothing to open now: its time has not come" in ran.err
    assert council.inside(the_pulse) is None
    assert council.mailbox.sent == []


def test_a_pulse_is_opened_and_everybody_asked_once(council: Terminal) -> None:
    """From its time on it opens and the messages go out; typing it again asks nobody twice."""
    council.now = OPENS + timedelta(minutes=5)
    for _ in range(2):
        assert council.does("pulse", "open").startswith("Done.")
    pulse = council.inside(the_pulse)
    assert pulse is not None and pulse.state is State.OPEN
    assert len(council.mailbox.sent) == 15


def test_a_pulse_is_never_closed_early(council: Terminal) -> None:
    """A second before the announced time it stays open; at that time it is sealed, once."""
    council.now = OPENS
    council.does("pulse", "open")
    council.now = CLOSES - timedelta(seconds=1)
    ran = council.run("pulse", "close")
    assert ran.status == 2 and "There is nothing to close now" in ran.err
    pulse = council.inside(the_pulse)
    assert pulse is not None and pulse.state is State.OPEN
    council.now = CLOSES
    for _ in range(2):
        assert council.does("pulse", "close").startswith("Done.")
    pulse = council.inside(the_pulse)
    assert pulse is not None and pulse.state is State.SEALED


def test_a_pulse_is_not_opened_after_its_close(council: Terminal) -> None:
    """On the Friday of a week that was missed there is nothing to open: nobody could answer any more."""
    council.now = CLOSES + timedelta(hours=1)
    assert council.run("pulse", "open").status == 2
    assert council.inside(the_pulse) is None


def test_without_a_programme_there_is_nothing_to_open(terminal: Terminal) -> None:
    """An organisation whose hundred days have not begun has no pulse."""
    terminal.does("organisation", "create", "Council")
    terminal.now = OPENS
    ran = terminal.run("pulse", "open")
    assert ran.status == 2 and "no programme is running" in ran.err
