"""A database of a2912c6 in the middle of a week, migrated and opened by this version, finishes its week.

What it holds is told in `make`: who has answered, which messages were being sent when the worker was killed, which
buttons and forms stand in the chats. No later change may lose or double any of it.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.core import Request
from bot.domain.people import Identity, Platform
from bot.errors import HundredDaysError
from bot.ports.outbox import Delivery
from bot.views import Refused
from storage.engine import open_engines
from storage.migrate import newest
from tests.conftest import address, apart, command
from tests.platforms.web import Page
from tests.upgrade.old import CHANNELS, CHATS, WORKSPACE, Json, Upgraded, actions, kept, upgraded

GENERAL, HOUSING, ROADS = CHANNELS
OLD_STORY, TEAMS_STORY, UNNAMED = "the form that nobody read", "Our own potholes", "A neighbour showed me how to ask"
DRAFT, NEW_STORY = "We put the two waiting lists together", "The keys now hang where all can find them"
UNSAFE, STILL, OFF = "The van is not safe", "It is still so, every Monday", "The van is off the road from today"
ROTA = "We have read it, and we will change the rota"
WEEK = "the week of Monday 23 November"
OLD_COMMENTS = tuple(f"An old comment from before, number {n}" for n in (0, 1, 10, 14))
WRITTEN = {"text": "Written", "body": "Written", "comment": "Written", "code": "1234123412341234"}
"""What somebody would fill into a form."""
NEW_COMMENTS = {who: f"A comment written after the upgrade by {who}" for who in "abcdefgh"}


def on(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the week in which the upgrade happens."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/data/old.sqlite"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"old{secrets.token_hex(6)}"
    apart(command(server, f"CREATE DATABASE {name}"))
    yield address(server, name)
    apart(command(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def small_old(tmp_path: Path) -> AsyncIterator[Upgraded]:
    """The same on SQLite, for what does not depend on the database."""
    async with upgraded(f"sqlite:///{tmp_path}/data/old.sqlite", tmp_path) as opened:
        yield opened


@pytest.fixture
async def old(empty: str, tmp_path: Path) -> AsyncIterator[Upgraded]:
    """The old installation, upgraded."""
    async with upgraded(empty, tmp_path) as opened:
        yield opened


async def test_an_older_version_s_week_is_finished(old: Upgraded, caplog: pytest.LogCaptureFixture) -> None:
    """Old buttons work, old answers count, what was queued is sent once, and the week ends as it would have."""
    [[schema]] = await _rows(old, "SELECT version_num FROM alembic_version")
    assert schema == newest()
    await _what_stood_open_still_works(old)
    await _who_has_not_answered_is_reminded_once(old)
    await _old_buttons_still_answer(old)
    await _old_stories_are_shared_and_withdrawn(old)
    await _what_waited_for_its_batch_is_handed_over_once(old)
    await _a_code_of_before_still_opens_its_conversation(old)
    await _the_close_counts_the_answers_of_before(old)
    await _the_digest_is_posted_once(old)
    await _nothing_is_left_over(old)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_every_old_command_is_understood(small_old: Upgraded) -> None:
    """Whatever a button or a form of a2912c6 sends is still the name of something, with the values it needs."""
    sent = {**_on_pages(small_old.told), **_in_chats(small_old.chat)}
    assert sent.keys() >= {"AnswerPulse", "DecideQuote", "EditStory", "ReadThread", "SaveComment", "WithdrawStory"}
    steward = Identity(Platform.SLACK, WORKSPACE, "USTEWARD")
    nobodys = await small_old.product.core.handle(Request(steward, "NeverHeardOf", {}))
    stale = await small_old.product.core.handle(Request(steward, "AnswerPulse", {}))
    assert isinstance(nobodys, Refused)
    assert isinstance(stale, Refused)
    lost = {}
    for name, values in sent.items():
        reply = await small_old.product.core.handle(Request(steward, name, values))
        if isinstance(reply, Refused) and reply.why in {nobodys.why, stale.why}:
            lost[name] = reply.why
    assert lost == {}, "buttons in chats still send these: a command that is renamed keeps its old names"


async def test_every_old_notice_is_understood(small_old: Upgraded) -> None:
    """Whatever waits to be sent, or was posted and may have to be edited, can still be put into words."""
    composer, lost = small_old.product.worker.deliverer.composer, {}
    notices = _notices()
    of_people = {"PulseAsked", "PulseReminder", "QuotesWaiting", "ThreadAnswered", "ThreadWaiting"}
    assert notices.keys() == {*of_people, "StoryShared", "WeeklyDigest"}
    for name, delivery in notices.items():
        try:
            async with composer.composing((delivery,)) as compose:
                await compose(delivery)
        except (RuntimeError, LookupError, TypeError, HundredDaysError) as error:
            lost[name] = repr(error)
    assert lost == {}, "deliveries that wait still have these names: a notice that is renamed keeps its old names"


async def _what_stood_open_still_works(old: Upgraded) -> None:
    """Forms that people had in front of them while the service was stopped, a page, and a link not used yet."""
    old.clock.now = on(25, 10, 5)
    six, tab = old.slack.visitor("U6"), old.browser(old.told["tab"]["cookie"])
    await six.fill({"comment": NEW_COMMENTS["a"], "quotable": "yes"})
    await old.press_slack("U6", "Strongly disagree")
    buttons = [form for form in Page(old.told["tab"]["pulse"]).forms if form.buttons[0].label == "Strongly disagree"]
    answered = await tab.post("/press", buttons[0].values)
    assert (answered.status, "Recorded" in answered.body) == (200, True), "an old page's button does nothing"
    [form] = [form for form in Page(old.told["tab"]["comment"]).forms if form.kind == "fill"]
    words = {"v.comment": NEW_COMMENTS["b"], "v.quotable": "yes", "submit": "yes"}
    answered = await tab.post(form.action, {**form.values, **words})
    assert (answered.status, "Replace my comment" in answered.body) == (200, True), "an old page's form is lost"
    entered = await old.browser().enter(old.told["link"])
    assert entered.status == 303, "a link that was handed out before lets nobody in"
    told_before = old.chat["teams"]["told_last"]
    await old.teams.visitor("u20").post(told_before, old.teams.identities.header())


async def _who_has_not_answered_is_reminded_once(old: Upgraded) -> None:
    """Those who answered before or since are not; of four that a killed worker held, each fares as it must."""
    for _ in range(3):
        await old.at(on(25, 10, 5))
    # U9's had arrived. U8's had not, as a look shows; at u22's nobody can look; u18's was not begun.
    reminded = {"U7": 1, "U8": 1, "U9": 0, "USTEWARD": 1, "u18": 1, "u19": 1, "u20": 1, "u21": 1, "u22": 0}
    assert {account: len(old.new(account)) for account in CHATS} == {**dict.fromkeys(CHATS, 0), **reminded}
    await old.at(on(25, 10, 31))
    assert len(old.new("u21")) == 1, "a pulse that had not been sent yet is lost"
    assert await _states(old) == {"unknown": 1}


async def _old_buttons_still_answer(old: Upgraded) -> None:
    """On Slack and on Teams, also of a client that does not know the newer action; a second answer replaces one."""
    for user in ("U7", "U8"):
        await old.press_slack(user, "Strongly disagree")
        await old.press_slack(user, "Add a comment")
    await old.press_slack("U3", "Anghytuno'n gryf")
    await old.slack.visitor("U7").fill({"comment": NEW_COMMENTS["c"], "quotable": "yes"})
    await old.slack.visitor("U8").fill({"comment": NEW_COMMENTS["d"], "quotable": "yes"})
    await old.teams.visitor("u18").fill({"comment": NEW_COMMENTS["e"], "quotable": "yes"})
    await old.press_teams("u18", "Strongly disagree")
    await old.press_teams("u19", "Strongly disagree", old_client=True)
    await old.press_teams("u20", "Strongly disagree")
    for user, words in (("u19", "f"), ("u20", "g")):
        await old.press_teams(user, "Add a comment")
        await old.teams.visitor(user).fill({"comment": NEW_COMMENTS[words], "quotable": "yes"})
    new = old.teams.visitor("u21")
    await new.press("Strongly disagree")
    await new.press("Add a comment")
    await new.fill({"comment": NEW_COMMENTS["h"], "quotable": "yes"})


async def _old_stories_are_shared_and_withdrawn(old: Upgraded) -> None:
    """A draft and a form of before become stories, each in the channel once; what is withdrawn goes everywhere."""
    await old.press_slack("U7", "Choose who may see it")
    await old.slack.visitor("U7").fill({"audience": "organisation", "named": "yes"})
    await old.slack.visitor("U4").fill({"text": NEW_STORY, "audience": "organisation", "named": "yes"})
    assert OLD_STORY in "".join(old.messages(GENERAL) + old.messages(HOUSING))
    assert TEAMS_STORY in "".join(old.messages(ROADS))
    await old.press_slack("U5", "Withdraw it")
    await old.press_teams("u15", "Withdraw it")
    await old.at(on(25, 11))
    shown = [words for channel in CHANNELS for words in old.messages(channel)]
    standing = {story: sum(story in words for words in shown) for story in (OLD_STORY, TEAMS_STORY, DRAFT, NEW_STORY)}
    assert standing == {OLD_STORY: 0, TEAMS_STORY: 0, DRAFT: 1, NEW_STORY: 1}
    old.new(GENERAL)


async def _what_waited_for_its_batch_is_handed_over_once(old: Upgraded) -> None:
    """A reply to somebody without a name, news for a leader, and an unnamed story: queued before, sent at three."""
    for user in ("U0", "u16"):
        old.new(user)
    for _ in range(2):
        await old.at(on(25, 15))
    assert [UNNAMED in words for words in old.new(GENERAL)] == [True], "not the one story that was told, once"
    assert len(old.new("u16")) == 1
    author = old.teams.visitor("u16")
    await author.press("Read it")
    assert ROTA in await author.sees()
    await old.press_teams("u16", "Read and answer")
    await author.fill({"body": "Thank you for the rota"})
    assert len(old.new("U0")) == 1
    leader = old.slack.visitor("U0")
    await leader.press("Read and answer")
    seen = await leader.sees()
    assert UNSAFE in seen
    assert STILL in seen
    await leader.fill({"body": OFF})
    await old.press_slack("U2", "Read or close it")
    assert "Who decides about the depot?" in await old.slack.visitor("U2").sees()


async def _a_code_of_before_still_opens_its_conversation(old: Upgraded) -> None:
    """Its author comes back with it and reads what a leader has answered; another's answer reaches its leader."""
    old.new("u14")
    await old.at(on(26, 9))
    assert len(old.new("u14")) == 1
    author = old.slack.visitor("U3")
    await author.say("/speakup")
    await author.press("Mae gen i god")
    await author.fill({"code": old.told["code"]})
    seen = await author.sees()
    assert STILL in seen
    assert OFF in seen


