"""A newcomer's first ten minutes, in a real browser, with the command the README names."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BODY, WORDS = "What do you want to say?", "Nobody may know"
HASTY = """() => new MutationObserver((_, seen) => setTimeout(() => {
  const button = document.querySelector('#form [data-once] .primary');
  if (button) { button.click(); seen.disconnect(); }
})).observe(document.getElementById('form'), { childList: true })"""
"""Presses the button of what is shown once as soon as it is there."""
STORY = "We closed the form nobody read <b>really</b>"


@dataclass(frozen=True)
class Newcomer:
    """Somebody at the practice page."""

    page: Page
    address: str

    async def be(self, name: str) -> None:
        await self.page.goto(self.address)
        await self.page.get_by_role("button", name=re.compile(f"^{name}")).first.click()
        await self.page.wait_for_load_state()

    async def say(self, words: str) -> None:
        await self.page.get_by_label("Type a command").fill(words)
        await self.page.get_by_role("button", name="Send").click()

    async def press(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).last.click()

    async def reads(self, words: str) -> None:
        await self.page.get_by_text(words).last.wait_for(timeout=60_000)

    async def jump(self, to: str) -> None:
        before = await self.page.locator("#now").inner_text()
        await self.page.get_by_role("button", name=re.compile(f"^{to}")).click()
        await self.page.wait_for_function("b => document.getElementById('now').innerText !== b", arg=before)


@pytest.fixture
async def newcomer(tmp_path: Path) -> AsyncIterator[Newcomer]:
    """The practice workspace as the command line starts it, and a browser in front of it."""
    browser_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser_path is None:
        assert not os.environ.get("CI"), "no Chromium in CI"
        pytest.skip("no Chromium here: install it to run the browser tests")
    command = (sys.executable, "-m", "bot", "practice", "--port", "0", "--folder", str(tmp_path / "practice"))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(180):
        greeting = (await process.stdout.readline()).decode()
    address = re.search(r"http://\S+", greeting)
    assert address is not None, greeting
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
            page = await browser.new_page(viewport={"width": 1360, "height": 860})
            await page.goto(address.group())
            yield Newcomer(page, address.group())
            await browser.close()
    finally:
        process.terminate()
        await process.wait()


async def test_a_newcomer_sees_the_whole_loop(newcomer: Newcomer) -> None:
    """Pulse, comment, story, thread, reply, close and digest, as the README tells it, and nothing on the console."""
    problems: list[str] = []
    newcomer.page.on("pageerror", lambda error: problems.append(str(error)))
    newcomer.page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)

    await newcomer.reads("3 questions, one press each.")
    await newcomer.press("Disagree")
    await newcomer.reads("Recorded. You can change it until")
    await newcomer.press("Agree")
    await newcomer.press("Add a comment")
    await newcomer.page.get_by_label("What should the people who lead us know?").fill("More notice, please")
    await newcomer.press("Seal it")
    await newcomer.reads("Replace my comment")
    assert await newcomer.page.get_by_text("More notice, please").count() == 0

    await newcomer.say(f"/story {STORY}")
    await newcomer.reads("Only you can see this draft.")
    await newcomer.press("Choose who may see it")
    await newcomer.page.get_by_label("Show my name with it").check()
    await newcomer.press("Share it")
    await newcomer.reads("Thank you for telling it")

    await newcomer.say("/speakup")
    await newcomer.page.get_by_label("What do you want to say?").fill("Please ask us before the depot moves")
    await newcomer.press("Send it")
    await newcomer.reads("It is handed to the leader of Housing on")
    await newcomer.jump("Next delivery")
    await newcomer.be("Rhys Pritchard")
    await newcomer.press("Read and answer")
    await newcomer.reads("Please ask us before the depot moves")
    assert await newcomer.page.locator("#form").get_by_text("Alys").count() == 0
    await newcomer.page.get_by_label("Your answer").fill("We will, on Tuesday")
    await newcomer.press("Send it")
    await newcomer.reads("Your answer is kept")
    await newcomer.jump("Next delivery")
    await newcomer.be("Alys Morgan")
    await newcomer.press("Read it")
    await newcomer.reads("We will, on Tuesday")
    await newcomer.press("Not now")

    await newcomer.be("Nia Vaughan")
    await newcomer.jump("The close")
    await newcomer.jump("The digest")
    await newcomer.page.goto(f"{newcomer.address}/?in=everyone")
    await newcomer.reads("What people wrote about")
    await newcomer.reads("of the people asked answered")
    await newcomer.reads(STORY)
    assert problems == []


async def test_the_page_works_without_a_script_for_nobody_else_and_loses_nothing(newcomer: Newcomer) -> None:
    """A press, a command and a form work by plain forms and redirects; another site can neither press nor frame.

    Nothing that is written is lost by a misspelled command, Escape, a page loaded again, a connection that drops or a
    second press; what is shown once is put away by its own button only; and the keyboard is enough.
    """
    browser = newcomer.page.context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False)
    plain = Newcomer(await context.new_page(), newcomer.address)
    await newcomer.reads("3 questions, one press each.")
    await plain.page.goto(plain.address)
    await plain.press("Agree")
    await plain.reads("Recorded. You can change it until")
    await plain.say("/story")
    await plain.page.get_by_label("What happened, and what did you learn?").fill("A plain story")
    await plain.press("Share it")
    await plain.reads("Thank you for telling it")
    await context.close()
    await _nobody_else(newcomer)
    problems: list[str] = []
    newcomer.page.on("pageerror", lambda error: problems.append(str(error)))
    await _misspells_a_story(newcomer)
    await _writes_without_a_name(newcomer)
    await _sends_it_over_a_bad_line(newcomer)
    await _is_given_a_code(newcomer)
    await _throws_a_story_away(newcomer)
    assert problems == []


async def _nobody_else(newcomer: Newcomer) -> None:
    request = newcomer.page.request
    foreign = await request.post(
        f"{newcomer.address}/say", form={"words": "/pulse"}, headers={"Origin": "http://evil.example"}
    )
    assert foreign.status == 403
    assert (await request.get(newcomer.address, headers={"Host": "evil.example"})).status == 403
    page = await request.get(newcomer.address)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


async def _misspells_a_story(newcomer: Newcomer) -> None:
    composer = newcomer.page.get_by_label("Type a command")
    await newcomer.say("/sotry we did it")
    await newcomer.reads("Did you mean /story?")
    await expect(composer).to_have_value("/sotry we did it")
    await newcomer.press("Yes, /story")
    await newcomer.reads("Only you can see this draft.")
    await expect(composer).to_have_value("")


async def _writes_without_a_name(newcomer: Newcomer) -> None:
    """Escape asks first, and a page that is loaded again has the words and what was chosen. Tab stays in the form."""
    page, words = newcomer.page, newcomer.page.get_by_label(BODY)
    await newcomer.say("/speakup")
    await words.fill(WORDS)
    await page.get_by_label("Give me a code only").check()
    await _rested(newcomer)
    await page.keyboard.press("Escape")
    await newcomer.reads("You have written something that was not sent")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(1)
    await page.reload()
    await expect(words).to_have_value(WORDS)
    await expect(page.get_by_label("Give me a code only")).to_be_checked()
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert not await page.locator("body > :not(#form) :focus").count()


async def _sends_it_over_a_bad_line(newcomer: Newcomer) -> None:
    page = newcomer.page
    await page.route("**/fill", lambda route: route.abort())
    await newcomer.press("Send it")
    await newcomer.reads("Nothing that you wrote is gone.")
    await expect(page.get_by_label(BODY)).to_have_value(WORDS)
    await page.unroute("**/fill")
    await page.route("**/fill", lambda route: route.fulfill(status=409))
    await newcomer.press("Send it")
    await newcomer.reads("Your words are still here: copy them")
    await expect(page.get_by_label(BODY)).to_have_value(WORDS)
    await page.unroute("**/fill")


async def _is_given_a_code(newcomer: Newcomer) -> None:
    """A second click, a press that comes too soon, Enter and Escape leave it where it is.

    Where copying is not allowed, it is selected.
    """
    page = newcomer.page
    await page.evaluate(HASTY)
    await page.get_by_role("button", name="Send it").dblclick()
    await newcomer.reads("This is your code.")
    for key in ("Enter", "Escape", "Escape"):
        await page.keyboard.press(key)
    await _rested(newcomer)
    for _ in range(2):
        await page.keyboard.press("Escape")
    await page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    await newcomer.press("Copy")
    await newcomer.reads("It is selected now.")
    code = await page.locator(".once").inner_text()
    assert re.fullmatch(r"(\d{4} ){3}\d{4}", code)
    assert (await page.evaluate("getSelection().toString()")).strip() == code
    await page.evaluate("() => { navigator.clipboard.writeText = () => Promise.resolve(); }")
    await newcomer.press("Copy")
    await newcomer.reads("Copied")
    await newcomer.press("I wrote it down")
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page.get_by_label("Type a command")).to_be_focused()
    assert await page.evaluate("Object.keys(sessionStorage)") == []


async def _throws_a_story_away(newcomer: Newcomer) -> None:
    """Too many characters are counted and not cut. What is thrown away on purpose is gone."""
    page = newcomer.page
    await newcomer.say("/story")
    await page.get_by_label("What happened, and what did you learn?").fill("x" * 2001)
    await newcomer.reads("Characters too many: 1")
    await newcomer.press("Cancel")
    await newcomer.press("Throw it away")
    await expect(page.locator("dialog")).to_have_count(0)
    assert await page.evaluate("Object.keys(sessionStorage)") == []


async def _rested(newcomer: Newcomer) -> None:
    """The form in front takes presses by now."""
    await newcomer.page.locator("#form .row button:enabled").first.wait_for()
