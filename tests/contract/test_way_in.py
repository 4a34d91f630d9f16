"""From chat to the pages: the same way on Slack and on Teams, with what was rendered there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.domain.people import Platform
from tests.conftest import Databases
from tests.contract.stage import Stage, open_stage
from tests.platforms.slack import LocalSlack
from tests.platforms.teams import LocalTeams
from tests.world import OPENS

PAGES = "https://pages.council.example"
CODE = re.compile(r"(?<![\w-])[\w-]{32}(?![\w-])")


@pytest.fixture(params=[Platform.SLACK, Platform.TEAMS])
async def stage(request: pytest.FixtureRequest, empty_sqlite: Databases, tmp_path: Path) -> AsyncIterator[Stage]:
    """A council in a chat, whose pages have an address."""
    async with open_stage(request.param, empty_sqlite.sqlite(tmp_path), tmp_path / "stage", PAGES) as opened:
        yield opened


@pytest.mark.parametrize("words", ["/100days page", "/100days tudalen"])
async def test_a_code_from_chat_opens_the_pages(stage: Stage, words: str) -> None:
    """Typed in either language, the private answer holds the address and a code that lets this person in, once."""
    await stage.at(OPENS)
    person = stage.person(5)
    await person.say(words)
    said = await person.sees()
    assert f"{PAGES}/enter" in said
    assert await stage.general() == "" or "enter" not in await stage.general()
    code = CODE.findall(said)[-1]
    assert await _come_in(stage, code) == (303, "Person 5")
    assert await _come_in(stage, code) == (403, "")


async def test_the_front_page_offers_the_way_and_a_new_code_ends_the_old_one(stage: Stage) -> None:
    """The button does what the words do; only the newest code works."""
    await stage.at(OPENS)
    person = stage.person(5)
    await person.say("/100days")
    await person.press("Open in the browser")
    first = CODE.findall(await person.sees())[-1]
    await person.say("/100days page")
    second = CODE.findall(await person.sees())[-1]
    assert await _come_in(stage, first) == (403, "")
    assert await _come_in(stage, second) == (303, "Person 5")


async def test_without_an_address_it_says_whom_to_ask(empty_sqlite: Databases, tmp_path: Path) -> None:
    """There is no button then, and no code is made."""
    async with open_stage(Platform.SLACK, empty_sqlite.sqlite(tmp_path), tmp_path / "stage") as stage:
        person = stage.person(5)
        await person.say("/100days")
        assert "Open in the browser" not in await person.sees()
        await person.say("/100days page")
        said = await person.sees()
        assert "HUNDRED_DAYS_PUBLIC_URL" in said
        assert CODE.findall(said) == []


async def _come_in(stage: Stage, code: str) -> tuple[int, str]:
    """How the pages answer a code, as a browser behind the public address would send it, and who is in then."""
    assert isinstance(stage.platform, LocalSlack | LocalTeams)
    url = stage.platform.product
    headers = {"Origin": PAGES, "Host": "pages.council.example"}
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.post(f"{url}/enter", data={"code": code}, headers=headers, allow_redirects=False) as entered,
    ):
        kept = entered.cookies.get("__Host-session")
        if kept is None:
            return entered.status, ""
        async with http.get(f"{url}/", headers={"Cookie": f"__Host-session={kept.value}", **headers}) as page:
            return entered.status, "Person 5" if "Person 5" in await page.text() else "somebody else"
