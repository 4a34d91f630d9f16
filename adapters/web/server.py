"""The pages of the practice workspace: one page, a chat as people know it. It works without a script, too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from adapters.web import inbound, limits, render
from adapters.web.files import ADDRESS, Handler, static
from adapters.web.practice.workspace import CHANNELS, Jump, Workspace, account
from adapters.web.reply import Desk, OpenForm
from bot.core import Request
from bot.domain.ids import new_id
from bot.domain.people import Address, Person, Platform, Role
from bot.routes import SLASH
from bot.views import Done, Refused, Reply, Show
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
NOT_YOURS = N_(
    "This form was opened as somebody else, or before the workspace was made anew, so it cannot be sent. Your words "
    "are still here: copy them, cancel this form, and open it again."
)
SCRIPTED = "X-Page"
"""Says that a script asks, which wants the page at once."""
ROLES = {Role.STAFF: N_("Staff"), Role.LEADER: N_("Leader"), Role.STEWARD: N_("Steward")}


@dataclass(frozen=True, slots=True)
class Pages:
    """What the browser can ask for."""

    workspace: Workspace
    desk: Desk
    templates: Environment

    async def show(self, request: web.Request) -> web.Response:
        """The page for whoever the visitor has chosen to be."""
        return await self._page(request, request.query.get("in", ""))

    async def choose(self, request: web.Request) -> web.StreamResponse:
        """Be somebody else."""
        wanted = str((await request.post()).get("person", ""))
        if wanted not in {account(person).user for person in self.workspace.people}:
            raise web.HTTPNotFound
        response = _back(request)
        response.set_cookie(COOKIE, wanted, httponly=True, samesite="Strict")
        return response

    async def say(self, request: web.Request) -> web.StreamResponse:
        """What was typed: a command. It is kept nowhere; what was refused or not understood stays in the page."""
        fields = await _fields(request)
        identity, words, once = account(self._person(request)), fields.get("words", ""), fields.get("once", "")
        envelope = _envelope("said", identity.user, once, words) if once else ""
        reply = await self._handle(inbound.typed(words, identity, _place(fields.get("place", "")), envelope), "")
        failed = isinstance(reply, Refused) or (isinstance(reply, Show) and not reply.understood)
        return await self._page(request, _came_from(request), words) if failed else await self._after(request)

    async def press(self, request: web.Request) -> web.StreamResponse:
        """A button."""
        pressed = inbound.pressed(await _fields(request))
        identity = account(self._person(request))
        await self._handle(Request(identity, pressed.action, pressed.values), pressed.message)
        return await self._after(request)

    async def fill(self, request: web.Request) -> web.StreamResponse:
        """A form, filled in or put away, or a button inside it."""
        fields = await _fields(request)
        identity = account(self._person(request))
        sealed = fields.get("message", "")
        form = self.desk.named(identity.user, sealed)
        if fields.get("submit") == "no":
            if form is not None and not form.form.once:
                self.desk.put_away(identity.user, form)
            return await self._after(request)
        if form is None:
            raise web.HTTPConflict(text=self._words_of(self._person(request))(NOT_YOURS))
        form = replace(form, typed=inbound.filled(form.form, fields), error=("", ""))
        if "instead" in fields:
            pressed = inbound.pressed_inside(fields["instead"], form.message)
            await self._handle(Request(identity, pressed.action, pressed.values), form.message, form)
            return await self._after(request)
        # It counts once, however often it is sent; other words in the same form are something else.
        envelope = _envelope("form", sealed, *form.typed.values())
        sent = Request(identity, form.form.sends.name(), form.typed, envelope=envelope)
        reply = await self._handle(sent, form.message, form)
        accepted = "" if isinstance(reply, Refused) else self.desk.travel.draft(form.form, identity.user)
        return await self._after(request, accepted)

    async def jump(self, request: web.Request) -> web.StreamResponse:
        """Set the practice clock forward."""
        wanted = (await _fields(request)).get("to", "")
        if wanted not in set(Jump):
            raise web.HTTPNotFound
        await self.workspace.jump(Jump(wanted))
        return await self._after(request)

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

    async def _handle(self, request: Request, message: str, form: OpenForm | None = None) -> Reply:
        if self.desk.answered(request.envelope):
            return Done()
        reply = await self.workspace.core.handle(request)
        await self.desk.take(request.identity.user, reply, message, form, request.envelope)
        return reply

    async def _after(self, request: web.Request, accepted: str = "") -> web.Response:
        """What a press is answered: the way back; to a script the page itself, and which draft has been accepted."""
        if SCRIPTED not in request.headers:
            return _back(request)
        return await self._page(request, _came_from(request), accepted=accepted)

    async def _page(self, request: web.Request, place: str, words: str = "", accepted: str = "") -> web.Response:
        seen = await self._seen_by(self._person(request), place if place in CHANNELS.values() else "")
        given = {**seen, "not_yours": NOT_YOURS, "words": words, "accepted": accepted, "once": new_id(), "slash": SLASH}
        html = self.templates.get_template("practice.html").render(given)
        return web.Response(text=html, content_type="text/html")

    def _person(self, request: web.Request) -> Person:
        wanted = request.cookies.get(COOKIE, "")
        people = self.workspace.people
        first = next((person for person in people if person.key == NEWCOMER), people[0])
        return next((person for person in people if account(person).user == wanted), first)

    async def _seen_by(self, person: Person, place: str) -> Mapping[str, object]:
        async with self.workspace.core.store.view() as tx:
            person = await tx.people.get(person.id) or person
        words = self._words_of(person)
        identity = account(person)
        form, forms = self.desk.front(identity.user), self.desk.travel
        return {
            "t": words,
            "me": person,
            "my_role": words(ROLES[person.role]),
            "account": identity.user,
            "place": place,
            "channels": CHANNELS,
            "people": self._choices(words),
            "messages": self.workspace.chat.of(f"#{place}" if place else identity.user, limits.MESSAGES_SHOWN),
            "form": _drawn(form, forms.draft(form.form, identity.user)) if form else "",
            "draft": forms.mine(identity.user) + "said",
            "now": words.moment(self.workspace.clock()),
            "jumps": [
                (jump, words(label), words.moment(await self.workspace.moment(jump))) for jump, label in JUMPS.items()
            ],
            "language": words.language,
        }

    def _words_of(self, person: Person) -> Words:
        return self.workspace.core.languages.words(person.language, person.tz)

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
    site.router.add_get(ADDRESS, static("practice.css", "practice.js", "drafts.js", "keep.js", "icon.svg"))


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


def _envelope(kind: str, *parts: str) -> str:
    """What something sent is known by when it comes again; nobody can tell from it what it was."""
    return f"{kind}-{sha256(json.dumps(parts).encode()).hexdigest()}"


def _drawn(form: OpenForm, draft: str) -> Markup:
    return render.form(form.form, form.typed, form.sealed, form.error, draft)


def _came_from(request: web.Request) -> str:
    """The channel whose page a request came from."""
    return urlsplit(request.headers.get("Referer", "")).query.removeprefix("in=")


def _back(request: web.Request) -> web.Response:
    """To where the visitor was: the page they came from, if it is one of ours."""
    place = _came_from(request)
    return web.Response(status=303, headers={"Location": f"/?in={place}" if place in CHANNELS.values() else "/"})
