"""Activities as requests. Who speaks is read from the verified activity and from nowhere else."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from adapters.teams import limits
from adapters.teams.inputs import FORM, HELD, VERB, Kept
from adapters.teams.shapes import UnreadableError, name, parts, sent, text
from adapters.teams.text import clean
from bot.core import Request
from bot.domain.people import Address, Identity, Platform
from bot.routes import HOME, PRIVATE
from bot.typed import divided, meant
from bot.wire import Command, Flag

Json = dict[str, Any]
OURS = frozenset({VERB, FORM, HELD})
Typed = Mapping[str, type[Command]]
UNSAID = "…"
"""Stands where something was typed that goes no further."""


class Kind(StrEnum):
    """How it was said, which decides how it must be answered."""

    TYPED = "typed"
    INSTALLED = "installed"
    PRESSED = "pressed"
    EXECUTED = "executed"
    OPENED = "opened"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class Heard:
    """What an activity says. `message` is the one whose button was pressed; `kept` is a form that was submitted.

    `held` names what was typed with a command whose answer was a form: it waited here, outside any card.
    """

    kind: Kind
    request: Request
    home: Address
    message: str = ""
    kept: Kept | None = None
    held: str = ""

    @property
    def personal(self) -> bool:
        """Whether nobody else sees the conversation."""
        return self.request.place is None


def read(activity: Json, typed: Typed) -> Heard | None:
    """What the activity asks for; None if it is nothing to us. Raises `UnreadableError`.

    Only an invoke must be something to us: its answer is waited for, and there is none.
    """
    said = _said(activity, typed)
    identity = Identity(Platform.TEAMS, tenant(activity), _user(activity))
    if said is None or not identity.workspace or not identity.user:
        if activity.get("type") == "invoke":
            raise UnreadableError("name")
        return None
    kind, action, values, kept = said
    held = text(sent(activity.get("value"), "data"), HELD) if kind is Kind.OPENED else ""
    place = _place(activity)
    home = Address(Platform.TEAMS, identity.workspace, identity.user, _details(activity, personal=place is None))
    request = Request(
        identity,
        action,
        values,
        place,
        language=text(activity, "locale").partition("-")[0].lower() or "en",
        envelope=_submission(identity, said) or _envelope(activity),
        details=home.details if place is None else {},
    )
    return Heard(kind, request, home, name(activity, "replyToId"), kept, held)


def tenant(activity: Json) -> str:
    """The tenant that the activity comes from."""
    return name(activity, "channelData", "tenant", "id")


Said = tuple[Kind, str, Mapping[str, str], Kept | None]


def _said(activity: Json, typed: Typed) -> Said | None:
    match activity.get("type"), activity.get("name"):
        case "message", _:
            pressed = sent(activity.get("value"))
            return _sent(Kind.PRESSED, pressed) if VERB in pressed else _shown(_typed(activity, typed))
        case "invoke", "adaptiveCard/action":
            action = sent(activity.get("value"), "action")
            return Kind.EXECUTED, text(action, "verb"), _values(sent(action.get("data"))), None
        case "invoke", "task/fetch":
            return _sent(Kind.OPENED, sent(activity.get("value"), "data"))
        case "invoke", "task/submit":
            return _sent(Kind.SUBMITTED, sent(activity.get("value"), "data"))
        case (("installationUpdate" | "conversationUpdate"), _) if _installed(activity):
            return Kind.INSTALLED, typed[HOME].name(), {"text": ""}, None
        case _:
            return None


def _sent(kind: Kind, data: Json) -> Said:
    return kind, text(data, VERB), _values(data), Kept.read(data.get(FORM))


def _typed(activity: Json, typed: Typed) -> Said:
    """A command by its first word. Anything else is a question about what there is to say."""
    said = _unheard(words(activity)[: limits.TYPED], typed)
    first, rest = divided(said)
    command = typed.get(first)
    if command is None:
        return Kind.TYPED, typed[HOME].name(), {"text": said}, None
    return Kind.TYPED, command.name(), {"text": _unheard(rest, typed) if first == HOME else rest}, None


def _unheard(said: str, typed: Typed) -> str:
    """What somebody wanted to say without their name stands in the chat under it: we do not so much as remember it."""
    first, rest = divided(said)
    return f"{first} {UNSAID}" if rest and meant(first, typed) in PRIVATE else said


def _shown(said: Said) -> Said:
    """What is typed here stands in the chat under its writer's name: that must be known where it may become unnamed."""
    kind, action, values, kept = said
    return kind, action, {**values, "shown": Flag.YES} if values["text"] else values, kept


