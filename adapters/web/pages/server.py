"""The pages: sign in with a one-time code, and do in a browser what chat offers. They work without a script, too."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import assert_never

from aiohttp import web
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup
from pydantic import SecretStr

from adapters.web import inbound, limits, render
from adapters.web.files import ADDRESS, static
from adapters.web.pages.door import Door, Paces, Visitor, caller, fields
from adapters.web.pages.forms import Forms
from adapters.web.pages.sealed import Seal
from adapters.web.pages.trustee import OPEN, TrusteeDesk
from bot.core import Core
from bot.domain import sessions
from bot.domain.sessions import ENTER
from bot.features import access
from bot.features.home.commands import Home
from bot.views import Ask, Done, Form, Refused, Replace, Reply, Show
from bot.words import ENGLISH, N_, Words

log = logging.getLogger(__name__)
LEAVE = "/leave"
PASSING = frozenset({429, 503})
"""How a request ends that may be sent again as it was."""
MOST_KEPT = limits.WORDS_BYTES - 16 * 1024
"""So that a code, and all that a browser writes round it, still goes with it."""
NOTHING = Markup("")
WRONG_CODE = N_("That code does not work, or not any more. Each one works once. Please ask for a new one.")
SESSION_OVER = N_("Your session has ended. Please come in again.")
WRITTEN = N_("Your session has ended. Come in again, and what you had written is in front of you again.")
TOO_MANY = N_("Too many wrong codes. Please wait a minute.")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A reply as a part of a page: its HTML, its title, and how the request ended."""

    html: Markup
    title: str
    status: int = 200
    once: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent, with what was typed into it."""

    form: Form
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pages:
    """What the browser can ask for."""

    core: Core
    door: Door
    forms: Forms
    trustees: TrusteeDesk
    kept: Seal
    templates: Environment

    async def front(self, request: web.Request) -> web.StreamResponse:
        """The front page, or the way in."""
        visitor = await self.door.visitor(request)
        if visitor is None:
            return self._way_in(request)
        return await self._front(visitor)

    async def threshold(self, request: web.Request) -> web.StreamResponse:
        """Where a link leads. Its code stays in the browser until somebody presses the button."""
        return self._way_in(request)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """A code for a session."""
        sent, guesses = await fields(request, limits.WORDS_BYTES), self.door.paces.guesses
        if guesses.full(caller(request)):
            return self._way_in(request, TOO_MANY, 429, sent.get("kept", ""))
        now = self.core.clock()
        person = await access.enter(self.core.store, sent.get("code", ""), now)
        if person is None:
            guesses.note(caller(request))
            log.warning("page.wrong_code")
            return self._way_in(request, WRONG_CODE, 403, sent.get("kept", ""))
        visitor = Visitor(person, sessions.begin(person, now))
        response = self._as_it_was(visitor, sent.get("kept", "")) or _to_the_front()
        self.door.admit(request, response, visitor.session)
        return response

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Sign out."""
        visitor, response = await self.door.visitor(request), _to_the_front()
        if visitor is not None:
            self.door.dismiss(request, response, visitor.session)
        return response

    async def press(self, request: web.Request) -> web.StreamResponse:
        """A button."""
        visitor = await self.door.visitor(request)
        if visitor is None:
            return self._way_in(request, SESSION_OVER, 403)
        pressed = inbound.pressed(await fields(request))
        return self._page(visitor, await self.core.handle(visitor.sends(pressed.action, pressed.values)))

    async def fill(self, request: web.Request) -> web.StreamResponse:
        """A form, filled in or put away, or a button inside it."""
        visitor, sent = await self.door.visitor(request), self._again(await fields(request, limits.WORDS_BYTES))
        if visitor is None:
            return self._way_in(request, *self._over(sent))
        sealed = sent.get("message", "")
        form = self.forms.take(sealed, visitor.person.id)
        if form is None or sent.get("submit") == "no":
            return _to_the_front()
        filled = Filled(form, inbound.filled(form, sent))
        if "instead" in sent:
            pressed = inbound.pressed_inside(sent["instead"], "")
            reply = await self.core.handle(visitor.sends(pressed.action, pressed.values))
            return self._page(visitor, reply, filled if isinstance(reply, Refused) else None)
        # It counts once, however often it is sent; other words in the same form are something else.
        envelope = json.dumps([sealed, *filled.values.values()])
        reply = await self.core.handle(visitor.sends(form.sends.name(), filled.values, envelope))
        if isinstance(reply, Refused):
            return self._page(visitor, reply, filled)
        return self._page(visitor, reply, accepted=self.forms.draft(form, visitor.person.id))

    async def refused(self, request: web.Request, status: int, why: str) -> web.Response:
        """A page that says why something was not taken, with a way on and with what was written."""
        sent: Mapping[str, str] = {}
        if status in PASSING and request.path in {ENTER, render.FILL}:
            with suppress(web.HTTPException):
                sent = await fields(request, limits.WORDS_BYTES)
            if request.path == ENTER:
                return self._way_in(request, why, status, sent.get("kept", ""))
        t = self._words_for(request)
        kept = self._kept(self._again(sent)) if request.path == render.FILL else ""
        return self._html("refused.html", t, status, why=t(why), kept=kept)

    def _over(self, sent: Mapping[str, str]) -> tuple[str, int, str]:
        """What is said on the way in when a session ended, and what was written meanwhile."""
        kept = self._kept(sent)
        return WRITTEN if kept else SESSION_OVER, 403, kept

    def _kept(self, sent: Mapping[str, str]) -> str:
        """What was written, sealed for a page that gives it back. Nothing where it is more than could be sent again."""
        written = any(name.startswith(inbound.VALUE) and words.strip() for name, words in sent.items())
        kept = self.kept.close(sent) if written and sent.get("submit") != "no" else ""
        return kept if len(kept) < MOST_KEPT else ""

    def _again(self, sent: Mapping[str, str]) -> Mapping[str, str]:
        """What was sent; where that is something that could not be taken before, what it was."""
        return self.kept.open(sent["kept"]) if "kept" in sent else sent

    def _as_it_was(self, visitor: Visitor, kept: str) -> web.Response | None:
        """The form that somebody had filled in when their session ended, with their words; nobody else's."""
        sent = self.kept.open(kept)
        form = self.forms.take(sent.get("message", ""), visitor.person.id)
        return self._page(visitor, Ask(form), Filled(form, inbound.filled(form, sent))) if form else None

    async def trustee(self, request: web.Request) -> web.StreamResponse:
        """A trustee's passphrase. A wrong one counts as a wrong code does."""
        visitor = await self.door.visitor(request)
        if visitor is None:
            return self._way_in(request, status=403)
        sent, guesses, t = await fields(request), self.door.paces.guesses, self._words_of(visitor)
        if guesses.full(visitor.session.id):
            return await self._front(visitor, t(TOO_MANY), 429)
        passphrase = SecretStr(sent.get("passphrase", ""))
        reply = await self.trustees.open(visitor.person, sent.get("pulse", ""), passphrase, t)
        if isinstance(reply, Refused) and reply.field:
            guesses.note(visitor.session.id)
            return await self._front(visitor, reply.why, 422)
        return self._page(visitor, reply)

    async def back(self, _request: web.Request) -> web.StreamResponse:
        """Where an answer stood there is nothing to look at again."""
        return _to_the_front()

    async def _front(self, visitor: Visitor, why: str = "", status: int = 200) -> web.StreamResponse:
        """The front page; for a steward with the field that a waiting pulse needs, and what was wrong in it."""
        pulse, t = await self.trustees.waiting(visitor.person), self._words_of(visitor)
        waiting = self.trustees.form(pulse, t, why) if pulse else NOTHING
        reply = await self.core.handle(visitor.asks(Home()))
        page = self._page(visitor, reply, waiting=waiting, front=True)
        page.set_status(status)
        return page

    def _page(
        self,
        visitor: Visitor,
        reply: Reply,
        filled: Filled | None = None,
        *,
        waiting: Markup = NOTHING,
        front: bool = False,
        accepted: str = "",
    ) -> web.Response:
        """A reply as a page of its own; `waiting` is a form that stands before it, `accepted` a draft that is done."""
        if isinstance(reply, Done):
            return _to_the_front()
        t = self._words_of(visitor)
        drawn = self._drawn(visitor, reply, filled, t)
        until = visitor.session.until.astimezone(t.zone).strftime("%H:%M")
        given = {"drawn": drawn, "me": visitor.person.name, "until": until, "front": front, "waiting": waiting}
        given |= {"who": self.forms.mine(visitor.person.id), "accepted": accepted}
        return self._html("page.html", t, drawn.status, **given)

    def _drawn(self, visitor: Visitor, reply: Show | Replace | Ask | Refused, filled: Filled | None, t: Words) -> Drawn:
        match reply:
            case Show(view) | Replace(view):
                return Drawn(render.view(view), view.title)
            case Ask(form):
                return self._form(visitor, filled or Filled(form), ("", ""))
            case Refused(why, name) if filled is not None:
                return replace(self._form(visitor, filled, (name, why)), status=422 if name else 404)
            case Refused(why, _):
                alert = Markup('<p class="error" role="alert">{}</p>').format(why)
                return Drawn(alert, t(N_("That did not work")), 404)
            case _:
                assert_never(reply)

    def _form(self, visitor: Visitor, filled: Filled, error: tuple[str, str]) -> Drawn:
        form, person = filled.form, visitor.person.id
        drawn = render.form(form, filled.values, self.forms.put(form, person), error, self.forms.draft(form, person))
        return Drawn(drawn, form.title, once=form.once)

    def _way_in(self, request: web.Request, wrong: str = "", status: int = 200, kept: str = "") -> web.Response:
        """The page for whoever is not in. `kept` is what they had written, for after they have come in."""
        t = self._words_for(request)
        return self._html("enter.html", t, status, wrong=t(wrong), kept=kept)

    def _words_for(self, request: web.Request) -> Words:
        return self.core.languages.words(_preferred(request), UTC)

    def _words_of(self, visitor: Visitor) -> Words:
        return self.core.languages.words(visitor.person.language, visitor.person.tz)

    def _html(self, template: str, t: Words, status: int, **given: object) -> web.Response:
        html = self.templates.get_template(template).render(t=t, language=t.language, **given)
        return web.Response(text=html, status=status, content_type="text/html")


