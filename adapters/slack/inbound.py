"""Slack's payloads as requests. Who is speaking is read from the signed envelope and from nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from adapters.slack.payloads import decoded, filled_in, first, part, storable, strings, unpacked, word
from adapters.slack.render import NOWHERE, Way
from adapters.slack.text import Json
from bot.core import Request
from bot.domain.people import Address, Identity, Platform
from bot.words import ENGLISH

ACTION = "hd"
DIRECT = "D"


class Surface(Enum):
    """Where somebody was when they asked for something."""

    COMMAND = auto()
    MESSAGE = auto()
    MODAL = auto()
    SUBMISSION = auto()
    HOME = auto()
    HOME_OPENED = auto()


@dataclass(frozen=True, slots=True)
class Origin:
    """What an answer needs to find its way back."""

    surface: Surface
    user: str
    way: Way = NOWHERE
    trigger: str = ""
    view: str = ""
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request, and where its answer goes."""

    request: Request
    origin: Origin


def command(body: Json, action: str, envelope: str) -> Inbound:
    """A slash command. Its text is one value, read by whoever handles it."""
    identity = Identity(Platform.SLACK, workspace_of(body), word(body, "user_id"))
    place = _place(identity.workspace, word(body, "channel_id"))
    values = {"text": decoded(word(body, "text")).strip()}
    request = Request(identity, action, values, place, _language(body), envelope)
    way = Way(word(body, "response_url"))
    return Inbound(request, Origin(Surface.COMMAND, identity.user, way, word(body, "trigger_id")))


def pressed(body: Json, envelope: str) -> Inbound:
    """A button, in a message, a modal or the home tab. It holds the command that it sends."""
    identity = _identity(body)
    button = first(body, "actions")
    values = _clean(strings(unpacked(word(button, "value"))))
    place = _place(identity.workspace, word(body, "channel", "id"))
    request = Request(identity, _sends(word(button, "action_id")), values, place, _language(body), envelope)
    return Inbound(request, _pressed_at(body, identity))


def submitted(body: Json, envelope: str) -> Inbound:
    """A filled-in modal: what travelled with it, and what was typed."""
    identity = _identity(body)
    view = part(body, "view")
    luggage = unpacked(word(view, "private_metadata"))
    values = {**_clean(strings(part(luggage, "f"))), **filled_in(view)}
    request = Request(identity, word(luggage, "a"), values, language=_language(body), envelope=envelope)
    origin = Origin(Surface.SUBMISSION, identity.user, _way(luggage), view=word(view, "id"), inputs=_inputs(view))
    return Inbound(request, origin)


def opened_home(body: Json, action: str, envelope: str) -> Inbound:
    """Somebody looks at the home tab."""
    identity = Identity(Platform.SLACK, workspace_of(body), word(body, "event", "user"))
    request = Request(identity, action, {"text": ""}, language=_language(body), envelope=envelope)
    return Inbound(request, Origin(Surface.HOME_OPENED, identity.user))


def workspace_of(body: Json) -> str:
    """The workspace that a command or an event comes from."""
    return word(body, "team_id") or word(body, "enterprise_id")


def _identity(body: Json) -> Identity:
    """In a grid, or in a channel shared with others, the person's own workspace and not the one they are visiting."""
    workspace = word(body, "user", "team_id") or word(body, "team", "id") or word(body, "enterprise", "id")
    return Identity(Platform.SLACK, workspace, word(body, "user", "id"))


def _pressed_at(body: Json, identity: Identity) -> Origin:
    trigger = word(body, "trigger_id")
    view = part(body, "view")
    if word(view, "type") == "modal":
        way = _way(unpacked(word(view, "private_metadata")))
        return Origin(Surface.MODAL, identity.user, way, trigger, word(view, "id"))
    if view:
        return Origin(Surface.HOME, identity.user, NOWHERE, trigger, word(view, "id"))
    way = Way(word(body, "response_url"), from_message=True)
    return Origin(Surface.MESSAGE, identity.user, way, trigger)


def _way(luggage: Json) -> Way:
    return Way(word(luggage, "r"), from_message=luggage.get("m") == 1)


def _inputs(view: Json) -> tuple[str, ...]:
    blocks = view.get("blocks")
    found = blocks if isinstance(blocks, list) else []
    return tuple(word(block, "block_id") for block in found if word(block, "type") == "input")


def _sends(action_id: str) -> str:
    prefix, _, rest = action_id.partition(":")
    return rest.partition(":")[0] if prefix == ACTION else ""


def _place(workspace: str, channel: str) -> Address | None:
    if not channel or channel.startswith(DIRECT):
        return None
    return Address(Platform.SLACK, workspace, channel, personal=False)


def _language(body: Json) -> str:
    locale = word(body, "user", "locale") or word(body, "locale")
    return locale.partition("-")[0].lower() or ENGLISH


def _clean(values: Mapping[str, str]) -> dict[str, str]:
    return {name: storable(value) for name, value in values.items()}
