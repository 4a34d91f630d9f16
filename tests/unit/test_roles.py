"""Who may do what: every role, every command, in and across organisations, through the real core."""

from __future__ import annotations

from dataclasses import MISSING, fields
from itertools import product

import pytest

from bot.core import EVERYBODY, STRANGER, UNKNOWN_ACTION, Request
from bot.domain.ids import new_id
from bot.domain.people import LEADING, Address, Identity, Platform, Role
from bot.domain.stories import StoryState
from bot.features import quotes
from bot.features.channels import STEWARDS_ONLY
from bot.features.digests.commands import ShowDigest
from bot.features.home.commands import Home
from bot.features.pulses.commands import AnswerPulse
from bot.features.stories.access import NOT_YOURS
from bot.features.stories.commands import EditStory, TellStory, WithdrawStory
from bot.features.threads.access import NO_THREAD
from bot.features.threads.commands import CloseThread, PutAway, ReadThread, SayInThread
from bot.routes import COMMANDS
from bot.views import Ask, Done, Refused, Replace, Show
from bot.wire import Command
from storage.repositories import PERSONAL
from tests.attack.thief import steal
from tests.examples import EXAMPLES, HOME_OF, USING, assert_untouched, right_values, things_of
from tests.examples.councils import ACCOUNTS, ELSEWHERE, Councils, open_councils
from tests.examples.quotes import quote
from tests.examples.stories import draft
from tests.examples.threads import opened
from tests.world import MONDAY, WORKSPACE, World


@pytest.fixture
async def councils(small_world: World) -> Councils:
    """Two councils on SQLite."""
    return await open_councils(small_world)


def test_commands_are_for_those_whose_they_are_said_to_be() -> None:
    """Beside each feature stands which of its commands are not for everybody; all others are."""
    restricted = {kind: set(route.roles) for kind, route in COMMANDS.items() if set(route.roles) != EVERYBODY}
    assert restricted == {kind: set(roles) for each in EXAMPLES.values() for kind, roles in each.only.items()}
    assert frozenset({Role.LEADER, Role.STEWARD}) == LEADING


@pytest.mark.parametrize("workspace", [WORKSPACE, ELSEWHERE])
@pytest.mark.parametrize("role", Role)
async def test_each_command_is_allowed_or_refused_as_the_table_says(
    councils: Councils, role: Role, workspace: str
) -> None:
    """Whoever has a route's role gets an answer, and anybody else the words for what does not exist."""
    account = ACCOUNTS[role]
    for kind, route in COMMANDS.items():
        reply = await councils.ask(workspace, account, kind, await right_values(councils, workspace, account, kind))
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


@pytest.mark.parametrize("kind", COMMANDS)
def test_every_value_that_a_command_needs_has_an_example(kind: type[Command]) -> None:
    """Were one left out, a command of a new feature would not be tried across borders: see `tests.examples`."""
    example = EXAMPLES[HOME_OF[kind]]
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    assert kind in example.given or needed <= example.things.keys() | example.fields.keys()


def test_what_is_somebody_s_is_tried_across_borders() -> None:
    """The tests below use every command with the id of a pulse, a story or a thread, and of all that is somebody's."""
    assert {AnswerPulse, TellStory, WithdrawStory, ReadThread, SayInThread, CloseThread} <= set(USING)


@pytest.mark.parametrize("role", Role)
async def test_what_belongs_to_another_organisation_is_refused_like_what_does_not_exist(
    councils: Councils, role: Role
) -> None:
    """In every role, another council's pulse, story and thread get the words of an unknown id; nothing changes."""
    account = ACCOUNTS[role]
    for kind in (kind for kind in USING if role in COMMANDS[kind].roles):
        foreign = await right_values(councils, ELSEWHERE, account, kind)
        unknown = {name: new_id() if name in things_of(kind) else value for name, value in foreign.items()}
        refused = await councils.ask(WORKSPACE, account, kind, foreign)
        assert isinstance(refused, Refused), kind
        assert refused == await councils.ask(WORKSPACE, account, kind, unknown), kind
        await assert_untouched(councils, kind, foreign)
        assert isinstance(await councils.ask(ELSEWHERE, account, kind, foreign), (Show, Replace, Ask)), kind