def mount(site: web.Application, core: Core, secret: bytes, public_url: str, paces: Paces | None = None) -> None:
    """Put the pages under a site. Inside them nobody needs the way in, so nobody can renew a session from one."""
    inside = replace(core, pages="")
    door = Door(inside, Seal.of(secret, "session"), public_url, paces or Paces())
    templates = Environment(loader=PackageLoader("adapters.web"), autoescape=select_autoescape(default=True))
    forms, kept = Forms(Seal.of(secret, "form"), inside.routes), Seal.of(secret, "words")
    pages = Pages(inside, door, forms, TrusteeDesk(inside), kept, templates)
    of_the_pages = static("pages.css", "enter.js", "pages.js", "drafts.js", "keep.js", "icon.svg")
    for path, handler in (("/", pages.front), (ENTER, pages.threshold), (ADDRESS, of_the_pages)):
        site.router.add_get(path, door.guarded(handler, pages.refused))
    for path, handler in (
        (ENTER, pages.enter),
        (LEAVE, pages.leave),
        (render.PRESS, pages.press),
        (render.FILL, pages.fill),
        (OPEN, pages.trustee),
    ):
        site.router.add_post(path, door.guarded(handler, pages.refused))
    for path in (LEAVE, render.PRESS, render.FILL, OPEN):
        site.router.add_get(path, door.guarded(pages.back, pages.refused))


def _preferred(request: web.Request) -> str:
    """The language that a browser asks for first, of those it names."""
    first = request.headers.get("Accept-Language", ENGLISH).partition(",")[0]
    return first.strip()[:2].lower()


def _to_the_front() -> web.Response:
    return web.Response(status=303, headers={"Location": "/"})
