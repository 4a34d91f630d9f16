"""The browser, without one: reads the page as a person would and sends the forms that stand in it, over real HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

import aiohttp

VOID = frozenset({"input", "meta", "link", "hr", "br"})


@dataclass
class Control:
    """A button of a form: what it says and what it sends."""

    label: str = ""
    name: str = ""
    value: str = ""


@dataclass
class Formular:
    """A form of the page, with what its inputs hold now."""

    action: str
    kind: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[Control] = field(default_factory=list)


class Page(HTMLParser):
    """Words and forms of a page, in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Formular] = []
        self._inside: list[str] = []
        self._button: Control | None = None
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._inside.append(given.get("id", ""))
        if tag == "form":
            self.forms.append(Formular(given.get("action", ""), given.get("class", "")))
        elif tag == "button":
            self._button = Control(name=given.get("name", ""), value=given.get("value", ""))
            self.forms[-1].buttons.append(self._button)
        elif tag == "textarea":
            self._area = given["name"]
            self.forms[-1].values[self._area] = ""
        elif tag == "input" and self.forms:
            self._input(given)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._inside:
            self._inside.pop()
        if tag == "button":
            self._button = None
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].values[self._area] += data.removeprefix("\n")
        if self._button is not None:
            self._button.label += data.strip()
        if {"messages", "form"} & set(self._inside) and data.strip():
            self.words.append(data.strip())

    def _input(self, given: Mapping[str, str]) -> None:
        if given.get("type") in {"radio", "checkbox"} and "checked" not in given:
            return
        if "name" in given:
            self.forms[-1].values[given["name"]] = given.get("value", "")


@dataclass
class WebVisitor:
    """One person at the practice page."""

    platform: LocalWeb
    user: str
    place: str = ""

    async def say(self, words: str) -> None:
        await self._post("/say", {"words": words, "place": self.place})

    async def press(self, label: str) -> None:
        page = await self._page()
        found = [(form, button) for form in page.forms for button in form.buttons if button.label == label]
        assert found, f"{self.user} sees no button {label!r} in:\n{await self.sees()}"
        form, button = found[-1]
        await self._post(form.action, {**form.values, **({button.name: button.value} if button.name else {})})

    async def fill(self, values: Mapping[str, str]) -> None:
        form = await self.form()
        await self._post(form.action, {**form.values, "submit": "yes", **{f"v.{n}": v for n, v in values.items()}})

    async def form(self) -> Formular:
        """The form that is open, with what stands in it."""
        form = next((form for form in (await self._page()).forms if form.kind == "fill"), None)
        assert form is not None, f"{self.user} has no form open"
        return form

    async def sees(self) -> str:
        return "\n".join((await self._page()).words)

    async def _page(self) -> Page:
        query = {"in": self.place} if self.place else {}
        async with self.platform.session.get(f"{self.platform.product}/", params=query, headers=self._who()) as answer:
            assert answer.status == 200
            return Page(await answer.text())

    async def _post(self, path: str, fields: Mapping[str, str]) -> None:
        headers = {**self._who(), "Origin": self.platform.product}
        url = f"{self.platform.product}{path}"
        async with self.platform.session.post(url, data=fields, headers=headers, allow_redirects=False) as answer:
            assert answer.status in {200, 303}, f"{path} answered {answer.status}"

    def _who(self) -> dict[str, str]:
        return {"Cookie": f"practice_person={self.user}"}


@dataclass
class LocalWeb:
    """The browser platform needs no other server: the product is the platform."""

    workspace: str = "practice"
    product: str = ""

    async def __aenter__(self) -> Self:
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.session.close()

    def environment(self) -> Mapping[str, str]:
        return {}

    def point_at(self, url: str) -> None:
        self.product = url

    def visitor(self, user: str) -> WebVisitor:
        return WebVisitor(self, user)

    async def in_channel(self, channel: str) -> str:
        return await WebVisitor(self, "u5", channel.removeprefix("#")).sees()
