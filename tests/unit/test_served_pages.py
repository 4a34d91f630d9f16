"""What a browser is given by the served pages: forms, headers, cookies, and what is refused at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from pydantic import SecretStr

from adapters.web import limits
from adapters.web.pages.door import FORM, caller
from adapters.web.pages.messenger import PageMessenger
from bot.administration import import_people
from bot.domain.people import Address, Platform
from bot.features.access import links
from bot.host.app import listening, open_product
from bot.host.settings import Settings
from bot.ports.sending import Messenger, Sent, Unfindable
from bot.views import View
from tests.attack.thief import steal
from tests.conftest import Databases
from tests.platforms.pages import PAGES, Site, open_site
from tests.platforms.web import Page
from tests.unit.test_site import change
from tests.world import CLOSES, DIGEST, OPENS, World, open_world

SPELLED = re.compile(r"(?:\d{4} ){3}\d{4}")
DRAFT = re.compile(r'data-draft="([0-9a-f]+)"')


@pytest.fixture
async def site(small_world: World) -> AsyncIterator[Site]:
    """The pages of a council whose first pulse is open."""
    await small_world.at(OPENS)
    async with open_site(small_world) as opened:
        yield opened


async def test_somebody_answers_the_pulse_and_sees_that_it_is_recorded(site: Site) -> None:
    """The answer of a press is the pulse with what was answered marked; no value comes back."""
    browser, pulse = await site.browser("u5"), await site.world.pulse()
    shown = await browser.press("ShowPulse")
    answered = await browser.press("AnswerPulse", pulse=pulse.id, item=pulse.items[0], score="4")
    assert shown.status == answered.status == 200
    assert "Recorded" in answered.body and "Recorded" not in shown.body
    async with site.core.store.view() as tx:
        person = next(p for p in await tx.people.list_all(site.world.organisation.id) if p.key == "k5")
        assert await tx.ballots.items_answered(pulse, person.id) == {pulse.items[0]}


async def test_a_form_keeps_what_was_typed_where_something_was_wrong(site: Site) -> None:
    """It is drawn again by a server that remembers nothing, with the sentence and the words beside it."""
    browser = await site.browser("u5")
    form = await browser.press("StartStory")
    wrong = await browser.fill(form, text=" ", changed="The queue is gone", audience="organisation")
    assert wrong.status == 422
    assert 'role="alert"' in wrong.body and "The queue is gone" in wrong.body
    told = await browser.fill(wrong, text="We closed the form", audience="organisation")
    assert told.status == 200 and "Thank you for telling it" in told.body


async def test_a_form_is_put_away_and_its_buttons_work(site: Site) -> None:
    """`Cancel` leads to the front page; a button inside a form sends its own command."""
    browser = await site.browser("u5")
    form = await browser.press("SpeakUp")
    away = await browser.post("/fill", {"submit": "no", "message": "x"})
    assert (away.status, away.headers["Location"]) == (303, "/")
    assert 'class="fill"' in form.body
    inside = await browser.post("/fill", {"instead": "command=ShowPulse&v.text=", "message": _sealed(form.body)})
    assert "questions" in inside.body


async def test_a_form_that_is_sent_twice_counts_once(site: Site) -> None:
    """A quick finger opens one conversation; the same words in a new form open another."""
    browser = await site.browser("u5")
    form = await browser.press("SpeakUp")
    assert (await browser.fill(form, body="Once is enough", recipient="leader")).status == 200
    again = await browser.fill(form, body="Once is enough", recipient="leader")
    assert again.status == 200 and "It is on its way" in again.body
    assert str(await steal(site.world)).count("Once is enough") == 1
    await browser.fill(await browser.press("SpeakUp"), body="Once is enough", recipient="leader")
    assert str(await steal(site.world)).count("Once is enough") == 2


async def test_a_code_is_not_lost_by_a_second_press(site: Site) -> None:
    """Both presses, even at once, are answered with the very code; the page it stands on has one way out."""
    browser = await site.browser("u5")
    form = await browser.press("SpeakUp")
    sent = [browser.fill(form, body="Nobody may know", recipient="leader", hear="code") for _ in range(2)]
    first, second = await asyncio.gather(*sent)
    assert (first.status, second.status) == (200, 200)
    [code] = set(SPELLED.findall(first.body + second.body))
    assert code in first.body and code in second.body
    assert [button.label for form in Page(first.body).forms for button in form.buttons] == ["I wrote it down"]
    assert (
        "<a href" not in first.body.partition("<header")[2]
        and str(await steal(site.world)).count("Nobody may know") == 1
    )
    away = await browser.fill(first)
    assert (away.status, away.headers["Location"]) == (303, "/")


async def test_other_words_in_a_form_that_was_sent_are_not_lost(site: Site) -> None:
    """They count as something else."""
    browser = await site.browser("u5")
    form = await browser.press("SpeakUp")
    for words in ("Zq first", "Zq second"):
        await browser.fill(form, body=words, recipient="leader")
    loot = str(await steal(site.world))
    assert (loot.count("Zq first"), loot.count("Zq second")) == (1, 1)


async def test_what_was_written_when_the_session_ended_is_there_again(site: Site) -> None:
    """Sealed, it waits in the page for whoever wrote it: a wrong code keeps it, and nobody else is shown it."""
    browser = await site.browser("u5")
    form = await browser.press("StartStory")
    site.world.time[0] += timedelta(minutes=31)
    over = await browser.fill(form, text="Zq written late", audience="organisation", named="yes")
    assert over.status == 403 and "Your session has ended." in over.body and "Zq written" not in over.body
    kept = Page(over.body).forms[0].values["kept"]
    wrong = await site.stranger().post("/enter", {"code": "wrong", "kept": kept})
    assert Page(wrong.body).forms[0].values["kept"] == kept
    other = await site.stranger().post("/enter", {"code": await site.code("u6"), "kept": kept})
    assert (other.status, other.headers["Location"]) == (303, "/")
    back = site.stranger()
    again = await back.post("/enter", {"code": await site.code("u5"), "kept": kept})
    assert again.status == 200 and "Zq written late" in again.body
    told = await back.fill(again, named="yes")
    assert "Thank you for telling it" in told.body


async def test_a_draft_has_a_name_that_says_nothing(site: Site) -> None:
    """The same for the same form, another for another person or another form; an accepted form says so, once."""
    browser, other = await site.browser("u5"), await site.browser("u6")
    story = await browser.press("StartStory")
    names = [DRAFT.findall(page.body) for page in (story, await browser.press("StartStory"))]
    assert names[0] == names[1] and len(names[0]) == 1
    [name] = names[0]
    assert name not in (await other.press("StartStory")).body and name not in (await browser.press("SpeakUp")).body
    wrong = await browser.fill(story, text=" ")
    told = await browser.fill(story, text="We closed a form", audience="organisation", named="yes")
    assert DRAFT.findall(wrong.body) == [name] and f'data-accepted="{name}"' in told.body
    assert 'data-accepted=""' in wrong.body
    assert f'data-who="{name[:8]}"' in wrong.body


async def test_words_for_a_coded_conversation_are_there_at_every_entry(site: Site) -> None:
    """Each entry has a ticket of its own, and what was written under the last one is still called the same.

    The name is nobody else's, and does not show the conversation. So it is where the form is sent.
    """
    browser, other = await site.browser("u5"), await site.browser("u6")
    sent = await browser.fill(await browser.press("SpeakUp"), body="Nobody may know", recipient="leader", hear="code")
    [code] = set(SPELLED.findall(sent.body))
    first, second, theirs = [await who.press("UseCode", code=code) for who in (browser, browser, other)]
    names = [DRAFT.findall(page.body) for page in (first, second, theirs)]
    assert names[0] == names[1] != names[2] and len(names[0]) == 1
    site.world.time[0] += timedelta(minutes=31)
    again = await browser.enter(await site.code("u5"))
    late = await browser.fill(second, body="Written for half an hour")
    assert (again.status, late.status) == (303, 404) and "enter your code again" in late.body
    assert DRAFT.findall(late.body) == names[0] and "Written for half an hour" in late.body
    kept = await browser.fill(await browser.press("UseCode", code=code), body="Written for half an hour")
    assert f'data-accepted="{names[0][0]}"' in kept.body
    threads = [str(row["id"]) for row in (await steal(site.world))["threads"]]
    assert threads and not [thread for thread in threads if thread in late.body or thread in kept.body]


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


@pytest.mark.parametrize("host", ["[", "localhost:", "::1", "127.0.0.1.evil.example", "@localhost"])
async def test_a_strange_host_is_nobody_special(site: Site, host: str) -> None:
    """No name that a client makes up ends in an error, or gets a session without a secure connection."""
    entered = await site.stranger().enter(await site.code("u5"), Host=host)
    assert entered.status in {400, 403}
    assert "Set-Cookie" not in entered.headers


async def test_a_stranger_can_neither_sign_out_nor_be_a_trustee(site: Site) -> None:
    """The one leads to the way in, the other is refused like any other press."""
    assert (await site.stranger().post("/leave", {})).headers["Location"] == "/"
    assert (await site.stranger().post("/trustee", {"pulse": "x", "passphrase": "y"})).status == 403
    assert (await site.stranger().post("/fill", {})).status == 403
    assert (await site.stranger().get("/trustee")).status == 303


async def test_a_double_click_is_no_error(site: Site) -> None:
    """What was done already shows the front page."""
    browser = await site.browser("u5")
    put_away = await browser.press("PutAway", thread="x")
    assert (put_away.status, put_away.headers["Location"]) == (303, "/")


async def test_a_store_that_does_not_answer_is_said_in_a_sentence(site: Site) -> None:
    """503, with the headers of every answer, and no trace of what failed."""
    browser = await site.browser("u5")
    await change(site.world, "ALTER TABLE accounts RENAME TO lost")
    answer = await browser.get()
    assert (answer.status, answer.headers["Cache-Control"]) == (503, "no-store")
    assert "accounts" not in answer.body


async def test_whatever_can_not_be_taken_is_said_on_a_page_with_a_way_on(site: Site) -> None:
    """In the language that the browser asks for, for every such reason; and without one word in English."""
    welsh, browser = {"Accept-Language": "cy"}, await site.browser("u5")
    long = {"command": "MyStories", "v.a": "a" * 64 * 1024}
    answers = [
        await browser.post("/press", {}, Origin="http://evil.example", **welsh),
        await browser.post("/press", long, **welsh),
        await browser.post("/press", {f"v{n}": "1" for n in range(101)}, **welsh),
        await browser.post("/fill", {"message": "x" * 300_000}, **welsh),
    ]
    await change(site.world, "ALTER TABLE accounts RENAME TO lost")
    answers += [await browser.get("/", **welsh), await browser.press("MyStories"), await browser.post("/leave", {})]
    assert [answer.status for answer in answers] == [403, 413, 400, 413, 503, 503, 503]
    for answer in answers[:5]:
        assert '<html lang="cy">' in answer.body and not re.search("nothing was|did not", answer.body)
    for answer in answers:
        assert "<h1>" in answer.body and 'href="/"' in answer.body and 'role="alert"' in answer.body
        assert answer.headers["Cache-Control"] == "no-store"


async def test_words_outlive_a_store_that_does_not_answer(site: Site) -> None:
    """Sealed, they wait behind a button for whoever wrote them, and count once; nobody else is shown them."""
    browser, other = await site.browser("u5"), await site.browser("u6")
    form = await browser.press("SpeakUp")
    await change(site.world, "ALTER TABLE accounts RENAME TO lost")
    failed = await browser.fill(form, body="Zq not now", recipient="leader")
    assert failed.status == 503 and "Zq not" not in failed.body
    sent = Page(failed.body).forms[0]
    again = await browser.post(sent.action, sent.values)
    await change(site.world, "ALTER TABLE codes RENAME TO gone")
    entered = await site.stranger().post("/enter", {"code": "x", "kept": sent.values["kept"]})
    await change(site.world, "ALTER TABLE gone RENAME TO codes")
    assert (again.status, entered.status) == (503, 503) and Page(entered.body).forms[0].action == "/enter"
    assert Page(entered.body).forms[0].values["kept"] == sent.values["kept"]
    await change(site.world, "ALTER TABLE lost RENAME TO accounts")
    sent = Page(again.body).forms[0]
    theirs = await other.post(sent.action, sent.values)
    assert (theirs.status, theirs.headers["Location"]) == (303, "/")
    done = [await browser.post(sent.action, sent.values) for _ in range(2)]
    assert [page.status for page in done] == [200, 200] and all("It is on its way" in page.body for page in done)
    assert str(await steal(site.world)).count("Zq not now") == 1
    over = await site.stranger().post(sent.action, sent.values)
    assert over.status == 403 and "what you had written" in over.body and "Zq not" not in over.body


async def test_words_outlive_haste(small_world: World) -> None:
    """Whoever is too fast is told so, and sends the same words with one press."""
    await small_world.at(OPENS)
    async with open_site(small_world, requests=2) as site:
        browser = await site.browser("u5")
        form = await browser.press("SpeakUp")
        await browser.get()
        fast = await browser.fill(form, body="Zq too fast", recipient="leader")
        assert (fast.status, fast.headers["Retry-After"]) == (429, "1") and "Zq too" not in fast.body
        site.seconds[0] += 2
        sent = Page(fast.body).forms[0]
        assert "It is on its way" in (await browser.post(sent.action, sent.values)).body


async def test_a_form_with_far_too_many_words_is_in_front_of_its_writer_again(site: Site) -> None:
    """Also where they are more than any other request may hold; a session that ends meanwhile loses none of them."""
    browser, words = await site.browser("u5"), "Zq" * 50_000
    form = await browser.press("StartStory")
    wrong = await browser.fill(form, text=words, audience="organisation")
    assert wrong.status == 422 and words in wrong.body
    site.world.time[0] += timedelta(minutes=31)
    over = await browser.fill(form, text=words, audience="organisation")
    kept = Page(over.body).forms[0].values["kept"]
    back = await site.stranger().post("/enter", {"code": await site.code("u5"), "kept": kept})
    assert (over.status, back.status) == (403, 200) and words in back.body


async def test_a_request_that_takes_too_long_is_told_so_on_a_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the connection is given up."""
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.05)
    browser = await site.browser("u5")

    async def never_ending() -> AsyncIterator[bytes]:
        yield b"command="
        await asyncio.sleep(0.5)

    headers = {"Origin": site.url, "Cookie": f"session={browser.cookie}", "Content-Type": FORM}
    async with site.http.post(f"{site.url}/press", data=never_ending(), headers=headers) as answer:
        assert answer.status == 408 and "<h1>" in await answer.text()


