"""Who may do what: every role, every command, in and across organisations, through the real core."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import product

import pytest

from bot.administration import create, import_people
from bot.core import EVERYBODY, STRANGER, UNKNOWN_ACTION, Request
from bot.domain.calendar import next_batch
from bot.domain.ids import new_id
from bot.domain.people import LEADING, Address, Identity, Platform, Role
from bot.domain.programmes import Programme
from bot.domain.quotes import Review
from bot.domain.stories import StoryState
from bot.features import quotes
from bot.features.channels import STEWARDS_ONLY
from bot.features.digests.commands import ShowDigest
from bot.features.home.commands import Home
from bot.features.pulses.commands import AnswerPulse, ExplainAnswers, SaveComment, WriteComment
from bot.features.quotes import ReviewQuotes
from bot.features.stories.access import NOT_YOURS
from bot.features.stories.commands import EditStory, StartStory, TellStory, WithdrawStory
from bot.features.threads.access import NO_THREAD
from bot.features.threads.commands import CloseThread, OpenThread, PutAway, ReadThread, SayInThread, UseCode
from bot.plan import Work, tick
from bot.routes import COMMANDS
from bot.views import Ask, Done, Once, Refused, Replace, Reply, Show, View
from bot.wire import Command, Message
from tests.world import CLOSES, MONDAY, OPENS, WORKSPACE, World, buttons, furnish, staff_list

ELSEWHERE = "w2"
WEEK = timedelta(days=7)
ACCOUNTS = {Role.STAFF: "u5", Role.LEADER: "u0", Role.STEWARD: "steward"}
OBJECTS = {"pulse", "story", "thread"}
USING: tuple[type[Message], ...] = (
    AnswerPulse,
    WriteComment,
    SaveComment,
    EditStory,
    TellStory,
    WithdrawStory,
    ReadThread,
    SayInThread,
    CloseThread,
)


@dataclass(frozen=True, slots=True)
class Councils:
    """Two councils in one installation, in their second week: one pulse is sealed and one is open in each."""

    world: World
    pulses: dict[str, str]

    async def ask(self, workspace: str, account: str, kind: type[Message], values: dict[str, str]) -> Reply:
        identity = Identity(Platform.WEB, workspace, account)
        return await self.world.product.core.handle(Request(identity, kind.name(), values))

    async def draft(self, workspace: str, account: str) -> str:
        reply = await self.ask(workspace, account, StartStory, {"text": "We closed the form"})
        assert isinstance(reply, Show)
        return sent(reply.view, EditStory)["story"]

    async def thread(self, workspace: str, account: str, recipient: str = "leader") -> str:
        values = {"body": "Please listen", "recipient": recipient}
        reply = await self.ask(workspace, account, OpenThread, values)
        assert isinstance(reply, Show)
        self.world.time[0] = next_batch(self.world.time[0], self.world.organisation.tz)
        handle = sent(reply.view, ReadThread)["thread"]
        async with self.world.product.store.view() as tx:
            member = await tx.people.member_by_account(Identity(Platform.WEB, workspace, account))
            assert member is not None
            found = await tx.threads.by_handle(member.organisation.id, handle, member.person.id)
        assert found is not None
        return found

    async def code(self, workspace: str, account: str) -> str:
        """The code of a conversation that this account has opened with one."""
        values = {"body": "Please listen", "hear": "code"}
        reply = await self.ask(workspace, account, OpenThread, values)
        assert isinstance(reply, Ask)
        [shown] = [part.text for part in reply.form.body if isinstance(part, Once)]
        return shown

    async def quote(self, organisation: str) -> dict[str, str]:
        async with self.world.product.store.view() as tx:
            [comment, *_] = await tx.quotes.offered(organisation, MONDAY)
        return {"comment": comment.id, "was": comment.review, "to": Review.APPROVED}

    async def values(self, workspace: str, account: str, kind: type[Message]) -> dict[str, str]:
        """What this account could rightly send with the command, about things of its own."""
        names = {field.name for field in fields(kind)}
        given = {"item": "proud", "score": "4", "comment": "Please listen", "body": "And again", "language": "en"}
        given |= {"sure": "yes"}
        pulse = self.pulses[workspace]
        async with self.world.product.store.view() as tx:
            held = await tx.pulses.get(pulse)
        assert held is not None
        given |= {"pulse": pulse, "item": held.items[0], "text": "" if kind is Home else "We closed the form"}
        if "story" in names:
            given["story"] = await self.draft(workspace, account)
        if "thread" in names:
            given["thread"] = await self.thread(workspace, account)
        if kind is UseCode:
            given["code"] = await self.code(workspace, account)
        if kind is quotes.DecideQuote:
            given |= await self.quote(held.organisation)
        return {name: value for name, value in given.items() if name in names}


SECOND_STEWARD = b"key,name,role,web_id\nks2,Sam Steward,steward,steward2"
"""What a steward writes to the stewards needs another steward to read it."""


def sent(view: View, kind: type[Command]) -> dict[str, str]:
    return next(button.sends.write() for button in buttons(view) if isinstance(button.sends, kind))


@pytest.fixture
async def councils(small_world: World) -> Councils:
    """Two councils on SQLite."""
    return await open_councils(small_world)


async def open_councils(world: World) -> Councils:
    """The council of every test and a second one beside it, which has the same accounts in its own workspace."""
    store = world.product.store
    other = await create(store, "Other council", "Europe/London", "ENG")
    async with store.begin() as tx:
        await tx.organisations.connect(other.id, Platform.WEB, ELSEWHERE)
    imported = await import_people(store, other, staff_list().replace(b",Council,", b",Other council,"))
    assert imported.problems == ()
    for organisation in (world.organisation, other):
        await import_people(store, organisation, SECOND_STEWARD)
    programme = Programme(new_id(), other.id, "Change", "Answer people the first time", MONDAY)
    await furnish(world.product, other, programme)
    worker = world.product.worker
    for now in (OPENS, CLOSES, OPENS + WEEK):
        world.time[0] = now
        await tick(Work(store, worker.deliverer.composer.languages, worker.deliverer.composer.themes, now), worker.jobs)
        if now == OPENS:
            await comment_in_both(world, other.id)
    found = {}
    async with store.view() as tx:
        for workspace, each in ((WORKSPACE, world.programme), (ELSEWHERE, programme)):
            pulse = await tx.pulses.current(each.id)
            assert pulse is not None
            assert pulse.week == date(2026, 11, 23)
            found[workspace] = pulse.id
    return Councils(world, found)


async def comment_in_both(world: World, other: str) -> None:
    """Ten people of each council let a comment be quoted."""
    for workspace, organisation in ((WORKSPACE, world.organisation.id), (ELSEWHERE, other)):
        async with world.product.store.view() as tx:
            [pulse] = await tx.pulses.unfinished(organisation)
        given = {"pulse": pulse.id, "comment": "The workload is far too heavy here", "quotable": "yes"}
        for number in range(10):
            identity = Identity(Platform.WEB, workspace, f"u{number}")
            await world.product.core.handle(Request(identity, SaveComment.name(), given))


def test_the_table_restricts_digests_and_quotes_and_nothing_else() -> None:
    """Digests are for leaders and stewards, what may be quoted is for stewards; every other command is everybody's."""
    restricted = {kind: set(route.roles) for kind, route in COMMANDS.items() if set(route.roles) != EVERYBODY}
    stewards = {Role.STEWARD}
    assert restricted == {
        ShowDigest: {Role.LEADER, Role.STEWARD},
        ReviewQuotes: stewards,
        quotes.DecideQuote: stewards,
    }
    assert frozenset({Role.LEADER, Role.STEWARD}) == LEADING


