"""Who is at the door: sessions in sealed cookies, and what is refused before anybody is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from adapters.web import limits
from adapters.web.files import Handler
from adapters.web.pages.pace import Pace
from adapters.web.pages.sealed import Seal
from bot.core import TRY_AGAIN, Core, Request
from bot.domain.people import Person, Role
from bot.domain.sessions import Session, account_of
from bot.errors import Unavailable
from bot.wire import Command
from bot.words import N_

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
COOKIE, PLAIN_COOKIE = "__Host-session", "session"
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With `no-referrer` a browser calls the origin of our own forms `null`. No address of ours says anything anyway.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
SECURELY = {"Strict-Transport-Security": "max-age=31536000"}
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 100
SENT = web.RequestKey("sent", dict[str, str])
NOT_A_FORM = N_("That was not one of our forms, so nothing was done.")
WHY: Mapping[int, str] = {
    400: NOT_A_FORM,
    403: N_("That came from another site, so nothing was done."),
    408: N_("It took too long to reach us, so nothing was done. Please try again."),
    413: N_("That is too long to be sent, so nothing was done."),
    415: NOT_A_FORM,
    429: N_("That was too fast for us, so nothing was done. Please wait a second."),
    503: TRY_AGAIN,
}
Refusing = Callable[[web.Request, int, str], Awaitable[web.Response]]
"""Draws a page that says why a request was not taken."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is in."""

    person: Person
    session: Session

    def asks(self, command: Command) -> Request:
        """A command of ours, in their name."""
        return self.sends(command.name(), command.write())

    def sends(self, action: str, values: Mapping[str, str], form: str = "") -> Request:
        """What they sent. Who they are comes from the session, and from nowhere else.

        A form is an envelope: sent twice by a quick finger, it counts once.
        """
        account = account_of(self.session.organisation, self.session.person)
        envelope = f"form-{sha256(form.encode()).hexdigest()}" if form else ""
        return Request(account, action, values, language=self.person.language, envelope=envelope)


@dataclass(frozen=True, slots=True)
class Paces:
    """What may be done how often: requests in a session, wrong codes from an address."""

    requests: Pace = field(default_factory=lambda: Pace(5, 1.0))
    guesses: Pace = field(default_factory=lambda: Pace(5, 60.0))


@dataclass(slots=True)
class Door:
    """Lets in whoever holds a session, and nobody whose role has changed since it began.

    A session is kept by the browser alone, so that no database knows who was here when. What was signed out is
    remembered here until it would have ended anyway; another replica does not hear of it.
    """

    core: Core
    seal: Seal
    public_url: str
    paces: Paces
    _left: dict[str, datetime] = field(default_factory=dict)

    async def visitor(self, request: web.Request) -> Visitor | None:
        """Who this is. None for nobody, and all the same for a session that is over, forged or no longer right."""
        session = _session(self.seal.open(self._cookie(request)))
        if session is None or session.id in self._left:
            return None
        if not self.paces.requests.allows(session.id):
            raise web.HTTPTooManyRequests(headers={"Retry-After": "1"})
        async with self.core.store.view() as tx:
            member = await tx.people.member_by_account(account_of(session.organisation, session.person))
        if member is None or not session.admits(member.person, self.core.clock()):
            return None
        return Visitor(member.person, session)

    def admit(self, request: web.Request, response: web.StreamResponse, session: Session) -> None:
        """Give the browser its session."""
        self._keep(request, response, self.seal.close(_written(session)), session.until - self.core.clock())

    def dismiss(self, request: web.Request, response: web.StreamResponse, session: Session) -> None:
        """End a session before its time."""
        now = self.core.clock()
        self._left = {left: until for left, until in self._left.items() if until > now} | {session.id: session.until}
        self._keep(request, response, "", timedelta(0))

    def _keep(self, request: web.Request, response: web.StreamResponse, value: str, lasts: timedelta) -> None:
        """Set the cookie: for secure connections only, unless the browser itself is on this machine without one."""
        at_home = request.headers["Origin"] == f"http://{request.host}" and _loopback(request.host)
        seconds = int(lasts.total_seconds())
        name = PLAIN_COOKIE if at_home else COOKIE
        response.set_cookie(
            name, value, max_age=seconds, path="/", httponly=True, samesite="Strict", secure=not at_home
        )

    def guarded(self, handler: Handler, refuse: Refusing) -> Handler:
        """The handler behind all that is refused at once, and with the headers that every answer carries."""
        headers = {**HEADERS, **(SECURELY if self.public_url.startswith("https:") else {})}

        async def guard(request: web.Request) -> web.StreamResponse:
            try:
                self._same_site(request)
                response = await handler(request)
            except web.HTTPException as refused:
                if refused.status not in WHY:
                    refused.headers.update(headers)
                    raise
                response = await refuse(request, refused.status, WHY[refused.status])
                if (later := refused.headers.get("Retry-After")) is not None:
                    response.headers["Retry-After"] = later
            except Unavailable:
                response = await refuse(request, 503, WHY[503])
            response.headers.update(headers)
            return response

        return guard

    def _same_site(self, request: web.Request) -> None:
        """Another site open in the same browser cannot press our buttons."""
        if request.method == "POST" and request.headers.get("Origin", "") not in self._own(request):
            raise web.HTTPForbidden

    def _own(self, request: web.Request) -> set[str]:
        """What a browser may call this site: its public address, and on this very machine plain HTTP."""
        here = {f"http://{request.host}"} if _loopback(request.host) else set()
        return here | ({_origin(self.public_url)} if self.public_url else {f"https://{request.host}"})

    def _cookie(self, request: web.Request) -> str:
        """What the browser sent as its session. The unprotected name counts on this very machine only."""
        plain = request.cookies.get(PLAIN_COOKIE, "") if _loopback(request.host) else ""
        return request.cookies.get(COOKIE, plain)


async def fields(request: web.Request, most: int = limits.BODY_BYTES) -> dict[str, str]:
    """What a form sent: a small body of the one kind that our forms send. Asked for again, it is the same."""
    if SENT not in request:
        request[SENT] = await _read(request, most)
    return request[SENT]


async def _read(request: web.Request, most: int) -> dict[str, str]:
    if request.content_type != FORM:
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(limits.BODY_SECONDS):
            body = await _body(request, most)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise web.HTTPBadRequest from error


async def _body(request: web.Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > most:
            raise web.HTTPRequestEntityTooLarge(most, len(body))
    return bytes(body)


def caller(request: web.Request) -> str:
    """The address that a request comes from. One from a private network is a proxy's, which names the real one last."""
    peer = request.remote or ""
    named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return named if named and ip_address(peer).is_private else peer
    except ValueError:
        return peer


def _loopback(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False


def _origin(url: str) -> str:
    """An address as a browser names it: without path, and without the port that goes without saying."""
    parts = urlsplit(url.lower())
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual) if usual else parts.netloc}"


def _written(session: Session) -> dict[str, Any]:
    who = {"organisation": session.organisation, "person": session.person, "role": session.role}
    return {"id": session.id, **who, "until": session.until.isoformat()}


def _session(opened: Mapping[str, Any]) -> Session | None:
    match opened:
        case {"id": str(id_), "organisation": str(where), "person": str(who), "role": str(role), "until": str(until)}:
            return Session(id_, where, who, Role(role), datetime.fromisoformat(until).astimezone(UTC))
    return None
