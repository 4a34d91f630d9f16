"""Gets an answer out while somebody waits for it. Where that fails, it is said in the invoke's own answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from adapters.teams import limits
from adapters.teams.client import TeamsMessenger
from adapters.teams.inbound import Heard
from adapters.teams.memory import Posted
from adapters.teams.reply import Answer, unsent
from bot.core import Core, Request
from bot.errors import HundredDaysError, Unavailable
from bot.ports.sending import InDoubt, Later, Outcome, Rejected, Sent
from bot.words import N_, Words

Json = dict[str, Any]
log = logging.getLogger(__name__)
NOT_NOW = N_("Teams would not take the answer just now. Please try again in a minute.")
IN_DOUBT = N_("Teams has not said whether the answer reached you. If it is not there in a minute, please try again.")
NOT_ALLOWED = N_(
    "Teams does not let me write to you. Please check that the app is installed for you and not blocked, and try again."
)
NOT_CHANGED = N_("The message that you came from may still show what stood there before.")


class UndeliveredError(HundredDaysError):
    """Teams took nothing of the answer, and there is no other way to say it: Teams had better ask once more."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """The way out of a turn."""

    core: Core
    messenger: TeamsMessenger
    posted: Posted

    async def send(self, heard: Heard, here: str, said: Answer) -> Json | None:
        """Send what is to be sent. Returns the body of an invoke's answer. Raises `UndeliveredError`."""
        outcome = await self._sent(heard, here, said)
        if outcome is None or isinstance(outcome, Sent):
            return said.body
        log.warning("teams.unsent", extra={"error": _ending(outcome)})
        if said.body is not None:
            words = await self._words(heard.request)
            return unsent(said, words(NOT_CHANGED if said.instead is not None else _why(outcome)))
        if isinstance(outcome, Later):
            raise UndeliveredError
        return None

    async def _sent(self, heard: Heard, here: str, said: Answer) -> Outcome | None:
        messenger = self.messenger.patient(limits.MESSAGE_SECONDS if said.body is None else limits.INVOKE_SECONDS)
        if said.instead is not None:
            outcome = await messenger.change(heard.home, here, heard.message, said.instead)
            if said.body is None and isinstance(outcome, Rejected):
                return await self._post(messenger, heard, said.instead)
            return outcome
        return await self._post(messenger, heard, said.private) if said.private is not None else None

    async def _post(self, messenger: TeamsMessenger, heard: Heard, activity: Json) -> Outcome | None:
        """Post a message, once for an envelope: also where its copy comes while Teams is being asked again."""
        envelope = heard.request.envelope
        if self.posted.known(envelope):
            return None
        self.posted.note(envelope)
        outcome = await messenger.post(heard.home, activity)
        if not isinstance(outcome, Sent | InDoubt):
            self.posted.forget(envelope)
        return outcome

    async def _words(self, request: Request) -> Words:
        """The person's own language, or the one that their Teams is in."""
        try:
            async with self.core.store.view() as tx:
                member = await tx.people.member_by_account(request.identity)
        except Unavailable:
            member = None
        language = member.person.language if member else request.language
        return self.core.languages.words(language, UTC)


def _why(outcome: Outcome) -> str:
    match outcome:
        case Later():
            return NOT_NOW
        case Rejected():
            return NOT_ALLOWED
        case _:
            return IN_DOUBT


def _ending(outcome: Outcome) -> str:
    """How it ended, with the platform's own short word for it."""
    reason = outcome.reason if isinstance(outcome, Rejected | InDoubt) else ""
    return f"{type(outcome).__name__.lower()} {reason}".strip()
