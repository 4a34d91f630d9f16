"""Attacks on sessions of the served pages: forged, kept, shared, and used from another site."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product

import pytest

from adapters.web.pages.sealed import Seal
from bot.administration import import_people
from bot.domain.ids import new_id
from bot.domain.sessions import SESSION_LASTS
from tests.attack.thief import steal
from tests.platforms.pages import SECRET, Browser, Site, open_site
from tests.world import World


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
