"""How long an answer is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.teams.patience import Patience, Waiting

BEGINNING = datetime(2026, 11, 2, 10, tzinfo=UTC)


class Watch:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = BEGINNING

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def slept(self) -> float:
        return (self.now - BEGINNING).total_seconds()


def patience(watch: Watch, chance: float = 1.0) -> Patience:
    return Patience(watch, 4.5, Waiting(watch.sleep, lambda: chance))


@pytest.mark.parametrize(("chance", "pauses"), [(0.0, [0.25, 0.5, 1.0, 2.0]), (1.0, [0.5, 1.0, 2.0])])
async def test_each_wait_is_twice_the_one_before_until_time_is_up(chance: float, pauses: list[float]) -> None:
    """Nobody is kept waiting for longer than was said, and not everybody comes back in the same moment."""
    watch = Watch()
    patient = patience(watch, chance)
    for already in range(len(pauses)):
        assert await patient.waits()
        assert watch.slept == sum(pauses[: already + 1])
    assert not await patient.waits()
    assert watch.slept == sum(pauses)


async def test_what_teams_asks_for_is_honoured_where_it_is_short() -> None:
    """As long as asked, not less; not at all where that is too long."""
    watch = Watch()
    patient = patience(watch)
    assert await patient.waits(3.0)
    assert watch.slept == 3.0
    assert not await patient.waits(3.0)
    assert not await patience(watch).waits(30.0)
    assert watch.slept == 3.0


async def test_time_that_the_tries_take_counts_too() -> None:
    """A slow refusal leaves less time for another; one that could not last for a moment is not begun."""
    watch = Watch()
    patient = patience(watch)
    watch.now += timedelta(seconds=3.4)
    assert patient.left == pytest.approx(1.1)
    assert await patient.waits()
    assert patient.left == pytest.approx(0.6)
    assert not await patient.waits(0.2)
