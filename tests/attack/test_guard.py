"""P8 in the product: rosters, what was published before, and the digest, on both databases."""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr

from adapters.text.render import lines
from bot.administration import import_people
from bot.domain.ballots import Results
from bot.domain.pulses import Pulse
from bot.domain.questions import INDEX
from bot.features.pulses.closing import close_with
from tests.world import CLOSES, DIGEST, HEADER, OPENS, World

SEVEN_WEEKS = timedelta(weeks=7)
NEWCOMER = f"{HEADER}\nknew,Nia New,,Housing,Council,Town Hall,,staff,en,Europe/London,,,unew\n".encode()


async def results(world: World, pulse: Pulse) -> Results:
    async with world.product.store.view() as tx:
        return await tx.results.for_pulse(pulse.id)


async def a_measure_week(world: World, weeks: timedelta) -> Results:
    """Six of each unit answer two of the five index questions that are asked on day 0 and on day 50."""
    await world.at(OPENS + weeks)
    pulse = await world.pulse()
    assert set(pulse.items) == set(INDEX)
    for number in (*range(6), *range(14, 20)):
        for item in pulse.items[:2]:
            await world.ask(f"u{number}", "AnswerPulse", pulse=pulse.id, item=item, score=4)
    await world.at(CLOSES + weeks)
    return await results(world, await world.pulse())


async def test_the_same_people_are_shown_again(world: World) -> None:
    """Where nobody came or went, day 50 shows what day 0 showed."""
    first = await a_measure_week(world, timedelta())
    second = await a_measure_week(world, SEVEN_WEEKS)
    assert first.tallies
    assert second.tallies == first.tallies


async def test_one_newcomer_rests_the_question_and_the_digest_says_so(world: World) -> None:
    """Twenty-seven people and one who joined: neither their unit nor the whole is shown, and the reason is."""
    await a_measure_week(world, timedelta())
    await import_people(world.product.store, world.organisation, NEWCOMER)
    second = await a_measure_week(world, SEVEN_WEEKS)
    assert second.tallies == ()
    assert second.turnouts
    await world.at(DIGEST + SEVEN_WEEKS)
    assert "only a few people have come or gone" in lines(world.mailbox.to("general")[-1])


async def test_a_week_that_waited_is_compared_with_those_after_it(world: World) -> None:
    """A pulse whose trustee comes weeks later is not shown beside a later one that one newcomer tells it apart from."""
    passphrase = SecretStr("four words that nobody guesses")
    await world.product.store.appoint(world.organisation.id, passphrase)
    await a_measure_week(world, timedelta())
    first = await world.pulse()
    await import_people(world.product.store, world.organisation, NEWCOMER)
    await a_measure_week(world, SEVEN_WEEKS)
    second = await world.pulse()
    for pulse in (second, first):
        await close_with(world.product.store, pulse.id, passphrase, world.time[0])
    assert (await results(world, second)).tallies
    assert (await results(world, first)).tallies == ()


async def test_the_guard_forgets_with_the_roster(world: World) -> None:
    """Day 100 is fourteen weeks after day 0: its roster is gone by then, and cannot be compared by anybody."""
    await a_measure_week(world, timedelta())
    await import_people(world.product.store, world.organisation, NEWCOMER)
    await world.product.worker.tidy()
    last = await a_measure_week(world, 2 * SEVEN_WEEKS)
    assert last.tallies
