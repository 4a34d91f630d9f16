"""Sending to Teams: one try, one token, and a true word for how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from adapters.teams.client import TeamsMessenger
from adapters.teams.patience import Waiting
from bot.domain.people import Address, Identity, Platform
from bot.errors import Unavailable
from bot.ports.sending import InDoubt, Later, Outcome, Rejected, Sent, Unfindable
from bot.views import View
from tests.platforms.teams import Fault, LocalTeams
from tests.platforms.teams_toy import config_of

VIEW = View("Good morning")


class Watch:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def teams() -> AsyncIterator[LocalTeams]:
    async with LocalTeams() as local:
        yield local


@pytest.fixture
async def messenger(teams: LocalTeams, watch: Watch) -> AsyncIterator[TeamsMessenger]:
    async with aiohttp.ClientSession() as session:
        yield TeamsMessenger(config_of(teams), session, watch)


@pytest.fixture
def ana(teams: LocalTeams) -> Address:
    details = {"service_url": teams.service_url, "mri": "29:ana", "bot": f"28:{teams.app_id}", "conversation": "a:ana"}
    return Address(Platform.TEAMS, teams.workspace, "ana", details)


async def test_message_is_sent_and_put_in_place(teams: LocalTeams, messenger: TeamsMessenger, ana: Address) -> None:
    """A message that was sent has a reference, by which another can be put in its place."""
    sent = await messenger.send(ana, VIEW, "key")
    assert isinstance(sent, Sent)
    assert await messenger.update(ana, sent.ref, View("Good evening")) == sent
    assert await teams.visitor("ana").sees() == "Good evening"


async def test_conversation_is_made_where_none_is_known(teams: LocalTeams, messenger: TeamsMessenger) -> None:
    """Somebody from a list of staff, of whom only the directory id is known, is written to in a new conversation."""
    ben = Address(Platform.TEAMS, teams.workspace, "ben")
    sent = await messenger.send(ben, VIEW, "key")
    assert isinstance(sent, Sent)
    assert await messenger.update(ben, sent.ref, View("Later")) == sent
    assert await teams.visitor("ben").sees() == "Later"


async def test_channel_is_written_to_directly(teams: LocalTeams, messenger: TeamsMessenger) -> None:
    """A post to a channel begins a conversation there and can be edited."""
    channel = Address(Platform.TEAMS, teams.workspace, "19:news@thread.tacv2", personal=False)
    sent = await messenger.send(channel, VIEW, "key")
    assert isinstance(sent, Sent)
    await messenger.update(channel, sent.ref, View("The week"))
    assert await teams.in_channel("19:news@thread.tacv2") == "The week"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(429, retry_after="7"), Later(7, lane=True)),
        (Fault(429, retry_after="Mon, 02 Nov 2026 10:00:30 GMT"), Later(30, lane=True)),
        (Fault(429, retry_after="soon"), Later(5, lane=True)),
        (Fault(429), Later(5, lane=True)),
        (Fault(429, retry_after="999999"), Later(3600, lane=True)),
        (Fault(412, retry_after="2"), Later(2)),
        (Fault(403, code="MessageWritesBlocked"), Rejected("MessageWritesBlocked")),
        (Fault(404, code="BotNotInConversationRoster"), Rejected("BotNotInConversationRoster")),
        (Fault(413, code="MessageSizeTooBig"), Rejected("MessageSizeTooBig")),
        (Fault(400, code="a sentence, not a code"), Rejected("400")),
        (Fault(302), Rejected("ServiceError")),
        (Fault(404, page="<html>not here</html>"), Rejected("404")),
        (Fault(401), Later(5)),
        (Fault(408), InDoubt("408")),
        (Fault(500), InDoubt("500")),
        (Fault(502), InDoubt("502")),
        (Fault(reset=True), InDoubt("ServerDisconnectedError")),
    ],
)
async def test_every_ending_has_its_word(
    teams: LocalTeams, messenger: TeamsMessenger, ana: Address, fault: Fault, outcome: Outcome
) -> None:
    """Asked to wait, refused for good, or nobody knows: each is told apart, and nothing is sent a second time."""
    teams.faults += [fault, Fault(500)]
    assert await messenger.send(ana, VIEW, "key") == outcome
    assert len(teams.faults) == 1


async def test_answer_that_does_not_come_is_in_doubt(
    teams: LocalTeams, messenger: TeamsMessenger, ana: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that was sent and not answered in time may have arrived."""
    await messenger.send(ana, VIEW, "the one that the token is fetched for")
    monkeypatch.setattr("adapters.teams.limits.REQUEST_SECONDS", 0.1)
    teams.latency = 0.5
    assert isinstance(await messenger.send(ana, VIEW, "key"), InDoubt)
    await asyncio.sleep(0.5)


async def test_nobody_there_means_later(messenger: TeamsMessenger, ana: Address, teams: LocalTeams) -> None:
    """A connection that is refused means that nothing was sent."""
    config = replace(messenger.config, service_hosts=("127.0.0.1:9",))
    closed = TeamsMessenger(config, messenger.session, messenger.clock)
    to = replace(ana, details={**ana.details, "service_url": "http://127.0.0.1:9/"})
    assert await closed.send(to, VIEW, "key") == Later(5)
    assert teams.received == []


