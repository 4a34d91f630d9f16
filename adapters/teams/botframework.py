"""The only module that knows Microsoft's Bot Framework library. Its successor will replace this file alone.

The library reads the activity and runs the turn. Its own token check, HTTP clients and invoke answers are not used:
they block the loop, fetch a token a turn, and answer most invokes with an error. Importing it takes a third of a
second, so this module is imported only where Teams is configured.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from azure.core.exceptions import DeserializationError
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.core.cloud_adapter_base import CloudAdapterBase
from botbuilder.schema import Activity, ActivityTypes
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)

from adapters.teams.shapes import UnreadableError

Json = dict[str, Any]
Handle = Callable[[Json], Awaitable[Json | None]]
NOT_IMPLEMENTED = 501


class Turns(CloudAdapterBase):
    """Runs one turn an activity, for activities whose token has been checked."""

    def __init__(self) -> None:
        super().__init__(_Checked())

    async def take(self, raw: Json, claims: Json, handle: Handle) -> tuple[int, Json | None]:
        """The status and the body of the answer. `handle` gives the body of an invoke's answer, or nothing."""

        async def turn(context: TurnContext) -> None:
            body = await handle(raw)
            if body is not None and context.activity.type == ActivityTypes.invoke:
                answer = Activity(type=ActivityTypes.invoke_response, value=InvokeResponse(status=200, body=body))
                context.turn_state[self._INVOKE_RESPONSE_KEY] = answer

        done = await self.process_activity(_checked(claims), _activity(raw), turn)
        return (done.status, done.body) if done is not None else (200, None)


class _Senders(ConnectorFactory):
    """Returns something to stand where the library's own client would be. We send through our own."""

    async def create(self, service_url: str, audience: str) -> Any:  # noqa: ARG002 (the library's shape)
        return object()


class _Checked(BotFrameworkAuthentication):
    """Authentication that was done before: all that is left are the library's questions about it.

    The library asks the first two only for requests that nobody has checked yet. There are none: so they are an error.
    """

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        raise NotImplementedError

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        raise NotImplementedError

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:  # noqa: ARG002
        return _Senders()

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> Any:
        """We sign nobody in."""


def _checked(claims: Json) -> AuthenticateRequestResult:
    result = AuthenticateRequestResult()
    result.claims_identity = ClaimsIdentity(claims, True)
    result.audience = claims.get("aud", "")
    result.connector_factory = _Senders()
    return result


def _activity(raw: Json) -> Activity:
    """The library's own object. What it cannot hold stays in the raw activity, which is what we read."""
    try:
        activity: Activity = Activity.deserialize(raw)  # type: ignore[no-untyped-call]
    except (DeserializationError, AttributeError, TypeError, ValueError) as error:
        raise UnreadableError(type(error).__name__) from None
    return activity