@pytest.mark.parametrize("workspace", [WORKSPACE, ELSEWHERE])
@pytest.mark.parametrize("role", Role)
async def test_each_command_is_allowed_or_refused_as_the_table_says(
    councils: Councils, role: Role, workspace: str
) -> None:
    """Whoever has a route's role gets an answer, and anybody else the words for what does not exist."""
    account = ACCOUNTS[role]
    for kind, route in COMMANDS.items():
        reply = await councils.ask(workspace, account, kind, await councils.values(workspace, account, kind))
        if role in route.roles:
            assert isinstance(reply, Done if kind is PutAway else (Show, Replace, Ask)), (kind, reply)
        else:
            assert reply == Refused(UNKNOWN_ACTION), kind


async def test_a_command_that_does_not_exist_is_refused_like_a_forbidden_one(councils: Councils) -> None:
    """Nobody can tell a command they may not use from one that is not there."""
    core = councils.world.product.core
    for action in ("NoSuchCommand", "", "Command", "PulseAsked", "showdigest"):
        reply = await core.handle(Request(Identity(Platform.WEB, WORKSPACE, "steward"), action, {}))
        assert reply == Refused(UNKNOWN_ACTION)
    assert await councils.ask(WORKSPACE, "u5", ShowDigest, {}) == Refused(UNKNOWN_ACTION)


