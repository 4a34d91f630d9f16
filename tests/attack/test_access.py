"""P11 and authorisation on the served pages: nobody gets in without a right, and nobody learns what is not theirs."""

from __future__ import annotations

import asyncio
import html
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from pydantic import SecretStr

from adapters.web.pages.sealed import Seal
from bot.administration import import_people
from bot.core import UNKNOWN_ACTION
from bot.domain import trustees
from bot.domain.ids import new_id
from bot.domain.people import Role
from bot.domain.pulses import State
from bot.domain.sessions import CODE_LASTS, SESSION_LASTS, Purpose, code_hash, fresh_code, pass_for
from bot.features.access import enter, links
from bot.features.stories.commands import WithdrawStory
from bot.features.threads.commands import SayInThread
from bot.routes import COMMANDS
from tests.attack.thief import flush, hits, steal
from tests.examples import USING, right_values, things_of
from tests.examples.councils import ACCOUNTS, ELSEWHERE, open_councils
from tests.platforms.pages import SECRET, Browser, Site, open_site
from tests.world import CLOSES, OPENS, WORKSPACE, World


@pytest.fixture
async def site(world: World) -> AsyncIterator[Site]:
    """The pages in front of a council whose first pulse has opened, on each kind of database."""
    await world.at(OPENS)
    async with open_site(world) as opened:
        yield opened


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


async def test_cookies_that_are_not_good_are_as_good_as_none(site: Site) -> None:
    """Changed, cut, of another installation, of another kind, invented, over: the same answers as to a stranger."""
    browser = await site.browser("u5")
    whole = browser.cookie
    opened = dict(Seal.of(SECRET, "session").open(whole))
    forged = [
        *(whole[:at] + ("A" if whole[at] != "A" else "B") + whole[at + 1 :] for at in range(0, len(whole) - 1, 17)),
        whole[:-2],
        Seal.of(bytes(32), "session").close(opened),
        Seal.of(SECRET, "form").close(opened),
        Seal.of(SECRET, "session").close({**opened, "role": "steward"}),
        Seal.of(SECRET, "session").close({**opened, "organisation": new_id()}),
        Seal.of(SECRET, "session").close({**opened, "person": new_id()}),
        Seal.of(SECRET, "session").close({**opened, "until": "2020-01-01T00:00:00+00:00"}),
        Seal.of(SECRET, "session").close({"person": opened["person"]}),
        "null",
    ]
    nobody = await _all_answers(site.stranger())
    for cookie in forged:
        assert await _all_answers(Browser(site, cookie)) == nobody, cookie
    assert "Person 5" in (await browser.get()).body


async def test_a_session_is_over_after_half_an_hour_and_after_signing_out(site: Site) -> None:
    """A copy of the cookie is worth nothing then."""
    nobody = await _all_answers(site.stranger())
    late, left = await site.browser("u5"), await site.browser("u6")
    copy = Browser(site, left.cookie)
    assert (await left.post("/leave", {})).status == 303
    assert left.cookie == ""
    assert await _all_answers(copy) == nobody
    site.world.time[0] += SESSION_LASTS - timedelta(seconds=1)
    assert (await late.get()).body != (await site.stranger().get()).body
    site.world.time[0] += timedelta(seconds=1)
    assert await _all_answers(late) == nobody


@pytest.mark.parametrize("role", ["leader", "steward"])
async def test_a_session_ends_when_the_role_changes(site: Site, role: str) -> None:
    """Whoever was given another role signs in again, with a new code; the old session is a stranger's."""
    browser = await site.browser("u5")
    change = f"key,name,unit,parent_unit,role\nk5,Person 5,Housing,Council,{role}"
    await import_people(site.core.store, site.world.organisation, change.encode())
    assert await _all_answers(browser) == await _all_answers(site.stranger())
    assert "Latest digest" in (await (await site.browser("u5")).get()).body


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


