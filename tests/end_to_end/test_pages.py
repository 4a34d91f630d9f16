"""Somebody without a chat seat, and somebody with one, at the served pages in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.async_api import Error, Page, ViewportSize, async_playwright

from tests.end_to_end.test_practice import BROWSERS, FLAGS
from tests.platforms.pages import Site, open_site
from tests.unit.test_site import change
from tests.world import OPENS, World

FACTS = """() => {
  const shade = (c) => { const v = c.map(x => x / 255).map(x => x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  const seen = (e) => e.getClientRects().length && !e.closest('.hidden, .skip');
  const faint = [], small = [], unnamed = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!seen(e) || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [shade(rgb(getComputedStyle(e).color).slice(0, 3)), shade(ground(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) faint.push(e.outerHTML.slice(0, 90));
  }
  for (const e of document.querySelectorAll('button, input:not([type=hidden]), textarea, nav a, .brand a')) {
    const target = e.closest('label.tick') || e, box = target.getBoundingClientRect();
    if (seen(e) && (box.width < 24 || box.height < 24)) small.push(e.outerHTML.slice(0, 90));
  }
  for (const e of document.querySelectorAll('input:not([type=hidden]), textarea'))
    if (!e.labels.length) unnamed.push(e.outerHTML.slice(0, 90));
  return { faint, small, unnamed, language: document.documentElement.lang, title: document.title,
    headings: document.querySelectorAll('h1').length, wide: document.documentElement.scrollWidth > innerWidth };
}"""


@dataclass(frozen=True)
class Reader:
    """Somebody at the pages."""

    page: Page
    site: Site

    async def arrives(self, code: str) -> None:
        """Follow a link, as it stands in a private message."""
        await self.page.goto(f"{self.site.url}/enter#{code}")

    async def press(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).first.click()
        await self.page.wait_for_load_state()

    async def reads(self, words: str) -> None:
        await self.page.get_by_text(words).first.wait_for(timeout=60_000)

    async def is_easy_to_read(self) -> None:
        """What WCAG 2.2 AA asks for and a machine can see: contrast, targets, labels, language, title, no sideways."""
        facts = await self.page.evaluate(FACTS)
        assert (facts["faint"], facts["small"], facts["unnamed"]) == ([], [], []), self.page.url
        assert facts["language"] in {"en", "cy"} and "Hundred Days" in facts["title"] and facts["headings"] == 1
        assert not facts["wide"]


@pytest.fixture
async def site(small_world: World) -> AsyncIterator[Site]:
    """The pages of a council whose first pulse is open."""
    await small_world.at(OPENS)
    async with open_site(small_world) as opened:
        yield opened


@pytest.fixture(params=["scripted", "plain"])
async def reader(request: pytest.FixtureRequest, site: Site) -> AsyncIterator[Reader]:
    """A browser, once with scripts and once without."""
    browser_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser_path is None:
        assert not os.environ.get("CI"), "no Chromium in CI"
        pytest.skip("no Chromium here: install it to run the browser tests")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        scripted = request.param == "scripted"
        size = ViewportSize(width=1100 if scripted else 390, height=850)
        context = await browser.new_context(java_script_enabled=scripted, viewport=size)
        yield Reader(await context.new_page(), site)
        await browser.close()


async def test_from_a_code_in_chat_to_signing_out(reader: Reader) -> None:
    """Come in, answer the pulse, change a form, read what is held, sign out: and the code never was in an address."""
    problems, asked = [], []
    reader.page.on("pageerror", lambda error: problems.append(str(error)))
    reader.page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    reader.page.on("request", lambda request: asked.append((request.url, request.post_data or "")))
    code = await reader.site.code("u5")
    await reader.arrives(code)
    if await reader.page.input_value("#code") == "":  # without a script it is pasted by hand
        await reader.page.fill("#code", code)
    else:
        assert reader.page.url == f"{reader.site.url}/enter"
        assert await reader.page.evaluate("document.activeElement.id") == "go"
    await _check(reader)
    await reader.press("Come in")
    await reader.reads("Person 5")
    await _check(reader)
    await reader.press("My pulse")
    await _check(reader)
    await reader.press("Agree")
    await reader.reads("Recorded. You can change it until")
    await reader.press("Add a comment")
    await _check(reader)
    await reader.page.get_by_label("What should the people who lead us know?").fill("More notice, please")
    await reader.press("Seal it")
    await reader.reads("Replace my comment")
    assert await reader.page.get_by_text("More notice, please").count() == 0
    await reader.page.get_by_role("link", name="Front page").click()
    await reader.press("What is held about you")
    await reader.reads("Person 5")
    await _check(reader)
    await reader.press("Sign out")
    await reader.reads("No code yet?")
    assert await _looks_back(reader) == "ERR_CACHE_MISS"
    page = await reader.page.context.new_page()
    await page.goto(reader.site.url)
    await page.get_by_text("No code yet?").wait_for()
    assert problems == []
    assert [url for url, _ in asked if code in url] == []
    assert [body for _, body in asked if code in body] == [f"code={code}"]


async def test_a_pulse_can_be_answered_with_the_keyboard_alone(reader: Reader) -> None:
    """Tab and Enter lead from the code to a recorded answer, and what has the focus shows it."""
    await reader.arrives("")
    await reader.page.fill("#code", await reader.site.code("u5"))
    await reader.page.keyboard.press("Enter")
    await reader.reads("Person 5")
    await _tab_to(reader, "My pulse")
    await reader.page.keyboard.press("Enter")
    await reader.reads("one press each")
    await _tab_to(reader, "Agree")
    await reader.page.keyboard.press("Enter")
    await reader.reads("Recorded. You can change it until")


async def test_what_is_written_is_there_again(reader: Reader) -> None:
    """When the session ended meanwhile, with a script or without; with one, also when the page was left, and nobody is
    signed out of words that were not sent. A second press shows the code that the first one brought."""
    page, story = reader.page, reader.page.get_by_label("What happened, and what did you learn?")
    scripted = (reader.page.viewport_size or ViewportSize(width=0, height=0))["width"] == 1100
    await _enters(reader)
    await reader.press("Tell a story")
    await story.fill("Written in peace")
    if scripted:
        await page.get_by_role("link", name="Front page").click()
        await reader.press("Tell a story")
        await reader.reads("What you had written is here again.")
        assert await story.input_value() == "Written in peace"
        for button in ("Cancel", "Sign out"):
            await page.get_by_role("button", name=button).click()
            await page.get_by_role("button", name="Keep writing").click()
        await _is_counted(reader)
        await _is_stopped(reader)
        await story.fill("Written in peace")
    reader.site.world.time[0] += timedelta(minutes=31)
    await reader.press("Share it")
    await reader.reads("Your session has ended.")
    if scripted:
        await page.evaluate("sessionStorage.clear()")
    await _enters(reader)
    assert await story.input_value() == "Written in peace"
    if scripted:
        await page.wait_for_function("Object.values(sessionStorage).join().includes('Written in peace')")
    await page.get_by_label("Show my name with it").check()
    await reader.press("Share it")
    await reader.reads("Thank you for telling it")
    if scripted:
        assert await page.evaluate("Object.keys(sessionStorage)") == []
        await _leaves_nothing_behind(reader)

    await page.get_by_role("link", name="Front page").click()
    await reader.press("Speak up")
    await page.get_by_label("What do you want to say?").fill("Nobody may know")
    await page.get_by_label("Give me a code only").check()
    await page.get_by_role("button", name="Send it").dblclick()
    await reader.reads("This is your code.")
    await _check(reader)
    assert await page.get_by_role("link", name="Front page").count() == 0
    await reader.press("I wrote it down")
    await reader.reads("My pulse")

    await reader.press("Tell a story")
    await story.fill("Written in vain")
    await change(reader.site.world, "ALTER TABLE accounts RENAME TO lost")
    await reader.press("Share it")
    await reader.reads("What you wrote is not lost")
    await _check(reader)
    await change(reader.site.world, "ALTER TABLE lost RENAME TO accounts")
    await reader.press("Send it again")
    await reader.reads("Thank you for telling it")


async def _enters(reader: Reader) -> None:
    if reader.page.url == "about:blank":
        await reader.arrives("")
    await reader.page.fill("#code", await reader.site.code("u5"))
    await reader.press("Come in")


async def _is_counted(reader: Reader) -> None:
    """Whoever looks sees each character go; whoever listens hears it at steps, and once that it is too many."""
    box, heard = reader.page.locator("#f-text"), reader.page.locator("#f-text-heard")
    said = []
    for length in (1000, 1601, 1602, 1850, 1851, 1999, 2001, 2002, 1000):
        await box.fill("x" * length)
        said.append(await heard.inner_text())
        if length == 2002:
            await reader.reads("Characters too many: 2")
    left = [f"Characters left: {n}" for n in (399, 399, 150, 150, 1)]
    assert said == ["", *left, "Characters too many: 1", "Characters too many: 1", ""]


async def _is_stopped(reader: Reader) -> None:
    """A form whose sending was stopped can be sent again after a while."""
    page, send = reader.page, reader.page.get_by_role("button", name="Share it")
    await page.locator("#f-text").fill("Never sent")
    await page.route("**/fill", lambda route: route.abort("aborted"))
    await page.clock.install()
    await send.click()
    await page.clock.run_for(1000)
    assert not await send.is_enabled()
    await page.clock.run_for(10_000)
    assert await send.is_enabled()
    await page.unroute("**/fill")


async def _leaves_nothing_behind(reader: Reader) -> None:
    """Words of half an hour ago are gone from a tab that is opened again; signing out in one tab empties the others."""
    page, kept = reader.page, "Object.keys(sessionStorage).filter(key => key.startsWith('draft:')).length"
    await page.get_by_role("link", name="Front page").click()
    await reader.press("Tell a story")
    await page.locator("#f-text").fill("Written long ago")
    await page.wait_for_function(f"{kept} === 1")
    await page.evaluate(
        """() => { for (const [key, words] of Object.entries(sessionStorage))
             sessionStorage.setItem(key, JSON.stringify({...JSON.parse(words), until: Date.now() - 1})); }"""
    )
    await page.goto(f"{reader.site.url}/enter")
    await page.wait_for_function(f"{kept} === 0")
    other = await page.context.new_page()
    await other.goto(reader.site.url)
    await other.get_by_role("button", name="Tell a story").click()
    await other.locator("#f-text").fill("Written in another tab")
    await other.wait_for_function(f"{kept} === 1")
    await page.goto(reader.site.url)
    await reader.press("Sign out")
    await other.get_by_text("No code yet?").wait_for()
    assert await other.evaluate(kept) == 0
    await other.close()
    await _enters(reader)
    await reader.press("Tell a story")


async def _looks_back(reader: Reader) -> str:
    """What the browser has kept of the page before this one."""
    try:
        await reader.page.go_back()
    except Error as error:
        return error.message.partition("net::")[2].splitlines()[0]
    return await reader.page.inner_text("body")


async def _tab_to(reader: Reader, label: str) -> None:
    """Press Tab until the button is reached; each stop has an outline."""
    for _ in range(40):
        await reader.page.keyboard.press("Tab")
        focused = reader.page.locator(":focus")
        if await focused.count() and await focused.inner_text() == label:
            width = await focused.evaluate("e => parseFloat(getComputedStyle(e).outlineWidth)")
            assert width >= 2
            return
    raise AssertionError(f"no way to {label} by keyboard")


async def _check(reader: Reader) -> None:
    if await reader.page.locator(".card").count():
        await reader.is_easy_to_read()