async def test_a_role_comes_from_the_staff_list_and_never_from_a_request(councils: Councils) -> None:
    """Values that claim a role, a person or an organisation change nothing."""
    claims = {"role": "steward", "person": "steward", "organisation": "any", "user": "steward", "workspace": ELSEWHERE}
    assert await councils.ask(WORKSPACE, "u5", ShowDigest, claims) == Refused(UNKNOWN_ACTION)


async def test_a_stranger_is_told_so_by_every_command(councils: Councils) -> None:
    """An account of no known workspace gets one answer to everything, though its name is known elsewhere."""
    for kind, workspace in product(COMMANDS, ("w3", "", "W")):
        assert await councils.ask(workspace, "steward", kind, {"pulse": councils.pulses[WORKSPACE]}) == Refused(
            STRANGER
        )


async def test_a_leader_sees_the_digest_of_their_own_unit(councils: Councils) -> None:
    """The leader of Housing gets Housing's, that of Roads gets Roads's, a steward that of the whole."""
    titles = {}
    for account in ("u0", "u14", "steward"):
        reply = await councils.ask(WORKSPACE, account, ShowDigest, {})
        assert isinstance(reply, Show)
        titles[account] = reply.view.title.partition(":")[0]
    assert titles == {"u0": "Housing", "u14": "Roads", "steward": "Council"}


@pytest.mark.parametrize("role", Role)
async def test_only_a_steward_chooses_a_channel(councils: Councils, role: Role) -> None:
    """`/100days here` is refused to staff and leaders, and connects the channel for a steward."""
    place = Address(Platform.WEB, WORKSPACE, "news", personal=False)
    identity = Identity(Platform.WEB, WORKSPACE, ACCOUNTS[role])
    request = Request(identity, Home.name(), {"text": "here Housing"}, place)
    reply = await councils.world.product.core.handle(request)
    async with councils.world.product.store.view() as tx:
        channels = await tx.channels.list_all(councils.world.organisation.id)
    connected = "news" in {channel.address.ref for channel in channels}
    if role is Role.STEWARD:
        assert isinstance(reply, Show)
        assert connected
    else:
        assert reply == Refused(STEWARDS_ONLY)
        assert not connected


def test_every_command_that_names_an_object_is_tried_across_borders() -> None:
    """The tests below use every command with an id of a pulse, a story or a thread, except one that only explains."""
    naming = {kind for kind in COMMANDS if OBJECTS & {field.name for field in fields(kind)}}
    assert naming - set(USING) == {ExplainAnswers}


@pytest.mark.parametrize("role", Role)
async def test_what_belongs_to_another_organisation_is_refused_like_what_does_not_exist(
    councils: Councils, role: Role
) -> None:
    """In every role, another council's pulse, story and thread get the words of an unknown id; nothing changes."""
    account = ACCOUNTS[role]
    for kind in USING:
        foreign = await councils.values(ELSEWHERE, account, kind)
        unknown = {name: new_id() if name in OBJECTS else value for name, value in foreign.items()}
        refused = await councils.ask(WORKSPACE, account, kind, foreign)
        assert isinstance(refused, Refused), kind
        assert refused == await councils.ask(WORKSPACE, account, kind, unknown), kind
        await assert_untouched(councils, foreign)
        assert isinstance(await councils.ask(ELSEWHERE, account, kind, foreign), (Show, Replace, Ask)), kind