async def _the_close_counts_the_answers_of_before(old: Upgraded) -> None:
    """Twelve comments are there to be looked at: four written before, eight since."""
    await old.at(on(26, 17))
    await old.at(on(26, 17, 30))
    steward = old.slack.visitor("USTEWARD")
    await steward.press("Look at them")
    seen = await steward.sees()
    await steward.press("The next ones")
    seen += await steward.sees()
    assert [words for words in (*OLD_COMMENTS, *NEW_COMMENTS.values()) if words not in seen] == []
    await old.slack.visitor("U9").press("Agree")
    assert "has closed" in await old.slack.visitor("U9").sees()


async def _the_digest_is_posted_once(old: Upgraded) -> None:
    """Twelve answered before and eight since, one of the first the other way: nine of twenty agree."""
    for when in (on(27, 9, 30), on(27, 9, 31), on(27, 15), on(29, 12)):
        await old.at(when)
    said = {GENERAL: "45 % agree", HOUSING: "60 % agree", ROADS: "25 % agree"}
    for channel, agree in said.items():
        digests = [words for words in old.messages(channel) if WEEK in words]
        assert [agree in words and OLD_STORY not in words for words in digests] == [True], digests


async def _nothing_is_left_over(old: Upgraded) -> None:
    """No pulse is lost, no key is missing, and nothing waits or failed; the next week begins for everybody."""
    assert await old.product.store.tidy(old.clock()) == ()
    assert await _states(old) == {}
    old.look()
    await old.at(on(30, 10))
    assert {account: len(old.new(account)) for account in CHATS} == dict.fromkeys(CHATS, 1)


