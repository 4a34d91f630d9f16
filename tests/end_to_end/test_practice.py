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
from playwright.async_api import Page, async_playwright

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

    await newcomer.reads("3 questions, ten seconds each at most.")
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


async def test_the_page_works_without_a_script_and_for_nobody_else(newcomer: Newcomer) -> None:
    """A press, a command and a form work by plain forms and redirects; another site can neither press nor frame."""
    browser = newcomer.page.context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False)
    plain = Newcomer(await context.new_page(), newcomer.address)
    await newcomer.reads("3 questions, ten seconds each at most.")
    await plain.page.goto(plain.address)
    await plain.press("Agree")
    await plain.reads("Recorded. You can change it until")
    await plain.say("/story")
    await plain.page.get_by_label("What happened, and what did you learn?").fill("A plain story")
    await plain.press("Share it")
    await plain.reads("Thank you for telling it")
    await context.close()
    await _nobody_else(newcomer)


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