async def test_another_person_s_story_is_refused_like_one_that_does_not_exist(councils: Councils) -> None:
    """No colleague, leader or steward can edit, tell or withdraw it, a draft or shared, named or not."""
    told = []
    for named in ("yes", "no"):
        story = await draft(councils, WORKSPACE, "u5")
        values = {"story": story, "text": "We closed the form", "named": named}
        assert isinstance(await councils.ask(WORKSPACE, "u5", TellStory, values), Replace)
        told.append(story)
    kept_draft = await draft(councils, WORKSPACE, "u5")
    commands = (EditStory, TellStory, WithdrawStory)
    for account, kind in product(("u6", "u0", "u14", "steward"), commands):
        for story in (kept_draft, *told, new_id()):
            values = {"story": story, "text": "Not mine"}
            assert await councils.ask(WORKSPACE, account, kind, values) == Refused(NOT_YOURS)
    await assert_untouched(councils, EditStory, {"story": kept_draft})
    async with councils.world.product.store.view() as tx:
        kept = [await tx.stories.get(story) for story in told]
    assert [story.state for story in kept if story and story.text == "We closed the form"] == [StoryState.SHARED] * 2


async def test_another_person_s_thread_is_refused_like_one_that_does_not_exist(councils: Councils) -> None:
    """Only its author and the leader it is meant for are in it: no colleague, no other leader, no steward."""
    thread = await opened(councils, WORKSPACE, "u5")
    commands = (ReadThread, SayInThread, CloseThread)
    for account, kind, tried in product(("u6", "u14", "steward"), commands, (thread, new_id())):
        values = {"thread": tried, "body": "Mine?"}
        assert await councils.ask(WORKSPACE, account, kind, values) == Refused(NO_THREAD)
    await assert_untouched(councils, ReadThread, {"thread": thread})
    for allowed in ("u5", "u0"):
        assert isinstance(await councils.ask(WORKSPACE, allowed, ReadThread, {"thread": thread}), Ask)


async def test_a_thread_for_the_stewards_is_not_the_leader_s(councils: Councils) -> None:
    """What was written to the stewards can be read by them and its author, and not by the author's own leader."""
    thread = await opened(councils, WORKSPACE, "u5", "steward")
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
    values = await quote(councils, foreign)
    refused = await councils.ask(WORKSPACE, "steward", quotes.DecideQuote, values)
    assert refused == Refused(quotes.TOO_LATE)
    assert refused == await councils.ask(WORKSPACE, "steward", quotes.DecideQuote, values | {"comment": new_id()})
    async with councils.world.product.store.view() as tx:
        assert await tx.quotes.offered(foreign, MONDAY) == organisations[foreign]
    assert isinstance(await councils.ask(ELSEWHERE, "steward", quotes.DecideQuote, values), Replace)


async def test_no_command_writes_a_person_where_nothing_is_declared(councils: Councils) -> None:
    """Every command of every feature is used by everybody who may; then no person's id stands in a column that no
    subject declares, by whatever name. See `storage.subject`."""
    for kind, route in COMMANDS.items():
        for role in (role for role in Role if role in route.roles and kind.name() != "ConfirmErasure"):
            values = await right_values(councils, WORKSPACE, ACCOUNTS[role], kind)
            await councils.ask(WORKSPACE, ACCOUNTS[role], kind, values)
    loot = await steal(councils.world)
    people = [str(row["id"]) for row in loot["people"]]
    naming = {
        f"{table}.{column}"
        for table, rows in loot.items()
        for row in rows
        for column, value in row.items()
        if any(person in str(value) for person in people)
    }
    assert naming <= set(PERSONAL)
    assert {"accounts.person_id", "pulse_roster.person_id", "stories.teller", "ideas.author"} <= naming
