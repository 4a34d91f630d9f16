"""What bolt calls: what was understood is asked of the core, and its answer is said Slack's way."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from adapters.slack import limits
from adapters.slack.client import SlackMessenger, silence
from adapters.slack.follow import Afterwards
from adapters.slack.inbound import Inbound
from adapters.slack.reading import Departure
from adapters.slack.reply import Open, answer, too_late
from adapters.slack.text import Json
from bot import administration
from bot.core import Core, Request
from bot.domain.people import Organisation, Platform
from bot.errors import Unavailable
from bot.faults import log_failure
from bot.ports.sending import InDoubt, Later, Sent
from bot.words import N_

log = logging.getLogger(__name__)
HEARD = "heard"
TOO_SLOW = N_("Slack did not wait for us. Please try again.")
ANYTHING = re.compile("")


@dataclass(frozen=True, slots=True)
class Listeners:
    """One method for each kind of thing that Slack sends."""

    core: Core
    messenger: SlackMessenger
    afterwards: Afterwards

    async def asked(self, req: AsyncBoltRequest) -> BoltResponse:
        """A slash command, a button, a modal that was filled in or somebody who looks at the app's home."""
        asked: Inbound | None = req.context[HEARD]
        return await self._answer(asked) if asked else _said({})

    async def departed(self, req: AsyncBoltRequest) -> BoltResponse:
        """The app was removed from a workspace, or its own token taken away; those of single users are not ours."""
        gone: Departure | None = req.context[HEARD]
        return BoltResponse(status=await self._left(gone)) if gone else _said({})

    async def _left(self, gone: Departure) -> int:
        """Slack may tell late, when the app is there again: the token says. Who cannot be asked is to tell again."""
        standing = await self.messenger.standing()
        if isinstance(standing, Later | InDoubt):
            return 503
        if standing == gone.workspace:
            log.warning("slack.departure_ignored")
            return 200
        try:
            now = self.core.clock()
            await administration.leave(self.core.store, Platform.SLACK, gone.workspace, now, gone.envelope)
        except Unavailable:
            return 503
        return 200

    async def _answer(self, asked: Inbound) -> BoltResponse:
        """The core has committed when it answers: nothing that comes after can undo it."""
        deadline = asyncio.get_running_loop().time() + limits.TRIGGER_SECONDS
        answered = answer(await self.core.handle(asked.request), asked.origin)
        if answered.opens and not await self._opened(answered.opens, deadline):
            log.warning("slack.modal_not_opened")
            answered = too_late(self._in_language(TOO_SLOW, asked.request), asked.origin)
        if answered.after:
            self.afterwards.do(self.messenger.follow(answered.after))
        return _said(answered.body)

    async def _opened(self, step: Open, deadline: float) -> bool:
        """Whether the modal is open. Slack waits for our answer no longer than it lets us open one."""
        try:
            async with asyncio.timeout_at(deadline):
                return isinstance(await self.messenger.open(step), Sent)
        except TimeoutError:
            return False

    def _in_language(self, sentence: str, request: Request) -> str:
        return self.core.languages.words(request.language, Organisation("", "").tz)(sentence)


def bolt(listeners: Listeners) -> AsyncApp:
    """Bolt, told to wait for its listeners, to say nothing in the log, and to ask nobody who we are."""
    app = AsyncApp(
        name="hundred-days",
        logger=silence(),
        client=listeners.messenger.web,
        authorize=_authorize,
        signing_secret="",
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
    )
    app.command(ANYTHING)(listeners.asked)
    app.action({"type": "block_actions", "action_id": ANYTHING})(listeners.asked)
    app.view(ANYTHING)(listeners.asked)
    app.event("app_home_opened")(listeners.asked)
    app.event("app_uninstalled")(listeners.departed)
    app.event("tokens_revoked")(listeners.departed)
    app.error(_failed)
    return app


def report(error: Exception) -> None:
    """Log what went wrong and where, and none of what was said."""
    log_failure(log, "slack.failed", error)


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """The signature is all the authority there is; what we send carries the token of the messenger."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


async def _failed(error: Exception) -> BoltResponse:
    report(error)
    return BoltResponse(status=500)


def _said(body: Json) -> BoltResponse:
    return BoltResponse(status=200, body=body or "")
