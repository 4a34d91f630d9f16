"""How a call to Slack ended. A message is repeated only where it is certain that it was not sent."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.limits import PATIENCE_SECONDS
from bot.ports.sending import InDoubt, Later, Outcome, Rejected, Sent

# Slack says of these that the call may have had its effect, or says too little.
UNCERTAIN = frozenset({"", "fatal_error", "internal_error", "service_unavailable", "request_timeout"})
CROWDED = frozenset({"ratelimited", "rate_limited"})


async def attempt(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse | Later | Rejected | InDoubt:
    """The answer of one call, or how it failed."""
    try:
        return await call
    except SlackApiError as error:
        return refused(error)
    except aiohttp.ClientConnectorError:
        return Later(PATIENCE_SECONDS, lane=True)
    except (TimeoutError, aiohttp.ClientError) as error:
        return InDoubt(type(error).__name__)


async def outcome(call: Awaitable[AsyncSlackResponse]) -> Outcome:
    """How one call ended, with the reference of the message if it made one."""
    answered = await attempt(call)
    if isinstance(answered, AsyncSlackResponse):
        return Sent(f"{answered.get('channel', '')}:{answered.get('ts', '')}")
    return answered


def refused(error: SlackApiError) -> Later | Rejected | InDoubt:
    """What an answer other than "ok" means. Reads the name of the error and nothing else of what came back."""
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    name = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or name in CROWDED:
        return Later(patience(response.headers), lane=True)
    if status >= 500 or status == 408:
        return InDoubt(f"HTTP {status}")
    return InDoubt(name or f"HTTP {status}") if name in UNCERTAIN else Rejected(name)


def patience(headers: Mapping[str, str]) -> float:
    """How many seconds Slack asks us to wait."""
    try:
        return max(1.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return PATIENCE_SECONDS
