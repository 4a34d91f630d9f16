"""What we ask Slack to do, over one shared session. Each call is tried once: whoever asked may try again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack import limits
from adapters.slack.config import SlackConfig
from adapters.slack.outcomes import attempt, outcome, patience
from adapters.slack.payloads import part, word
from adapters.slack.render import message
from adapters.slack.reply import Change, FollowUp, Open, Post, Publish
from adapters.slack.text import Json
from bot.domain.people import Address, Identity
from bot.errors import Misconfigured
from bot.ports.sending import InDoubt, Later, Outcome, Rejected, Sent, Unfindable
from bot.views import View

EVENT = "hundred_days_delivery"
KEY = ("metadata", "event_payload", "id")


class SlackUnreachable(Misconfigured):
    """Slack does not say whether it accepts our token: it cannot be asked at the moment."""


@asynccontextmanager
async def connected(config: SlackConfig) -> AsyncIterator[SlackMessenger]:
    """A messenger with a session of its own, for as long as the block runs."""
    timeout = aiohttp.ClientTimeout(total=limits.REQUEST_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield SlackMessenger.over(session, config)


@dataclass(frozen=True, slots=True)
class SlackMessenger:
    """Slack as a `Messenger` and a `Directory`, and as what answers a press."""

    config: SlackConfig
    session: aiohttp.ClientSession
    web: AsyncWebClient
    looks: bool = True

    @classmethod
    def over(cls, session: aiohttp.ClientSession, config: SlackConfig) -> SlackMessenger:
        """A messenger that uses this session and never tries again by itself."""
        web = AsyncWebClient(
            token=config.bot_token, base_url=config.base_url, session=session, retry_handlers=[], logger=silence()
        )
        return cls(config, session, web)

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        """Post a message. The key travels as metadata, which everybody in the workspace can read: it says nothing."""
        metadata = {"event_type": EVENT, "event_payload": {"id": key}}
        return await outcome(
            self.web.chat_postMessage(
                channel=to.ref, metadata=metadata, unfurl_links=False, unfurl_media=False, **message(view)
            )
        )

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        """Put a view in place of a message."""
        channel, _, ts = ref.partition(":")
        ended = await outcome(self.web.chat_update(channel=channel or to.ref, ts=ts, **message(view)))
        return Sent(ref) if isinstance(ended, Sent) else ended

    async def find(self, to: Address, key: str, since: datetime) -> Sent | Later | Unfindable | None:
        """Look in the conversation for a message with this key. Needs `im:history`; channels are closed to us."""
        channel = await self._conversation(to)
        if not isinstance(channel, str):
            return _not_looked(channel)
        oldest = str(since.timestamp() - limits.CLOCK_SKEW_SECONDS)
        cursor = ""
        for _ in range(limits.HISTORY_PAGES):
            page = await self._page(channel, oldest, cursor)
            if isinstance(page, Later | Rejected | InDoubt):
                return _not_looked(page)
            found = [word(said, "ts") for said in page["messages"] if word(said, *KEY) == key]
            if found:
                return Sent(f"{channel}:{found[0]}")
            cursor = word(page, "response_metadata", "next_cursor")
            if not cursor:
                return None
        return Unfindable()

    async def email(self, identity: Identity) -> str:
        """The confirmed address of a person of this very workspace; nobody else's workspace vouches for ours."""
        answered = await attempt(self.web.users_info(user=identity.user))
        user = part(answered.data, "user") if isinstance(answered, AsyncSlackResponse) else {}
        if user.get("deleted") or user.get("is_bot") or user.get("is_stranger"):
            return ""
        own = word(user, "team_id") == identity.workspace and user.get("is_email_confirmed", True)
        return word(user, "profile", "email") if own else ""

    async def whoami(self) -> str:
        """The workspace that our token belongs to. Raises `Misconfigured`; `SlackUnreachable` where none can say."""
        found = await self.standing()
        match found:
            case Rejected(reason):
                raise Misconfigured(f"Slack does not accept SLACK_BOT_TOKEN: {reason}")
            case Later(seconds):
                raise SlackUnreachable(f"Slack cannot be reached; try again in {seconds:.0f} seconds")
            case InDoubt(reason):
                raise SlackUnreachable(f"Slack cannot be reached: {reason}")
            case workspace:
                return workspace

    async def standing(self) -> str | Later | Rejected | InDoubt:
        """The workspace in which our token is good, if Slack can say so in time, or that it is good nowhere."""
        try:
            async with asyncio.timeout(limits.TRIGGER_SECONDS):
                answered = await attempt(self.web.auth_test())
        except TimeoutError:
            return InDoubt("TimeoutError")
        return word(answered.data, "team_id") if isinstance(answered, AsyncSlackResponse) else answered

    async def open(self, step: Open) -> Outcome:
        """Open a modal. Slack allows three seconds from the press."""
        show = self.web.views_push if step.on_top else self.web.views_open
        return await outcome(show(trigger_id=step.trigger, view=step.view))

    async def follow(self, step: FollowUp) -> Outcome:
        """Do what follows an answer."""
        match step:
            case Post(url, payload):
                return await self._respond(url, payload)
            case Change(view_id, view):
                return await outcome(self.web.views_update(view_id=view_id, view=view))
            case Publish(user, view):
                return await outcome(self.web.views_publish(user_id=user, view=view))

    async def _respond(self, url: str, payload: Json) -> Outcome:
        if not self.config.answers_to(url):
            return Rejected("response_url of another host")
        try:
            async with self.session.post(url, json=payload, allow_redirects=False) as response:
                if response.status == 429:
                    return Later(patience(response.headers), lane=True)
                return Sent("") if response.status == 200 else Rejected(f"HTTP {response.status}")
        except (TimeoutError, aiohttp.ClientError) as error:
            return InDoubt(type(error).__name__)

    async def _conversation(self, to: Address) -> str | Later | Rejected | InDoubt:
        if not to.personal:
            return to.ref
        answered = await attempt(self.web.conversations_open(users=to.ref))
        return word(answered.data, "channel", "id") if isinstance(answered, AsyncSlackResponse) else answered

    async def _page(self, channel: str, oldest: str, cursor: str) -> Json | Later | Rejected | InDoubt:
        answered = await attempt(
            self.web.conversations_history(
                channel=channel,
                oldest=oldest,
                include_all_metadata=True,
                limit=limits.HISTORY_PAGE,
                cursor=cursor or None,
            )
        )
        return part(answered.data) if isinstance(answered, AsyncSlackResponse) else answered


def _not_looked(failed: Later | Rejected | InDoubt) -> Later | Unfindable:
    """Slack would not show the conversation: not now, or not ever."""
    match failed:
        case Rejected():
            return Unfindable()
        case Later(seconds, _):
            return Later(seconds)
        case InDoubt():
            return Later(1.0)


def silence() -> logging.Logger:
    """A logger for the libraries, which print whole bodies. It stands apart from all others and passes nothing on."""
    return logging.Logger("slack", level=logging.CRITICAL + 1)  # noqa: LOG001 (nobody else can find it and turn it on)