@pytest.mark.parametrize(
    ("peer", "named", "called"),
    [
        ("127.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "203.0.113.9", "203.0.113.9"),
        ("8.8.8.8", "203.0.113.9", "8.8.8.8"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("", "203.0.113.9", ""),
    ],
)
def test_a_proxy_names_whom_it_speaks_for(peer: str, named: str, called: str) -> None:
    """Only one in a private network is believed, and only its last word; a stranger speaks for nobody else."""
    request = make_mocked_request("POST", "/enter", headers={"X-Forwarded-For": named} if named else {})
    assert caller(request.clone(remote=peer)) == called


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


@pytest.mark.parametrize("length", [64 * 1024 + 1, 300_000])
async def test_a_body_is_small(site: Site, length: int) -> None:
    """More than 64 KB is refused, announced or not."""
    browser = await site.browser("u5")
    headers = {"Origin": site.url, "Cookie": f"session={browser.cookie}"}
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    body = b"command=MyStories&v.a=" + b"a" * length

    async def drop_by_drop() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 8192):
            yield body[start : start + 8192]

    for data in (body, drop_by_drop()):
        async with site.http.post(f"{site.url}/press", data=data, headers=form) as answer:
            assert answer.status == 413
    small = b"command=MyStories&v.a=" + b"a" * 60_000
    async with site.http.post(f"{site.url}/press", data=small, headers=form) as answer:
        assert answer.status == 200


async def test_what_is_not_one_of_our_forms_is_refused(site: Site) -> None:
    """Another kind of body, one that is not text, and one with too many fields."""
    browser = await site.browser("u5")
    headers = {"Origin": site.url, "Cookie": f"session={browser.cookie}"}
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    many = "&".join(f"v{n}=1" for n in range(101))
    for data, kind, status in ((b"{}", headers | {"Content-Type": "application/json"}, 415), (b"\xff\xfe", form, 400)):
        async with site.http.post(f"{site.url}/press", data=data, headers=kind) as answer:
            assert answer.status == status
    async with site.http.post(f"{site.url}/press", data=many, headers=form) as answer:
        assert answer.status == 400


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


def _sealed(body: str) -> str:
    return body.partition('name="message" value="')[2].partition('"')[0]
