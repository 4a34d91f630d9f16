"""P8 in the product: who was told together, who came and went, and the digest, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from pydantic import SecretStr

from adapters.text.render import lines
from bot.administration import import_people, let_go
from bot.domain.ids import new_id
from bot.domain.programmes import Programme
from bot.domain.pulses import Pulse
from bot.domain.questions import INDEX
from bot.domain.results import Results
from bot.features.pulses.closing import close, close_with
from bot.host.app import open_product
from bot.host.settings import Settings
from bot.plan import Work
from bot.words import load_languages
from tests.attack.thief import steal
from tests.fault.replica import themes
from tests.world import CLOSES, DIGEST, HEADER, MONDAY, OPENS, World, staff_list

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


async def the_list_is(world: World, rows: bytes) -> None:
    """The list of staff is this one from now on: who is not in it has left."""
    await import_people(world.product.store, world.organisation, rows)
    await let_go(world.product.store, world.organisation, rows, world.time[0])


def leavers(*gone: str) -> bytes:
    """The list of staff without these accounts."""
    return "\n".join(row for row in staff_list().decode().splitlines() if row.split(",")[-1] not in gone).encode()


def renumbered(rows: bytes, *accounts: str) -> bytes:
    """The same list, where these people have another number: from payroll, or from somebody who wants to know."""
    lines = [row.split(",") for row in rows.decode().splitlines()]
    return "\n".join(",".join([f"new{row[0]}" if row[-1] in accounts else row[0], *row[1:]]) for row in lines).encode()


async def test_the_same_people_are_shown_again(world: World) -> None:
    """Where nobody came or went, day 50 shows what day 0 showed."""
    first = await a_measure_week(world, timedelta())
    second = await a_measure_week(world, SEVEN_WEEKS)
    assert first.numbers
    assert second.numbers == first.numbers


async def test_a_newcomer_waits_and_the_others_are_shown(world: World) -> None:
    """Twenty-eight people and one who joined: the same numbers as before, about the same people."""
    first = await a_measure_week(world, timedelta())
    await import_people(world.product.store, world.organisation, NEWCOMER)
    second = await a_measure_week(world, SEVEN_WEEKS)
    assert [(n.unit, n.number.share, n.number.basis) for n in second.numbers] == [
        (n.unit, n.number.share, n.number.basis) for n in first.numbers
    ]
    assert {n.number.counted for n in second.numbers if n.unit != first.numbers[0].unit} != {100}


async def test_one_who_leaves_rests_their_team_and_the_digest_says_so(world: World) -> None:
    """Roads is not shown, Housing is, and the organisation's digest says how many it is about."""
    first = await a_measure_week(world, timedelta())
    await the_list_is(world, leavers("u20"))
    second = await a_measure_week(world, SEVEN_WEEKS)
    housing, roads = await units(world)
    assert {housing, roads} < {n.unit for n in first.numbers}
    assert roads not in {n.unit for n in second.numbers} and housing in {n.unit for n in second.numbers}
    await world.at(DIGEST + SEVEN_WEEKS)
    assert "These numbers are about 50 % of the people here" in lines(world.mailbox.to("general")[-1])


async def test_attack_a_other_numbers_make_nobody_anew(world: World) -> None:
    """A unit is entered again with other numbers, the target left out: to everybody else the account leads.

    So it is seen that one has left, and their team rests; entered again with the target in it, nothing has changed.
    """
    first = await a_measure_week(world, timedelta())
    accounts = [f"u{number}" for number in range(14)]
    await the_list_is(world, renumbered(leavers("u3"), *accounts))
    second = await a_measure_week(world, SEVEN_WEEKS)
    housing, _ = await units(world)
    assert housing in {n.unit for n in first.numbers}
    assert housing not in {n.unit for n in second.numbers}


