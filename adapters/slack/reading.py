"""The one strict reading of a signed body: what it asks for, or that it is unreadable, or nothing that we know."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from adapters.slack import inbound
from adapters.slack.inbound import Inbound, Signed
from adapters.slack.incoming import Incoming, Unreadable, needed
from adapters.slack.payloads import unpacked
from adapters.slack.text import Json
from bot.errors import HundredDaysError
from bot.routes import HOME, TYPED

FORM = "application/x-www-form-urlencoded"
A_CHECK: Json = {"ssl_check": "1"}
A_COMMAND: Json = {"command": "/"}
A_PRESS: Json = {"type": "block_actions", "actions": [{"action_id": ""}]}
A_FORM: Json = {"type": "view_submission", "view": {"type": "modal", "callback_id": ""}}


class Unknown(HundredDaysError):
    """Well formed, and nothing that we asked Slack for."""


@dataclass(frozen=True, slots=True)
class Departure:
    """The app is said to be gone from a workspace."""

    workspace: str
    envelope: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a body says, and as much of it as Bolt needs to find who answers. Bolt sees nothing else of what came in."""

    route: Json
    what: Inbound | Departure | None = None


def heard(body: bytes, content_type: str, signed: Signed) -> Heard:
    """What Slack says. Raises `Unreadable` or `Unknown`."""
    try:
        text = body.decode()
        fields = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True)) if content_type == FORM else None
    except ValueError as error:
        raise Unreadable from error
    if fields is None:
        return _payload(text, signed)
    if not fields:
        raise Unreadable
    if "payload" in fields:
        return _payload(fields["payload"], signed)
    return _form(Incoming(fields), signed)


def _form(body: Incoming, signed: Signed) -> Heard:
    if body.text("ssl_check") == "1":
        return Heard(A_CHECK)
    command = body.text("command")
    if not command:
        raise Unknown
    kind = TYPED.get(command.removeprefix("/"))
    return Heard(A_COMMAND, inbound.command(body, kind.name() if kind else "", signed))


def _payload(text: str, signed: Signed) -> Heard:
    body = Incoming(unpacked(text))
    match needed(body.text("type")):
        case "block_actions":
            return Heard(A_PRESS, inbound.pressed(body, signed))
        case "view_submission":
            return Heard(A_FORM, inbound.submitted(body, signed))
        case "event_callback":
            return _event(body, signed)
        case "url_verification":
            return Heard({"type": "url_verification", "challenge": needed(body.text("challenge"))})
        case _:
            raise Unknown


def _event(body: Incoming, signed: Signed) -> Heard:
    event = body.part("event")
    kind = needed(event.text("type"))
    route = {"type": "event_callback", "event": {"type": kind}}
    match kind:
        case "app_home_opened":
            looks = event.text("tab") == "home"
            return Heard(route, inbound.opened_home(body, TYPED[HOME].name(), signed) if looks else None)
        case "app_uninstalled":
            return Heard(route, _departure(body, signed))
        case "tokens_revoked":
            return Heard(route, _departure(body, signed) if event.part("tokens").list("bot") else None)
        case _:
            raise Unknown


def _departure(body: Incoming, signed: Signed) -> Departure:
    return Departure(inbound.workspace_of(body), signed.named("event", body.handle("event_id")))