async def test_who_somebody_is_comes_from_the_session_alone(site: Site) -> None:
    """Values, queries and headers that claim another person, role or organisation change nothing."""
    browser = await site.browser("u5")
    claims = dict.fromkeys(("person", "role", "user", "account", "identity", "organisation"), "steward")
    plain = await browser.press("MyData")
    fields = {"command": "MyData", **claims, **{f"v.{name}": value for name, value in claims.items()}}
    headers = {"X-User": "steward", "X-Forwarded-User": "steward", "Authorization": "Basic c3Rld2FyZDo="}
    assert (await browser.post("/press?person=steward&role=steward", fields, **headers)).told == plain.told
    assert "Person 5" in plain.body


async def test_another_person_s_form_can_not_be_sent(site: Site) -> None:
    """A form is sealed for whoever it was drawn for; with another's session it is put away unread."""
    mine, theirs = await site.browser("u5"), await site.browser("u6")
    form = await mine.press("SpeakUp")
    assert (await theirs.fill(form, body="In another's name", recipient="leader")).headers["Location"] == "/"
    assert "In another's name" not in str(await steal(site.world))
    assert (await mine.fill(form, body="In my own name", recipient="leader")).status == 200
    assert "In my own name" in str(await steal(site.world))


async def test_from_inside_nobody_renews_a_session(site: Site) -> None:
    """The way in is for chat: a session cannot be drawn out by asking for a code on the page."""
    browser = await site.browser("u5")
    for asked in (await browser.press("OpenPage"), await browser.press("Home", text="page")):
        assert asked.status == 200 and "#" not in re.sub(r'href="#content"', "", asked.body)
    assert (await steal(site.world))["codes"] == []


async def test_another_site_can_not_press(site: Site) -> None:
    """A foreign, a missing, a hidden or a look-alike origin is refused before anybody is asked for, with any path."""
    browser, code = await site.browser("u5"), await site.code("u6")
    port = site.url.rpartition(":")[2]
    foreign = (
        "http://evil.example",
        "null",
        "",
        f"http://127.0.0.1.evil.example:{port}",
        f"{site.url}.evil",
        "http://127.0.0.1:1",
    )
    for origin, (path, fields) in product(
        foreign, [("/press", {"command": "MyData"}), ("/fill", {}), ("/enter", {"code": code}), ("/leave", {})]
    ):
        assert (await browser.post(path, fields, Origin=origin)).status == 403
    assert "Person 5" in (await browser.get()).body
    assert (await site.stranger().enter(code)).status == 303


async def test_five_wrong_codes_a_minute_and_then_none(site: Site) -> None:
    """A sixth try is refused even with a good code; another address is not; a minute later all is well."""
    code = await site.code("u5")
    guesser = site.stranger()
    assert [(await guesser.enter(fresh_code())).status for _ in range(5)] == [403] * 5
    assert (await guesser.enter(code)).status == 429
    assert (await guesser.enter(fresh_code(), **{"X-Forwarded-For": "1.2.3.4, 203.0.113.9"})).status == 403
    site.seconds[0] = 60.0
    assert (await guesser.enter(code)).status == 303


async def test_five_requests_a_second_in_a_session(small_world: World) -> None:
    """The sixth is refused with a time to wait, another session is not, and a second later all is well."""
    async with open_site(small_world, requests=5) as site:
        browser, other = await site.browser("u5"), await site.browser("u6")
        assert [(await browser.get()).status for _ in range(5)] == [200] * 5
        refused = await browser.press("MyData")
        assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
        assert (await other.get()).status == 200
        site.seconds[0] = 1.0
        assert (await browser.get()).status == 200


async def _all_answers(browser: Browser) -> list[tuple[int, str]]:
    """What each address says to this browser."""
    posts = [("/press", {"command": "MyData"}), ("/fill", {"submit": "yes", "message": "x"})]
    gets = ("/", "/enter", "/press", "/leave", "/nothing", "/static/nothing")
    return [(await browser.get(path)).told for path in gets] + [(await browser.post(*post)).told for post in posts]


def _neighbours(known: str) -> list[str]:
    """Ids beside this one: counted on and back, with each bit turned, cut, and written differently."""
    number = int(known, 16)
    counted = [f"{(number + step) % 2**128:032x}" for step in range(-20, 21) if step]
    turned = [f"{number ^ (1 << bit):032x}" for bit in range(0, 128, 3)]
    return [*counted, *turned, known[:-1], known + "0", f"{known}%", f"{known}' OR '1'='1", "%", "_" * 32, ""]
