"""Attacks on the way in to the served pages: codes, links and passes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.administration import import_people
from bot.domain.sessions import CODE_LASTS, Purpose, code_hash, fresh_code, pass_for
from bot.features.access import enter, links
from tests.attack.thief import flush, hits, steal
from tests.examples.councils import open_councils
from tests.platforms.pages import Site


async def test_a_code_lets_its_person_in_once(site: Site) -> None:
    """It shows them their own front page; the same code again is a wrong one."""
    code = await site.code("u5")
    browser = site.stranger()
    assert (await browser.enter(code)).status == 303
    assert "Person 5" in (await browser.get()).body
    assert (await site.stranger().enter(code)).told == (await site.stranger().enter(fresh_code())).told


async def test_codes_that_are_not_good_are_all_the_same(site: Site) -> None:
    """Used, late, replaced by a newer one, changed by a character, of another kind, noise: one answer, no session."""
    replaced, used, late = await site.code("u6"), await site.code("u5"), await site.code("u7")
    await site.code("u6")
    assert (await site.stranger().enter(used)).status == 303
    site.world.time[0] += CODE_LASTS
    good = await site.code("u5")
    changed = [good[:-1] + ("A" if good[-1] != "A" else "B"), good[:-1], good + "A", good.swapcase()]
    answers = []
    for code in (used, replaced, late, *changed, code_hash(good), "", "'; DROP TABLE codes", "é" * 40, "\x00"):
        site.seconds[0] += 60
        browser = site.stranger()
        answers.append(await browser.enter(code))
        assert not browser.cookie
    assert {answer.told for answer in answers} == {answers[0].told}
    assert answers[0].status == 403
    assert (await site.stranger().enter(good)).status == 303


async def test_a_code_used_by_two_at_once_lets_one_in(site: Site) -> None:
    """Whichever statement comes first has it."""
    code = await site.code("u5")
    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(enter(site.core.store, code, site.world.time[0])) for _ in range(5)]
    assert [task.result() is not None for task in tries].count(True) == 1


async def test_no_row_and_no_file_holds_a_code_or_a_session(site: Site) -> None:
    """A thief of the database cannot come in, nor tell who was here; the search would find the hash."""
    waiting, used = await site.code("u6"), await site.code("u5")
    browser = site.stranger()
    await browser.enter(used)
    await browser.press("ShowPulse")
    await flush(site.world)
    secrets = [waiting, used, browser.cookie, browser.cookie[:40]]
    assert hits(site.world, [secret.encode() for secret in secrets]) == 0
    assert hits(site.world, [code_hash(waiting).encode()]) > 0
    loot = await steal(site.world)
    assert [row["code_hash"] for row in loot["codes"]] == [code_hash(waiting)]


async def test_codes_that_nobody_used_are_forgotten(site: Site) -> None:
    """Tidying takes those whose time is over, and leaves the others."""
    await site.code("u5")
    site.world.time[0] += CODE_LASTS
    kept = await site.code("u6")
    await site.world.product.store.tidy(site.world.time[0])
    assert [row["code_hash"] for row in (await steal(site.world))["codes"]] == [code_hash(kept)]


async def test_a_link_lets_its_person_in_without_a_chat_account_and_once(site: Site) -> None:
    """They act as themselves from then on, and are asked from the next pulse on."""
    store, council = site.core.store, site.world.organisation
    await import_people(store, council, b"key,name,unit,parent_unit\nkd,Dai Depot,Roads,Council")
    until = site.world.time[0] + timedelta(days=7)
    made = {person.key: link for person, link in await links(store, council, site.url, "Roads", until)}
    async with store.view() as tx:
        before = await tx.people.count_reachable(council.id)
    browser = site.stranger()
    assert (await browser.enter(made["kd"])).status == 303
    assert "Dai Depot" in (await browser.press("MyData")).body
    assert (await site.stranger().enter(made["kd"])).status == 403
    async with store.view() as tx:
        assert await tx.people.count_reachable(council.id) == before + 1


async def test_new_links_end_earlier_ones_and_leave_codes_from_chat_alone(site: Site) -> None:
    """Each purpose has one code a person."""
    store, until = site.core.store, site.world.time[0] + timedelta(days=7)
    first = dict(await links(store, site.world.organisation, site.url, "", until))
    chat = await site.code("u5")
    second = dict(await links(store, site.world.organisation, site.url, "", until))
    by_key = {person.key: (first[person], second[person]) for person in first}
    old, new = by_key["k5"]
    assert (await site.stranger().enter(old)).status == 403
    assert (await site.stranger().enter(new)).status == (await site.stranger().enter(chat)).status == 303


async def test_a_pass_for_another_organisation_lets_nobody_in(site: Site) -> None:
    """A row that names a person under an organisation that is not theirs is worth nothing."""
    councils = await open_councils(site.world)
    code, now = fresh_code(), site.world.time[0]
    async with site.core.store.begin() as tx:
        other = next(o for o in await tx.organisations.list_all() if o.id != site.world.organisation.id)
        person = (await tx.people.list_all(site.world.organisation.id))[0]
        good = pass_for(person, Purpose.LINK, now + timedelta(days=1))
        await tx.codes.issue({code_hash(code): replace(good, organisation=other.id)})
    assert councils.pulses
    assert (await site.stranger().enter(code)).status == 403


async def test_five_wrong_codes_a_minute_and_then_none(site: Site) -> None:
    """A sixth try is refused even with a good code; another address is not; a minute later all is well."""
    code = await site.code("u5")
    guesser = site.stranger()
    assert [(await guesser.enter(fresh_code())).status for _ in range(5)] == [403] * 5
    assert (await guesser.enter(code)).status == 429
    assert (await guesser.enter(fresh_code(), **{"X-Forwarded-For": "1.2.3.4, 203.0.113.9"})).status == 403
    site.seconds[0] = 60.0
    assert (await guesser.enter(code)).status == 303