async def test_attack_a_the_same_people_under_other_numbers_are_the_same(world: World) -> None:
    """Payroll renumbers a whole unit, and nobody has come or gone: its number is about the same people."""
    first = await a_measure_week(world, timedelta())
    await the_list_is(world, renumbered(leavers(), *(f"u{number}" for number in range(14))))
    second = await a_measure_week(world, SEVEN_WEEKS)
    assert {(n.unit, n.number.basis) for n in second.numbers} == {(n.unit, n.number.basis) for n in first.numbers}


async def test_a_week_that_waited_is_compared_with_those_after_it(world: World) -> None:
    """A pulse whose trustee comes weeks later is not shown of a team that somebody joined or left in between."""
    passphrase = SecretStr("four words that nobody guesses")
    await world.product.store.appoint(world.organisation.id, passphrase)
    await a_measure_week(world, timedelta())
    first = await world.pulse()
    await import_people(world.product.store, world.organisation, NEWCOMER)
    await a_measure_week(world, SEVEN_WEEKS)
    second = await world.pulse()
    for pulse in (second, first):
        await close_with(world.product.store, pulse.id, passphrase, world.time[0])
    housing, roads = await units(world)
    assert {n.unit for n in (await results(world, second)).numbers} >= {housing, roads}
    earlier = {n.unit for n in (await results(world, first)).numbers}
    assert housing not in earlier and roads in earlier


async def test_a_season_ends_after_thirteen_weeks(world: World) -> None:
    """Day 100 is fourteen weeks after day 0, and what was told then is forgotten: the team is shown as it is now."""
    await a_measure_week(world, timedelta())
    await the_list_is(world, leavers("u3"))
    await world.product.worker.tidy()
    last = await a_measure_week(world, 2 * SEVEN_WEEKS)
    housing, _ = await units(world)
    assert housing in {n.unit for n in last.numbers}
    assert {n.number.counted for n in last.numbers if n.unit == housing} == {100}


async def test_with_another_key_every_question_rests(world: World) -> None:
    """Where the key that people are recognised with is lost, nothing is told of what was told before; then it is."""
    await a_measure_week(world, timedelta())
    (world.keys / "installation" / "recognition").unlink()
    settings = Settings(database=SecretStr(world.database), keys=world.keys)
    async with open_product(settings, lambda: world.time[0]) as world.product:
        assert (await a_measure_week(world, SEVEN_WEEKS)).numbers == ()
        await world.product.worker.tidy()
        assert (await a_measure_week(world, 2 * SEVEN_WEEKS)).numbers


async def test_of_two_pulses_that_close_at_once_one_is_worked_out_again(world: World) -> None:
    """Two programmes ask the same people the same questions in the same week: what is told of one binds the other."""
    twin = Programme(new_id(), world.organisation.id, "Twin", "The same again", MONDAY)
    async with world.product.store.begin() as tx:
        await tx.programmes.add(twin)
    await world.at(OPENS)
    async with world.product.store.view() as tx:
        pulses = [await tx.pulses.current(programme) for programme in (world.programme.id, twin.id)]
    assert all(pulses)
    for pulse in pulses:
        assert pulse is not None
        for number in (*range(6), *range(14, 20)):
            await world.ask(f"u{number}", "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=4)
    world.time[0] = CLOSES
    work = Work(world.product.store, load_languages(), themes(), CLOSES)
    await asyncio.gather(*(close(pulse, work) for pulse in pulses if pulse))
    found = [await results(world, pulse) for pulse in pulses if pulse]
    assert [n.number.basis for n in found[0].numbers] == [n.number.basis for n in found[1].numbers] != []
    groups = (await steal(world))["season_groups"]
    members = [row["members"] for row in groups if row["item"] == pulses[0].items[0]]  # type: ignore[union-attr]
    assert len(members) == len(set(map(str, members)))


async def units(world: World) -> tuple[str, str]:
    """Housing and Roads."""
    async with world.product.store.view() as tx:
        tree = await tx.people.tree(world.organisation.id)
    by_name = {unit.name: unit.id for unit in tree.units.values()}
    return by_name["Housing"], by_name["Roads"]