async def test_message_without_an_id_is_in_doubt(teams: LocalTeams, messenger: TeamsMessenger, ana: Address) -> None:
    """An answer that names no message says too little."""
    teams.faults.append(Fault(200))
    assert await messenger.send(ana, VIEW, "key") == InDoubt("no message id")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(Fault(500), Later(5)), (Fault(200), Later(5)), (Fault(403, code="Forbidden"), Rejected("Forbidden"))],
)
async def test_conversation_that_is_not_made_says_nothing(
    teams: LocalTeams, messenger: TeamsMessenger, fault: Fault, outcome: Outcome
) -> None:
    """While the conversation is being made nothing has been said, so it is never in doubt."""
    teams.faults.append(fault)
    assert await messenger.send(Address(Platform.TEAMS, teams.workspace, "ben"), VIEW, "key") == outcome


async def test_our_token_is_not_sent_elsewhere(teams: LocalTeams, messenger: TeamsMessenger, ana: Address) -> None:
    """A stored service address that is not Teams' is not used, however it came there; not even a token is fetched."""
    to = replace(ana, details={**ana.details, "service_url": "https://evil.example/"})
    assert await messenger.send(to, VIEW, "key") == Rejected("service address not allowed")
    assert teams.token_requests == 0


async def test_one_token_an_hour(teams: LocalTeams, messenger: TeamsMessenger, ana: Address, watch: Watch) -> None:
    """However many send at once, one token is fetched; the next one is fetched shortly before the first ends."""
    await asyncio.gather(*(messenger.send(ana, VIEW, "key") for _ in range(10)))
    watch.now += timedelta(minutes=54)
    await messenger.send(ana, VIEW, "key")
    assert teams.token_requests == 1
    watch.now += timedelta(minutes=2)
    await asyncio.gather(*(messenger.send(ana, VIEW, "key") for _ in range(10)))
    assert teams.token_requests == 2


async def test_token_that_is_refused_is_replaced(teams: LocalTeams, messenger: TeamsMessenger, ana: Address) -> None:
    """When Teams no longer takes our token, the next message fetches another."""
    teams.faults.append(Fault(401))
    assert await messenger.send(ana, VIEW, "key") == Later(5)
    assert isinstance(await messenger.send(ana, VIEW, "key"), Sent)
    assert teams.token_requests == 2


async def test_old_token_serves_while_no_new_one_can_be_had(
    teams: LocalTeams, messenger: TeamsMessenger, ana: Address, watch: Watch
) -> None:
    """If no token can be fetched, the old one serves to its end; after that everything waits."""
    await messenger.send(ana, VIEW, "key")
    teams.token_down = True
    watch.now += timedelta(minutes=57)
    assert isinstance(await messenger.send(ana, VIEW, "key"), Sent)
    watch.now += timedelta(minutes=5)
    assert await messenger.send(ana, VIEW, "key") == Later(5, lane=True)


async def test_teams_can_not_be_read_back(messenger: TeamsMessenger, ana: Address, watch: Watch) -> None:
    """Whether a message arrived cannot be found out."""
    assert await messenger.find(ana, "key", watch()) == Unfindable()


@pytest.mark.parametrize(
    ("member", "email"),
    [
        ({}, "ana@example.gov.uk"),
        ({"userRole": "guest"}, ""),
        ({"userPrincipalName": "ana_x.org#EXT#@y.example"}, ""),
        ({"tenantId": "another"}, ""),
        ({"email": None}, ""),
    ],
)
async def test_address_is_taken_from_full_members_only(
    teams: LocalTeams, messenger: TeamsMessenger, ana: Address, member: dict[str, str | None], email: str
) -> None:
    """The tenant vouches for the address of its own people, and not for a guest's."""
    teams.members["ana"] = member
    identity = Identity(Platform.TEAMS, teams.workspace, "ana")
    assert await messenger.email(identity) == ""
    messenger.meet(ana, "a:ana")
    assert await messenger.email(identity) == email


@pytest.mark.parametrize("fault", [Fault(500), Fault(429, retry_after="600"), Fault(reset=True)])
async def test_address_that_can_not_be_read_just_now_is_not_none(
    teams: LocalTeams, messenger: TeamsMessenger, ana: Address, fault: Fault
) -> None:
    """If Teams does not say who somebody is, even when asked again, that is no word that they are nobody."""
    messenger.waiting = Waiting(asyncio.sleep, lambda: -1.0)
    messenger.meet(ana, "a:ana")
    teams.faults += [fault] * 12
    with pytest.raises(Unavailable):
        await messenger.email(Identity(Platform.TEAMS, teams.workspace, "ana"))


async def test_address_that_teams_refuses_is_none(teams: LocalTeams, messenger: TeamsMessenger, ana: Address) -> None:
    """Whom Teams does not know stays unknown."""
    messenger.meet(ana, "a:ana")
    teams.faults.append(Fault(404))
    assert await messenger.email(Identity(Platform.TEAMS, teams.workspace, "ana")) == ""


async def test_memory_of_who_was_met_is_bounded(
    teams: LocalTeams, messenger: TeamsMessenger, ana: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the latest people are remembered."""
    monkeypatch.setattr("adapters.teams.limits.REMEMBERED", 1)
    messenger.meet(ana, "a:ana")
    messenger.meet(replace(ana, ref="ben"), "a:ben")
    assert await messenger.email(Identity(Platform.TEAMS, teams.workspace, "ana")) == ""