def words(activity: Json) -> str:
    """What was typed, without the mention of the bot: exactly the text that the platform names as such, once each."""
    said = text(activity, "text")
    for mention in _mentions(activity):
        said = said.replace(mention, "", 1)
    return html.unescape(said).replace("\u00a0", " ").strip()


def _mentions(activity: Json) -> list[str]:
    me = name(activity, "recipient", "id")
    mentions = [entity for entity in parts(activity, "entities") if entity.get("type") == "mention"]
    mine = [entity for entity in mentions if text(entity, "mentioned", "id") == me] if me else []
    return [found for entity in mine if (found := text(entity, "text"))]


def _values(data: Json) -> dict[str, str]:
    """The flat strings in what a card sent."""
    return {name: clean(value) for name, value in data.items() if isinstance(value, str) and name not in OURS}


def _installed(activity: Json) -> bool:
    """Whether the bot was just added for one person. Teams says so once or twice, in two ways."""
    if text(activity, "conversation", "conversationType") != "personal":
        return False
    if activity.get("type") == "installationUpdate":
        return text(activity, "action") in {"add", "add-upgrade"}
    me = name(activity, "recipient", "id")
    return any(text(member, "id") == me for member in parts(activity, "membersAdded"))


def _user(activity: Json) -> str:
    return name(activity, "from", "aadObjectId") or name(activity, "from", "id")


def _details(activity: Json, *, personal: bool) -> dict[str, str]:
    """What is needed to write to this person later. In a channel, their own conversation is not known."""
    found = {
        "service_url": name(activity, "serviceUrl"),
        "mri": name(activity, "from", "id"),
        "bot": name(activity, "recipient", "id"),
    }
    return {**found, "conversation": name(activity, "conversation", "id")} if personal else found


def _place(activity: Json) -> Address | None:
    """The channel or group it was said in. A reply in a channel names its message, which is not part of the place."""
    conversation = name(activity, "conversation", "id")
    if text(activity, "conversation", "conversationType") == "personal":
        return None
    channel = name(activity, "channelData", "channel", "id") or conversation.partition(";")[0]
    details = {"service_url": name(activity, "serviceUrl"), "bot": name(activity, "recipient", "id")}
    return Address(Platform.TEAMS, tenant(activity), channel, details, personal=False)


def _submission(identity: Identity, said: Said) -> str:
    """A name for what somebody submits with one form, however often: Teams has a new activity for each time.

    Nobody can find out by it who submitted what: the form's id is as long as a key, and stands nowhere but in the form.
    Forms of an older version have no id, and other presses no form: they go by their activity.
    """
    kind, action, values, kept = said
    if kind is not Kind.SUBMITTED or kept is None or not kept.id:
        return ""
    parts = kept.id, identity.workspace, identity.user, action, sorted(values.items())
    return sha256(json.dumps(parts).encode()).hexdigest()


def _envelope(activity: Json) -> str:
    """A name for the signed envelope that says nothing about who sent it. One without an id has no name."""
    if not name(activity, "id"):
        return ""
    parts = text(activity, "channelId"), name(activity, "conversation", "id"), name(activity, "id")
    return sha256("\n".join(parts).encode()).hexdigest()
