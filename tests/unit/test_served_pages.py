"""What a browser is given by the served pages: who sees what, in which language, with which headers and cookies."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from adapters.web.pages.messenger import PageMessenger
from bot.administration import import_people
from bot.domain.people import Address, Platform
from bot.features.access import links
from bot.host.app import listening, open_product
from bot.host.settings import Settings
from bot.ports.sending import Messenger, Sent, Unfindable
from bot.views import View
from tests.conftest import Databases
from tests.platforms.pages import PAGES, Site, open_site
from tests.world import CLOSES, DIGEST, OPENS, World, open_world


async def test_somebody_with_only_a_page_is_asked_and_every_delivery_ends_well(
    empty_sqlite: Databases, tmp_path: Path
) -> None:
    """Whoever came by a link before the pulse opened stands on its roster; nothing waits for a chat they have not."""
    others: dict[Platform, Messenger] = {Platform.WEB: PageMessenger()}
    async with open_world(empty_sqlite.sqlite(tmp_path), tmp_path, others=others) as world, open_site(world) as site:
        store, now = site.core.store, world.time[0]
        await import_people(store, world.organisation, b"key,name,unit,parent_unit\nkd,Dai Depot,Roads,Council")
        made = await links(store, world.organisation, site.url, "", now + timedelta(days=7))
        code = next(link for person, link in made if person.key == "kd")
        assert (await site.stranger().enter(code)).status == 303
        await world.at(OPENS)
        pulse = await world.pulse()
        async with store.view() as tx:
            counts = await tx.outbox.count_by_state(world.time[0])
            dai = next(p for p in await tx.people.list_all(world.organisation.id) if p.key == "kd")
            assert await tx.pulses.labels_of(pulse.id, dai.id) is not None
        assert set(counts) == {"done"} and counts["done"] > 28


async def test_a_leader_reads_the_digest_and_staff_do_not_see_its_button(site: Site) -> None:
    """The button stands on the leader's front page only."""
    for number in range(1, 13):
        await site.world.answer(f"u{number}", 4)
    await site.world.at(CLOSES)
    await site.world.at(DIGEST)
    leader, staff = await site.browser("u0"), await site.browser("u5")
    assert "Latest digest" in (await leader.get()).body and "Latest digest" not in (await staff.get()).body
    assert "Housing" in (await leader.press("ShowDigest")).body
    assert (await staff.press("ShowDigest")).status == 404


async def test_whoever_reads_welsh_gets_welsh(site: Site) -> None:
    """Signed in, their own language; before that, the one their browser asks for; the page says which it is."""
    assert '<html lang="cy">' in (await (await site.browser("u3")).get()).body
    stranger = site.stranger()
    assert '<html lang="cy">' in (await stranger.get("/", **{"Accept-Language": "cy-GB,en;q=0.5"})).body
    assert '<html lang="en">' in (await stranger.get("/", **{"Accept-Language": "fr"})).body


async def test_every_answer_carries_its_headers(site: Site) -> None:
    """Pages, refusals, static files and what is not there: nothing is stored, framed, sniffed or told onwards."""
    browser = await site.browser("u5")
    answers = [
        await browser.get(),
        await browser.get("/enter"),
        await browser.get("/press"),
        await browser.get("/static/pages.css"),
        await browser.get("/static/nothing"),
        await browser.press("MyStories"),
        await browser.press("Nothing"),
        await browser.post("/press", {}, Origin="http://evil.example"),
        await site.stranger().enter("wrong"),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "http" not in policy


async def test_nothing_on_a_page_is_inline(site: Site) -> None:
    """What the policy forbids is not there: no script, no style, no handler in the page itself."""
    browser = await site.browser("u5")
    scripts = (
        '<script type="module" src="/static/enter.js"></script>',
        '<script type="module" src="/static/pages.js"></script>',
    )
    for page in (await browser.get(), await browser.press("StartStory"), await site.stranger().get("/enter")):
        assert "<style" not in page.body and " style=" not in page.body and " on" + "click" not in page.body
        assert page.body.count("<script") == sum(map(page.body.count, scripts)) == 1


async def test_a_cookie_is_kept_from_scripts_and_other_sites(site: Site) -> None:
    """Half an hour, no script, no other site; and only on this machine without a secure connection."""
    entered = await site.stranger().enter(await site.code("u5"))
    cookie = SimpleCookie(entered.headers["Set-Cookie"])["session"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/" and not cookie["secure"]
    assert (cookie["max-age"], cookie["domain"]) == ("1800", "")


async def test_a_public_address_makes_the_cookie_secure(small_world: World) -> None:
    """Then it is bound to its host, the browser is told to stay with https, and it serves as a session."""
    async with open_site(small_world, public_url=PAGES) as site:
        stranger = site.stranger()
        entered = await stranger.enter(await site.code("u5"), Origin=PAGES, Host="pages.council.example")
        assert entered.status == 303
        cookie = SimpleCookie(entered.headers["Set-Cookie"])["__Host-session"]
        assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Strict" and not cookie["domain"]
        assert "max-age" in entered.headers["Strict-Transport-Security"]
        host = {"Host": "pages.council.example"}
        assert "Person 5" in (await stranger.get("/", Cookie=f"__Host-session={cookie.value}", **host)).body
        assert "Person 5" not in (await stranger.get("/", Cookie=f"session={cookie.value}", **host)).body
        assert (await stranger.enter("x", Origin="https://evil.example")).status == 403
        assert (await stranger.enter("x", Origin="http://pages.council.example", **host)).status == 403


async def test_the_served_site_has_pages_and_no_switcher(empty_sqlite: Databases, small_world: World) -> None:
    """Composed as `serve` does it: a way in with the notice beside it, and nothing of the practice workspace."""
    del small_world
    folder = empty_sqlite.folder / "served"
    settings = Settings(database=SecretStr(empty_sqlite.sqlite(folder)), keys=folder / "keys", public_url=PAGES)
    async with (
        open_product(settings) as opened,
        listening(opened.site, "127.0.0.1", 0) as url,
        aiohttp.ClientSession(url) as http,
    ):
        async with http.get("/") as answer:
            said = await answer.text()
        assert answer.status == 200 and 'action="/enter"' in said and 'href="/privacy"' in said
        for path in ("/choose", "/say", "/jump", "/stream", "/?in=everyone", "/static/practice.js", "/nothing"):
            async with http.get(path) as answer:
                assert "You are" not in await answer.text()
                assert answer.status == (200 if path.startswith("/?") else 404)
            async with http.post(path, data={"person": "u1"}, headers={"Origin": url}) as answer:
                assert answer.status in {404, 405}
        assert opened.core.pages == PAGES
        assert isinstance(opened.worker.deliverer.messengers[Platform.WEB], PageMessenger)


async def test_a_delivery_to_a_page_ends_well_and_keeps_nothing() -> None:
    """It counts as sent, an edit too, and nobody can look for it later."""
    messenger, to = PageMessenger(), Address(Platform.WEB, "o", "p")
    assert await messenger.send(to, View("News"), "key") == Sent("")
    assert await messenger.update(to, "ref", View("News")) == Sent("ref")
    assert await messenger.find(to, "key", OPENS) == Unfindable()
    assert not messenger.looks
