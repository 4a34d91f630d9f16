"""The pages of the practice workspace: one page, a chat as people know it. It works without a script, too."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, PackageLoader, select_autoescape

from adapters.web import inbound, limits, render
from adapters.web.files import ADDRESS, Handler, static
from adapters.web.practice.workspace import CHANNELS, Jump, Workspace, account
from adapters.web.reply import Desk, OpenForm
from bot.core import Request
from bot.domain.people import Address, Person, Platform, Role
from bot.words import N_, Words

COOKIE = "practice_person"
NEWCOMER = "p001"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
JUMPS = {
    Jump.BATCH: N_("Next delivery"),
    Jump.CLOSE: N_("The close"),
    Jump.DIGEST: N_("The digest"),
    Jump.OPEN: N_("Next pulse"),
}
ROLES = {Role.STAFF: N_("Staff"), Role.LEADER: N_("Leader"), Role.STEWARD: N_("Steward")}


@dataclass(frozen=True, slots=True)
class Pages:
    """What the browser can ask for."""

    workspace: Workspace
    desk: Desk
    templates: Environment

    async def show(self, request: web.Request) -> web.Response:
        """The page for whoever the visitor has chosen to be."""
        person = self._person(request)
        html = self.templates.get_template("practice.html").render(await self._seen_by(person, request))
        return web.Response(text=html, content_type="text/html")

    async def choose(self, request: web.Request) -> web.StreamResponse:
        """Be somebody else."""
        wanted = str((await request.post()).get("person", ""))
        if wanted not in {account(person).user for person in self.workspace.people}:
            raise web.HTTPNotFound
        response = _back(request)
        response.set_cookie(COOKIE, wanted, httponly=True, samesite="Strict")
        return response

    async def say(self, request: web.Request) -> web.StreamResponse:
        """What was typed: a command. It is kept nowhere."""
        fields = await _fields(request)
        identity = account(self._person(request))
        place = _place(fields.get("place", ""))
        await self._handle(inbound.typed(fields.get("words", ""), identity, place), "")
        return _back(request)

    async def press(self, request: web.Request) -> web.StreamResponse:
        """A button."""
        pressed = inbound.pressed(await _fields(request))
        identity = account(self._person(request))
        await self._handle(Request(identity, pressed.action, pressed.values), pressed.message)
        return _back(request)

    async def fill(self, request: web.Request) -> web.StreamResponse:
        """A form, filled in or put away, or a button inside it."""
        fields = await _fields(request)
        identity = account(self._person(request))
        form = self.desk.forms.get(identity.user)
        if form is None or fields.get("submit") == "no":
            self.desk.forms.pop(identity.user, None)
        elif "instead" in fields:
            pressed = inbound.pressed_inside(fields["instead"], form.message)
            await self._handle(Request(identity, pressed.action, pressed.values), form.message)
        else:
            values = inbound.filled(form.form, fields)
            kept = OpenForm(form.form, form.message, values)
            await self._handle(Request(identity, form.form.sends.name(), values), form.message, kept)
        return _back(request)

    async def jump(self, request: web.Request) -> web.StreamResponse:
        """Set the practice clock forward."""
        wanted = (await _fields(request)).get("to", "")
        if wanted not in set(Jump):
            raise web.HTTPNotFound
        await self.workspace.jump(Jump(wanted))
        return _back(request)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Tell the page when something has changed."""
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        seen = self.workspace.chat.changes
        while not request.transport or not request.transport.is_closing():
            try:
                async with asyncio.timeout(limits.KEEP_ALIVE_SECONDS):
                    seen = await self.workspace.chat.changed(seen)
                await response.write(b"event: changed\ndata: 1\n\n")
            except TimeoutError:
                await response.write(b": still here\n\n")
        return response

    async def _handle(self, request: Request, message: str, form: OpenForm | None = None) -> None:
        reply = await self.workspace.core.handle(request)
        await self.desk.take(request.identity.user, reply, message, form)

    def _person(self, request: web.Request) -> Person:
        wanted = request.cookies.get(COOKIE, "")
        people = self.workspace.people
        first = next((person for person in people if person.key == NEWCOMER), people[0])
        return next((person for person in people if account(person).user == wanted), first)

    async def _seen_by(self, person: Person, request: web.Request) -> Mapping[str, object]:
        async with self.workspace.core.store.view() as tx:
            person = await tx.people.get(person.id) or person
        words = self.workspace.core.languages.words(person.language, person.tz)
        identity = account(person)
        place = request.query.get("in", "")
        place = place if place in CHANNELS.values() else ""
        form = self.desk.forms.get(identity.user)
        return {
            "t": words,
            "me": person,
            "my_role": words(ROLES[person.role]),
            "account": identity.user,
            "place": place,
            "channels": CHANNELS,
            "people": self._choices(words),
            "messages": self.workspace.chat.of(f"#{place}" if place else identity.user, limits.MESSAGES_SHOWN),
            "form": render.form(form.form, form.typed, form.message, form.error) if form else "",
            "now": words.moment(self.workspace.clock()),
            "jumps": [
                (jump, words(label), words.moment(await self.workspace.moment(jump))) for jump, label in JUMPS.items()
            ],
            "language": words.language,
        }

    def _choices(self, words: Words) -> list[tuple[str, str, str, bool]]:
        """Everybody one can be: account, name, what they are; the three to begin with are marked."""
        first = {"p000", "p001", "p002"}
        units = self.workspace.tree.units
        return [
            (account(p).user, p.name, f"{words(ROLES[p.role])}, {units[p.unit].name}", p.key in first)
            for p in sorted(self.workspace.people, key=lambda p: (p.key not in first, p.role is Role.STEWARD, p.key))
        ]


def mount(site: web.Application, workspace: Workspace, desk: Desk) -> None:
    """Put the practice workspace under a site that listens on loopback only."""
    loader = PackageLoader("adapters.web")
    pages = Pages(workspace, desk, Environment(loader=loader, autoescape=select_autoescape(default=True)))
    site.middlewares.append(_only_from_here)
    site.router.add_get("/", pages.show)
    site.router.add_get("/stream", pages.stream)
    for path, handler in (
        ("/choose", pages.choose),
        ("/say", pages.say),
        (render.PRESS, pages.press),
        (render.FILL, pages.fill),
        ("/jump", pages.jump),
    ):
        site.router.add_post(path, handler)
    site.router.add_get(ADDRESS, static("practice.css", "practice.js", "icon.svg"))


@web.middleware
async def _only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Another site open in the same browser may neither read this one nor press its buttons."""
    if (urlsplit(f"//{request.host}").hostname or "") not in LOOPBACK:
        raise web.HTTPForbidden(text="This workspace answers on loopback only.\n")
    if request.method == "POST" and urlsplit(request.headers.get("Origin", "")).netloc != request.host:
        raise web.HTTPForbidden(text="This came from another site.\n")
    if (request.content_length or 0) > limits.BODY_BYTES:
        raise web.HTTPRequestEntityTooLarge(limits.BODY_BYTES, request.content_length or 0)
    response = await handler(request)
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


async def _fields(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _place(name: str) -> Address | None:
    if name not in CHANNELS.values():
        return None
    return Address(Platform.WEB, "practice", f"#{name}", personal=False)


def _back(request: web.Request) -> web.Response:
    """To where the visitor was: the page they came from, if it is one of ours."""
    query = urlsplit(request.headers.get("Referer", "")).query
    place = query.removeprefix("in=")
    return web.Response(status=303, headers={"Location": f"/?in={place}" if place in CHANNELS.values() else "/"})