async def test_another_person_s_story_is_refused_like_one_that_does_not_exist(councils: Councils) -> None:
    """No colleague, leader or steward can edit, tell or withdraw it, a draft or shared, named or not."""
    told = []
    for named in ("yes", "no"):
        story = await councils.draft(WORKSPACE, "u5")
        values = {"story": story, "text": "We closed the form", "named": named}
        assert isinstance(await councils.ask(WORKSPACE, "u5", TellStory, values), Replace)
        told.append(story)
    draft = await councils.draft(WORKSPACE, "u5")
    commands = (EditStory, TellStory, WithdrawStory)
    for account, kind in product(("u6", "u0", "u14", "steward"), commands):
        for story in (draft, *told, new_id()):
            values = {"story": story, "text": "Not mine"}
            assert await councils.ask(WORKSPACE, account, kind, values) == Refused(NOT_YOURS)
    await assert_untouched(councils, {"story": draft})
    async with councils.world.product.store.view() as tx:
        kept = [await tx.stories.get(story) for story in told]
    assert [story.state for story in kept if story and story.text == "We closed the form"] == [StoryState.SHARED] * 2


async def test_another_person_s_thread_is_refused_like_one_that_does_not_exist(councils: Councils) -> None:
    """Only its author and the leader it is meant for are in it: no colleague, no other leader, no steward."""
    thread = await councils.thread(WORKSPACE, "u5")
    commands = (ReadThread, SayInThread, CloseThread)
    for account, kind, tried in product(("u6", "u14", "steward"), commands, (thread, new_id())):
        values = {"thread": tried, "body": "Mine?"}
        assert await councils.ask(WORKSPACE, account, kind, values) == Refused(NO_THREAD)
    await assert_untouched(councils, {"thread": thread})
    for allowed in ("u5", "u0"):
        assert isinstance(await councils.ask(WORKSPACE, allowed, ReadThread, {"thread": thread}), Ask)


async def test_a_thread_for_the_stewards_is_not_the_leader_s(councils: Councils) -> None:
    """What was written to the stewards can be read by them and its author, and not by the author's own leader."""
    thread = await councils.thread(WORKSPACE, "u5", "steward")
    refused = await councils.ask(WORKSPACE, "u0", ReadThread, {"thread": thread})
    assert refused == Refused(NO_THREAD)
    for allowed in ("u5", "steward"):
        assert isinstance(await councils.ask(WORKSPACE, allowed, ReadThread, {"thread": thread}), Ask)


async def test_another_council_s_quotes_are_not_decided(councils: Councils) -> None:
    """A steward sees their own council's comments alone, and a press that names another's is one that names nothing."""
    async with councils.world.product.store.view() as tx:
        organisations = {
            each.id: await tx.quotes.offered(each.id, MONDAY) for each in await tx.organisations.list_all()
        }
    [foreign] = [each for each in organisations if each != councils.world.organisation.id]
    values = await councils.quote(foreign)
    refused = await councils.ask(WORKSPACE, "steward", quotes.DecideQuote, values)
    assert refused == Refused(quotes.TOO_LATE)
    assert refused == await councils.ask(WORKSPACE, "steward", quotes.DecideQuote, values | {"comment": new_id()})
    async with councils.world.product.store.view() as tx:
        assert await tx.quotes.offered(foreign, MONDAY) == organisations[foreign]
    assert isinstance(await councils.ask(ELSEWHERE, "steward", quotes.DecideQuote, values), Replace)


async def assert_untouched(councils: Councils, values: dict[str, str]) -> None:
    """The things these values name are as they were."""
    async with councils.world.product.store.view() as tx:
        if "thread" in values:
            thread = await tx.threads.get(values["thread"])
            assert thread is not None
            assert (thread.closed, len(thread.entries)) == (False, 1)
        if "story" in values:
            story = await tx.stories.get(values["story"])
            assert story is not None
            assert (story.state, story.text) == (StoryState.DRAFT, "We closed the form")
