"""Teams as the sender sees it, and as a directory of its own accounts."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

import aiohttp

from adapters.teams import limits, render
from adapters.teams.config import TeamsConfig
from adapters.teams.connector import CONVERSATIONS, Connector, Failed
from adapters.teams.patience import Patience, Waiting
from adapters.teams.tokens import Tokens
from bot.domain.people import Address, Identity
from bot.errors import Unavailable
from bot.ports.clock import Clock
from bot.ports.sending import InDoubt, Later, Outcome, Sent, Unfindable
from bot.views import View

Json = dict[str, Any]
Account = tuple[str, str]
APART = " "


@dataclass(slots=True)
class TeamsMessenger:
    """Sends through one shared session. Each request is tried once; who wants it tried again must be `patient`."""

    config: TeamsConfig
    session: aiohttp.ClientSession
    clock: Clock
    looks: bool = False
    waiting: Waiting = field(default_factory=Waiting)
    connector: Connector = field(init=False)
    _met: OrderedDict[Account, Mapping[str, str]] = field(default_factory=OrderedDict, repr=False)

    def __post_init__(self) -> None:
        """Share the session and the token."""
        tokens = Tokens(self.config, self.session, self.clock)
        self.connector = Connector(self.config, self.session, tokens, self.clock)

    def patient(self, seconds: float) -> Self:
        """The same, for one answer that somebody waits for: what Teams does not take is tried again for so long."""
        other = copy.copy(self)
        other.connector = replace(self.connector, patience=Patience(self.clock, seconds, self.waiting))
        return other

    async def send(self, to: Address, view: View, key: str) -> Outcome:  # noqa: ARG002 (Teams takes no key)
        """Post a message. Tries once, never again."""
        return await self.post(to, render.message(view))

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        """Put `view` in place of a message sent before."""
        conversation, _, message = ref.rpartition(APART)
        home = conversation or to.details.get("conversation", to.ref)
        return await self.change(to, home, message, render.message(view))

    async def find(self, to: Address, key: str, since: datetime) -> Unfindable:  # noqa: ARG002 (a bot cannot look)
        """A bot cannot read a conversation back."""
        return Unfindable()

    async def email(self, identity: Identity) -> str:
        """The account's e-mail address, if it is a full member of our tenant. A guest's is not the tenant's word.

        Raises `Unavailable` if Teams does not say just now: that is no reason to take somebody for a stranger.
        """
        met = self._met.get((identity.workspace, identity.user))
        if met is None or not met.get("conversation"):
            return ""
        path = f"/v3/conversations/{_q(met['conversation'])}/members/{_q(met.get('mri') or identity.user)}"
        found = await self.patient(limits.LOOKUP_SECONDS).connector.call("GET", met["service_url"], path)
        if isinstance(found, Later | InDoubt):
            raise Unavailable("Teams does not say who this is")
        return _email(found, identity) if isinstance(found, dict) else ""

    def meet(self, home: Address, conversation: str) -> None:
        """Remember where somebody speaks just now: only there can Teams be asked who they are."""
        account = (home.workspace, home.ref)
        self._met[account] = {**self._met.get(account, {}), **home.details, "conversation": conversation}
        self._met.move_to_end(account)
        while len(self._met) > limits.REMEMBERED:
            self._met.popitem(last=False)

    async def change(self, to: Address, conversation: str, message: str, activity: Json) -> Outcome:
        """Put an activity in place of a message of ours."""
        path = f"/v3/conversations/{_q(conversation)}/activities/{_q(message)}"
        found = await self.connector.call("PUT", self._service(to), path, {**activity, "id": message})
        return Sent(f"{conversation}{APART}{message}") if isinstance(found, dict) else found

    async def post(self, to: Address, activity: Json) -> Outcome:
        """Post an activity to a person's own chat, or to a channel."""
        conversation = await self._conversation(to)
        if not isinstance(conversation, str):
            return conversation
        path = f"/v3/conversations/{_q(conversation)}/activities"
        found = await self.connector.call("POST", self._service(to), path, activity)
        return _sent(conversation, found)

    async def _conversation(self, to: Address) -> str | Failed:
        """The conversation to write to. One with a person is made when none is known: nothing is said by that."""
        known = to.details.get("conversation") or ("" if to.personal else to.ref)
        if known:
            return known
        body = {
            "isGroup": False,
            "bot": {"id": to.details.get("bot") or f"28:{self.config.app_id}"},
            "members": [{"id": to.details.get("mri") or to.ref}],
            "tenantId": to.workspace,
            "channelData": {"tenant": {"id": to.workspace}},
        }
        made = await self.connector.call("POST", self._service(to), CONVERSATIONS, body)
        if isinstance(made, InDoubt):
            return Later(limits.WAIT_SECONDS)
        if not isinstance(made, dict):
            return made
        return str(made["id"]) if made.get("id") else Later(limits.WAIT_SECONDS)

    def _service(self, to: Address) -> str:
        return to.details.get("service_url") or self.config.service_url


def _sent(conversation: str, found: Json | Failed) -> Outcome:
    if not isinstance(found, dict):
        return found
    return Sent(f"{conversation}{APART}{found['id']}") if found.get("id") else InDoubt("no message id")


def _email(found: Json, identity: Identity) -> str:
    """The address in what Teams says of a member."""
    here = str(found.get("tenantId") or identity.workspace) == identity.workspace
    guest = str(found.get("userRole", "")).lower() == "guest" or "#EXT#" in str(found.get("userPrincipalName", ""))
    return str(found.get("email") or "") if here and not guest else ""


def _q(part: str) -> str:
    return quote(part, safe="")
