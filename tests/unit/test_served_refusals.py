"""What the served pages do not take, and how they say so."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import make_mocked_request

from adapters.web import limits
from adapters.web.pages.door import FORM, caller
from tests.platforms.pages import Site
from tests.unit.test_site import change


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
