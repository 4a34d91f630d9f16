"""What a browser sends, as requests. Who is speaking comes from the session, never from the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from bot.core import Request
from bot.domain.people import Address, Identity
from bot.features.home.commands import Home
from bot.routes import TYPED
from bot.typed import divided
from bot.views import Form, Tick
from bot.wire import Flag

VALUE = "v."


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press on a button, and the message it stood in."""

    action: str
    values: Mapping[str, str]
    message: str = ""


def typed(words: str, identity: Identity, place: Address | None, envelope: str = "") -> Request:
    """What was typed into the composer. Anything but a command gets the help."""
    name, rest = divided(words)
    command = TYPED.get(name)
    said = Home(words.strip()) if command is None else command.read({"text": rest})
    return Request(identity, said.name(), said.write(), place, envelope=envelope)


def pressed(fields: Mapping[str, str]) -> Pressed:
    """A button outside a form."""
    values = {name.removeprefix(VALUE): value for name, value in fields.items() if name.startswith(VALUE)}
    return Pressed(fields.get("command", ""), values, fields.get("message", ""))


def pressed_inside(sent: str, message: str) -> Pressed:
    """A button inside a form, which carries its command in its own value."""
    return pressed({**dict(parse_qsl(sent, keep_blank_values=True)), "message": message})


def filled(form: Form, fields: Mapping[str, str]) -> dict[str, str]:
    """What was filled in. A box that is not ticked is not sent by a browser."""
    given = {i.name: fields.get(VALUE + i.name, Flag.NO if isinstance(i, Tick) else "") for i in form.inputs}
    return {**given, **form.fixed}
