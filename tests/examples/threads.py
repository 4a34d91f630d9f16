"""Conversations: one that the account has opened, after it was handed over."""

from __future__ import annotations

from bot.domain.calendar import next_batch
from bot.domain.people import Identity, Platform
from bot.features.threads.commands import OpenThread, ReadThread, UseCode
from bot.features.threads.notices import ThreadAnswered, ThreadWaiting
from bot.views import Ask, Once, Show
from tests.examples.councils import Councils, sent
from tests.examples.example import Example, Values


async def opened(councils: Councils, workspace: str, account: str, recipient: str = "leader") -> str:
    """The id of a conversation that this account has opened with a leader, or the stewards."""
    values = {"body": "Please listen", "recipient": recipient}
    reply = await councils.ask(workspace, account, OpenThread, values)
    assert isinstance(reply, Show)
    councils.world.time[0] = next_batch(councils.world.time[0], councils.world.organisation.tz)
    handle = sent(reply.view, ReadThread)["thread"]
    async with councils.world.product.store.view() as tx:
        member = await tx.people.member_by_account(Identity(Platform.WEB, workspace, account))
        assert member is not None
        found = await tx.threads.by_handle(member.organisation.id, handle, member.person.id)
    assert found is not None
    return found


async def code(councils: Councils, workspace: str, account: str) -> dict[str, str]:
    """The code of a conversation that this account has opened with one."""
    values = {"body": "Please listen", "hear": "code"}
    reply = await councils.ask(workspace, account, OpenThread, values)
    assert isinstance(reply, Ask)
    [shown] = [part.text for part in reply.form.body if isinstance(part, Once)]
    return {"code": shown}


async def untouched(councils: Councils, values: Values) -> None:
    """It is open, and nobody has added to it."""
    async with councils.world.product.store.view() as tx:
        thread = await tx.threads.get(values["thread"])
    assert thread is not None
    assert (thread.closed, len(thread.entries)) == (False, 1)


EXAMPLE = Example(
    things={"thread": opened},
    fields={"body": "And again"},
    given={UseCode: code},
    untouched=untouched,
    batched=frozenset({ThreadWaiting, ThreadAnswered}),
)