async def _states(old: Upgraded) -> dict[str, int]:
    """How many deliveries are not done, by their state, as those who run it are told."""
    async with old.http.get(f"{old.url}/metrics") as answer:
        said = await answer.text()
    found = {state: int(n) for state, n in re.findall(r'hundred_days_deliveries\{state="(\w+)"\} (\d+)', said)}
    return {state: n for state, n in found.items() if state != "done"}


def _in_chats(chat: Json) -> dict[str, dict[str, str]]:
    """Every command that a button or an open form on Slack or Teams sends, with what it sends along."""
    sent: dict[str, dict[str, str]] = {}
    slack = chat["slack"]
    modals = [modal["view"] for stack in slack["modals"].values() for modal in stack]
    for button in actions([*(item["payload"] for item in slack["items"]), *slack["homes"].values(), *modals]):
        sent.setdefault(button["action_id"].split(":")[1], json.loads(button["value"]))
    for luggage in (json.loads(modal["private_metadata"]) for modal in modals):
        sent.setdefault(luggage["a"], luggage["f"] | WRITTEN)
    for action in actions(chat["teams"]):
        values = {name: value for name, value in action["data"].items() if isinstance(value, str)}
        sent.setdefault(action.get("verb") or values["hd_verb"], values | WRITTEN)
    return sent


def _on_pages(told: Json) -> dict[str, dict[str, str]]:
    """Every command that a button of an open page sends."""
    forms = [form.values for form in Page(told["tab"]["pulse"]).forms if "command" in form.values]
    return {f["command"]: {name.removeprefix("v."): value for name, value in f.items()} for f in forms}


def _notices() -> dict[str, Delivery]:
    """One delivery of every kind that waits, and one as it would be that has a message edited."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(kept("sqlite.sql"))
        rows = list(database.execute('SELECT notice, "values", person_id, channel_id FROM deliveries'))
        rows += database.execute('SELECT notice, "values", NULL, channel_id FROM posts')
    return {row[0]: Delivery("", "", row[0], json.loads(row[1]), row[2] or "", row[3] or "") for row in rows}


async def _rows(old: Upgraded, query: str) -> list[tuple[str, ...]]:
    engines = open_engines(old.database)
    try:
        async with engines.read.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]
    finally:
        await engines.dispose()
