"""The served pages, and browsers in front of them that keep their own cookie, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp

from adapters.web.pages.door import Paces
from adapters.web.pages.pace import Pace
from adapters.web.pages.server import mount
from bot.core import Core, Request
from bot.domain.people import Identity, Platform
from bot.host.app import listening
from bot.views import Fields, Show
from tests.platforms.web import Page
from tests.world import WORKSPACE, World

PAGES = "https://pages.council.example"
SECRET = bytes(range(32))
ENDLESS = 10**6


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> tuple[int, str]:
        """What can be learned from it. A sealed form is noise, and other noise each time."""
        return self.status, re.sub(r'name="message" value="[\w-]+"', "", self.body)


@dataclass(slots=True)
class Browser:
    """One browser. `cookie` is its session, if it has one."""

    site: Site
    cookie: str = ""

    async def get(self, path: str = "/", **headers: str) -> Seen:
        return await self._send("GET", path, None, headers)

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Seen:
        return await self._send("POST", path, fields, {"Origin": self.site.url, **headers})

    async def press(self, action: str, **values: str) -> Seen:
        return await self.post("/press", {"command": action, **{f"v.{n}": value for n, value in values.items()}})

    async def fill(self, page: Seen, **values: str) -> Seen:
        """Fill in the form of a page and send it."""
        form = next(form for form in Page(page.body).forms if form.kind == "fill")
        return await self.post(
            form.action, {**form.values, "submit": "yes", **{f"v.{n}": v for n, v in values.items()}}
        )

    async def enter(self, code: str, **headers: str) -> Seen:
        return await self.post("/enter", {"code": code}, **headers)

    async def _send(self, method: str, path: str, fields: Mapping[str, str] | None, headers: Mapping[str, str]) -> Seen:
        who = {"Cookie": f"session={self.cookie}"} if self.cookie else {}
        async with self.site.http.request(
            method, f"{self.site.url}{path}", data=fields, headers={**who, **headers}, allow_redirects=False
        ) as answer:
            if (kept := answer.cookies.get("session")) is not None:
                self.cookie = kept.value
            return Seen(answer.status, await answer.text(), dict(answer.headers))


@dataclass(slots=True)
class Site:
    """The pages of a council, open."""

    world: World
    core: Core
    url: str
    http: aiohttp.ClientSession
    seconds: list[float]

    async def code(self, account: str, workspace: str = WORKSPACE) -> str:
        """Ask for a code in chat."""
        reply = await self.core.handle(Request(Identity(Platform.WEB, workspace, account), "OpenPage", {}))
        assert isinstance(reply, Show)
        return next(part.rows[0][1] for part in reply.view.body if isinstance(part, Fields))

    def stranger(self) -> Browser:
        """A browser that nobody has signed in with."""
        return Browser(self)

    async def browser(self, account: str, workspace: str = WORKSPACE) -> Browser:
        """A browser that this person has signed in with."""
        browser = Browser(self)
        entered = await browser.enter(await self.code(account, workspace))
        assert (entered.status, entered.headers["Location"]) == (303, "/")
        return browser


@asynccontextmanager
async def open_site(world: World, requests: int = ENDLESS, public_url: str = "") -> AsyncIterator[Site]:
    """The pages of this world. Their paces count the seconds that a test sets."""
    seconds = [0.0]
    core = replace(world.product.core, pages=PAGES)
    paces = Paces(Pace(requests, 1.0, lambda: seconds[0]), Pace(5, 60.0, lambda: seconds[0]))
    mount(world.product.site, core, SECRET, public_url, paces)
    async with (
        listening(world.product.site, "127.0.0.1", 0) as url,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
    ):
        yield Site(world, core, url, http, seconds)
