"""What bolt calls: a payload becomes a request, the core answers it, the answer is said Slack's way."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from adapters.slack import inbound
from adapters.slack.client import SlackMessenger, silence
from adapters.slack.follow import Afterwards
from adapters.slack.inbound import Inbound
from adapters.slack.payloads import part
from adapters.slack.reply import answer, too_late
from adapters.slack.text import Json
from adapters.slack.verify import envelope
from bot.core import Core, Request
from bot.domain.people import Organisation, Platform
from bot.features import organisations
from bot.ports import Sent
from bot.routes import TYPED
from bot.words import N_

log = logging.getLogger(__name__)
HOME = "100days"
TOO_SLOW = N_("Slack did not wait for us. Please try again.")
ANYTHING = re.compile("")
NO_RETRY: dict[str, str | Sequence[str]] = {"X-Slack-No-Retry": "1"}


@dataclass(frozen=True, slots=True)
class Listeners:
    """One method for each kind of thing that Slack sends."""

    core: Core
    messenger: SlackMessenger
    afterwards: Afterwards

    async def command(self, req: AsyncBoltRequest) -> BoltResponse:
        """A slash command. The core refuses one that it does not know."""
        kind = TYPED.get(str(req.body["command"]).removeprefix("/"))
        return await self._answer(inbound.command(req.body, kind.name() if kind else "", _envelope(req)))

    async def press(self, req: AsyncBoltRequest) -> BoltResponse:
        """A button."""
        return await self._answer(inbound.pressed(req.body, _envelope(req)))

    async def submit(self, req: AsyncBoltRequest) -> BoltResponse:
        """A modal that was filled in."""
        return await self._answer(inbound.submitted(req.body, _envelope(req)))

    async def open_home(self, req: AsyncBoltRequest) -> BoltResponse:
        """Somebody opened the app's home, on one of its tabs."""
        if req.body["event"].get("tab") != "home":
            return _said({})
        return await self._answer(inbound.opened_home(req.body, TYPED[HOME].name(), _envelope(req)))

    async def departed(self, req: AsyncBoltRequest) -> BoltResponse:
        """The app was removed from a workspace, or its own token taken away; those of single users are not ours."""
        event = req.body["event"]
        if event["type"] == "app_uninstalled" or part(event, "tokens").get("bot"):
            workspace = inbound.workspace_of(req.body)
            now = self.core.clock()
            await organisations.leave(self.core.store, Platform.SLACK, workspace, now, _envelope(req))
        return _said({})

    async def _answer(self, asked: Inbound) -> BoltResponse:
        """The core has committed when it answers: nothing that comes after can undo it."""
        answered = answer(await self.core.handle(asked.request), asked.origin)
        if answered.opens and not isinstance(await self.messenger.open(answered.opens), Sent):
            log.warning("slack.modal_not_opened")
            answered = too_late(self._in_language(TOO_SLOW, asked.request), asked.origin)
        if answered.after:
            self.afterwards.do(self.messenger.follow(answered.after))
        return _said(answered.body)

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
    app.command(ANYTHING)(listeners.command)
    app.action({"type": "block_actions", "action_id": ANYTHING})(listeners.press)
    app.view(ANYTHING)(listeners.submit)
    app.event("app_home_opened")(listeners.open_home)
    app.event("app_uninstalled")(listeners.departed)
    app.event("tokens_revoked")(listeners.departed)
    app.error(_failed)
    return app


def report(error: Exception) -> None:
    """Log what went wrong and where, and none of what was said."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    log.error("slack.failed", extra={"error": type(error).__name__, "place": place})


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """The signature is all the authority there is; what we send carries the token of the messenger."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


async def _failed(error: Exception) -> BoltResponse:
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=404, headers=NO_RETRY)
    report(error)
    return BoltResponse(status=500)


def _said(body: Json) -> BoltResponse:
    return BoltResponse(status=200, body=body or "")


def _envelope(req: AsyncBoltRequest) -> str:
    return envelope(req.headers["x-slack-signature"][0])
