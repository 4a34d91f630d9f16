"""Slack's payloads as requests. Who is speaking is read from the signed envelope and from nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from adapters.slack import limits
from adapters.slack.incoming import Incoming, needed
from adapters.slack.payloads import decoded, part, strings, unpacked, word
from adapters.slack.render import NOWHERE, Way
from adapters.slack.text import Json
from adapters.slack.verify import envelope
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
class Signed:
    """What is known of a request besides its body: its signature, and when it came."""

    signature: str
    at: datetime

    def named(self, kind: str, *parts: str) -> str:
        """The name of what somebody did. Slack signs what it sends again afresh: a signature is the last resort."""
        return envelope(kind, *parts) if all(parts) else envelope("signature", self.signature)


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request, and where its answer goes."""

    request: Request
    origin: Origin


def command(body: Incoming, action: str, signed: Signed) -> Inbound:
    """A slash command. Its text is one value, read by whoever handles it."""
    identity = Identity(Platform.SLACK, workspace_of(body), needed(body.name("user_id")))
    place = _place(identity.workspace, body.name("channel_id"))
    values = {"text": decoded(body.text("text")).strip()}
    trigger = body.handle("trigger_id")
    request = Request(identity, action, values, place, _language(body), signed.named("trigger", trigger))
    way = Way(body.handle("response_url"), opened=_seconds(signed.at))
    return Inbound(request, Origin(Surface.COMMAND, identity.user, way, trigger))


def pressed(body: Incoming, signed: Signed) -> Inbound:
    """A button, in a message, a modal or the home tab. It holds the command that it sends."""
    identity = _identity(body)
    button = Incoming.of(next(iter(body.list("actions")), None))
    values = strings(unpacked(button.text("value")))
    place = _place(identity.workspace, body.part("channel").name("id"))
    name = signed.named("trigger", body.handle("trigger_id"))
    request = Request(identity, _sends(button.text("action_id")), values, place, _language(body), name)
    return Inbound(request, _pressed_at(body, identity, signed.at))


def submitted(body: Incoming, signed: Signed) -> Inbound:
    """A filled-in modal: what travelled with it, and what was typed.

    It is known by all three: each form that is shown in a modal is another one, and so is one sent with other words.
    """
    identity = _identity(body)
    view = body.part("view")
    carried = view.text("private_metadata")
    luggage = unpacked(carried)
    values = {**strings(part(luggage, "f")), **_filled_in(view)}
    name = signed.named("view", view.handle("id"), carried, json.dumps(sorted(values.items())))
    request = Request(identity, word(luggage, "a"), values, language=_language(body), envelope=name)
    way = _way(luggage, signed.at)
    return Inbound(
        request, Origin(Surface.SUBMISSION, identity.user, way, view=view.handle("id"), inputs=_inputs(view))
    )


def opened_home(body: Incoming, action: str, signed: Signed) -> Inbound:
    """Somebody looks at the home tab."""
    identity = Identity(Platform.SLACK, workspace_of(body), needed(body.part("event").name("user")))
    name = signed.named("event", body.handle("event_id"))
    request = Request(identity, action, {"text": ""}, language=_language(body), envelope=name)
    return Inbound(request, Origin(Surface.HOME_OPENED, identity.user))


def workspace_of(body: Incoming) -> str:
    """The workspace that a command or an event comes from."""
    return needed(body.name("team_id") or body.name("enterprise_id"))


def _identity(body: Incoming) -> Identity:
    """In a grid, or in a channel shared with others, the person's own workspace and not the one they are visiting."""
    user, team, grid = (body.part(name) for name in ("user", "team", "enterprise"))
    workspace = user.name("team_id") or team.name("id") or grid.name("id")
    return Identity(Platform.SLACK, needed(workspace), needed(user.name("id")))


def _pressed_at(body: Incoming, identity: Identity, now: datetime) -> Origin:
    trigger = body.handle("trigger_id")
    view = body.part("view")
    if view.text("type") == "modal":
        way = _way(unpacked(view.text("private_metadata")), now)
        return Origin(Surface.MODAL, identity.user, way, trigger, needed(view.handle("id")))
    if view.content:
        return Origin(Surface.HOME, identity.user, NOWHERE, trigger, view.handle("id"))
    way = Way(body.handle("response_url"), from_message=True, opened=_seconds(now))
    return Origin(Surface.MESSAGE, identity.user, way, trigger)


def _way(luggage: Json, now: datetime) -> Way:
    """The way back that a modal carries. One that Slack will soon close, or that has no time, leads nowhere."""
    opened, step = (found if isinstance(found := luggage.get(name), int) else 0 for name in ("t", "n"))
    way = Way(word(luggage, "r"), from_message=luggage.get("m") == 1, opened=opened, step=step)
    fresh = abs(_seconds(now) - opened) <= limits.RESPONSE_SECONDS
    return way if fresh else replace(way, response_url="")


def _seconds(when: datetime) -> int:
    return int(when.timestamp())


def _inputs(view: Incoming) -> tuple[str, ...]:
    return tuple(block.text("block_id") for block in view.parts("blocks") if block.text("type") == "input")


def _filled_in(view: Incoming) -> dict[str, str]:
    """What stands in the inputs of a modal, by their names."""
    values = view.part("state").part("values").each()
    return {name: _typed(element) for name, inputs in values for _, element in inputs.each()}


def _typed(element: Incoming) -> str:
    if element.text("type") == "checkboxes":
        return "yes" if element.list("selected_options") else "no"
    return element.part("selected_option").text("value") or decoded(element.text("value"))


def _sends(action_id: str) -> str:
    prefix, _, rest = action_id.partition(":")
    return rest.partition(":")[0] if prefix == ACTION else ""


def _place(workspace: str, channel: str) -> Address | None:
    if not channel or channel.startswith(DIRECT):
        return None
    return Address(Platform.SLACK, workspace, channel, personal=False)


def _language(body: Incoming) -> str:
    locale = body.part("user").text("locale") or body.text("locale")
    return locale.partition("-")[0].lower() or ENGLISH
