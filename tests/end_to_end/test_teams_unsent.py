"""What Teams does not take of an answer: tried again where nothing went out, and said where it does not help."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from adapters.teams import limits
from bot.domain.people import Platform
from tests.conftest import Databases
from tests.contract.stage import CHANNELS, open_stage
from tests.platforms import teams_cards
from tests.platforms.teams import CARD, Fault, LocalTeams
from tests.platforms.teams_toy import Running
from tests.platforms.teams_visitor import TeamsVisitor
from tests.world import BATCH, BEFORE, OPENS, every_row

Json = dict[str, Any]
Answered = TypeVar("Answered")
HANGS = Fault(500, seconds=20.0)
SOON = 5.0
"""Far less than it hangs, and far more than a slow machine needs."""
SECRET = "the thing nobody may log"
SPELLED = re.compile(r"\d{4} \d{4} \d{4} \d{4}")
BUSY = [Fault(429)] * (limits.RETRIES + 1)


async def posted(teams: LocalTeams, activity: Json) -> int:
    """The bare status of an activity that is answered by nothing else."""
    headers = {"Authorization": teams.identities.header()}
    async with teams.session.post(f"{teams.product}/api/messages", json=activity, headers=headers) as got:
        assert await got.read() == b""
        return got.status


def echoed() -> Json:
    """A press whose answer is a new message."""
    action = {"verb": "Echo", "data": {"text": SECRET}}
    return {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": action}}


@pytest.mark.parametrize(
    ("fault", "naps"),
    [
        (Fault(429), [0.5]),
        (Fault(412), [0.5]),
        (Fault(429, retry_after="3"), [3.0]),
        (Fault(412, retry_after="1"), [1.0]),
        (Fault(401), [0.5]),
    ],
)
async def test_answer_that_was_not_taken_is_sent_again(
    teams: LocalTeams, toy: Running, fault: Fault, naps: list[float]
) -> None:
    """What certainly did not go out is sent again after as long as Teams asks, and arrives once."""
    teams.faults.append(fault)
    await teams.visitor("ana").say("pulse once")
    assert (await teams.visitor("ana").sees()).count("once") == 1
    assert toy.naps.taken == naps


@pytest.mark.parametrize("fault", [Fault(500), Fault(502), Fault(504), Fault(408), Fault(reset=True), Fault(403)])
async def test_answer_that_may_have_been_taken_is_never_sent_again(
    teams: LocalTeams, toy: Running, fault: Fault
) -> None:
    """Where nobody knows, or Teams will not have it, a message is sent once and the activity is not asked for again."""
    teams.faults += [fault, Fault(500)]
    await teams.visitor("ana").say("pulse once")
    assert len(teams.faults) == 1
    assert toy.naps.taken == []


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (BUSY, "Teams would not take the answer just now. Please try again in a minute."),
        ([Fault(429, retry_after="600")], "Teams would not take the answer just now. Please try again in a minute."),
        ([Fault(403, code="MessageWritesBlocked")], "Teams does not let me write to you."),
        ([Fault(502)], "Teams has not said whether the answer reached you."),
    ],
)
@pytest.mark.usefixtures("toy")
async def test_press_says_what_became_of_its_message(
    teams: LocalTeams, caplog: pytest.LogCaptureFixture, faults: list[Fault], said: str
) -> None:
    """The press's own answer says that its message is not there, and why; the log has no words of it."""
    teams.faults += faults
    answer = await teams.visitor("ana").send(echoed())
    assert answer is not None
    assert (answer["statusCode"], answer["type"]) == (200, "application/vnd.microsoft.activity.message")
    assert answer["value"].startswith(said)
    assert teams.conversations == {}
    assert "teams.unsent" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.usefixtures("toy")
async def test_what_became_of_it_is_said_in_the_persons_language(teams: LocalTeams) -> None:
    """The language is the person's own, whatever their Teams is in."""
    teams.faults += [Fault(403), Fault(403)]
    welsh = await teams.visitor("cadi").send(echoed())
    english = await teams.visitor("ana").send(echoed())
    assert welsh is not None
    assert english is not None
    assert welsh["value"].startswith("Nid yw Teams yn gadael i mi ysgrifennu atoch.")
    assert english["value"].startswith("Teams does not let me write to you.")


async def test_waiting_is_bounded(teams: LocalTeams, toy: Running) -> None:
    """Somebody who pressed waits for seconds at most, however long Teams is busy."""
    teams.faults += BUSY
    await teams.visitor("ana").send(echoed())
    assert sum(toy.naps.taken) <= limits.INVOKE_SECONDS * 2
    assert len(toy.naps.taken) <= limits.RETRIES


async def hurried(answer: Awaitable[Answered]) -> Answered:
    """What is answered where that may take a part of a second in place of seconds."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("INVOKE_SECONDS", "MESSAGE_SECONDS", "LOOKUP_SECONDS"):
            patch.setattr(limits, name, 0.6)
        patch.setattr(limits, "TRY_SECONDS", 0.05)
        async with asyncio.timeout(SOON):
            return await answer


@pytest.mark.usefixtures("toy")
async def test_press_is_answered_though_teams_hangs(teams: LocalTeams) -> None:
    """A message that Teams neither takes nor refuses is in doubt after seconds, and the press says so."""
    ana = teams.visitor("ana")
    await ana.say("help")
    teams.faults.append(HANGS)
    answer = await hurried(ana.send(echoed()))
    assert answer is not None
    assert answer["value"].startswith("Teams has not said whether the answer reached you.")


@pytest.mark.usefixtures("toy")
async def test_form_is_answered_though_teams_hangs(teams: LocalTeams) -> None:
    """That the message behind a form may not be changed yet does not keep the form waiting."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("Tell a story")
    teams.faults.append(HANGS)
    await hurried(ana.fill({"words": "We closed it.", "unit": "s"}))
    assert "Shared The message that you came from may still show what stood there before." in await ana.sees()


@pytest.mark.usefixtures("toy")
async def test_press_is_answered_though_there_is_no_token(teams: LocalTeams) -> None:
    """While Microsoft gives us no token nothing goes out: that is certain, and the press says it."""
    teams.token_hangs = HANGS.seconds
    answer = await hurried(teams.visitor("ana").send(echoed()))
    assert answer is not None
    assert answer["value"].startswith("Teams would not take the answer just now.")


async def test_stranger_is_answered_though_teams_hangs(teams: LocalTeams, toy: Running) -> None:
    """Who presses and is not known yet is not kept waiting for Teams to say who they are."""
    toy.store.strangers.add("ana")
    teams.faults.append(HANGS)
    answer = await hurried(teams.visitor("ana").send(echoed()))
    assert answer is not None
    assert answer["value"].startswith("That did not work just now")


@pytest.mark.parametrize("hangs", ["conversation", "token"])
@pytest.mark.usefixtures("toy")
async def test_typed_words_that_hang_before_anything_goes_out_may_come_again(teams: LocalTeams, hangs: str) -> None:
    """Where nothing was said yet, Teams is asked for the activity once more; it is answered once."""
    ana = teams.visitor("ana")
    activity = ana.activity({"type": "message", "text": "pulse once"}, CHANNELS[Platform.TEAMS][0])
    if hangs == "token":
        teams.token_hangs = HANGS.seconds
    else:
        await teams.visitor("ben").say("help")
        teams.faults.append(HANGS)
    assert await hurried(posted(teams, activity)) == 503
    teams.token_hangs = 0.0
    assert await posted(teams, activity) == 200
    assert (await ana.sees()).count("once") == 1


async def test_form_says_that_the_message_behind_it_was_not_changed(teams: LocalTeams, toy: Running) -> None:
    """What was sent in is kept and confirmed; that the message it came from is an old one is said beside it."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("Tell a story")
    teams.faults += BUSY
    await ana.fill({"words": "We closed it.", "unit": "s"})
    assert "Shared The message that you came from may still show what stood there before." in await ana.sees()
    assert len(toy.store.envelopes) == 1


async def test_change_of_a_message_may_be_tried_twice(teams: LocalTeams, toy: Running) -> None:
    """To put the same words in the same place twice does no harm, so it is tried again also in doubt."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("Tell a story")
    teams.faults.append(Fault(502))
    await ana.fill({"words": "We closed it.", "unit": "s"})
    assert "d1/s//no" in await ana.sees()
    assert "may still show" not in await ana.sees()
    assert toy.naps.taken == [0.5]


async def test_typed_words_that_could_not_be_answered_may_come_again(teams: LocalTeams, toy: Running) -> None:
    """Nothing else can be said to somebody who typed, so Teams is asked for the activity once more; it is done once."""
    ana = teams.visitor("ana")
    activity = ana.activity({"type": "message", "text": f"pulse {SECRET}"})
    teams.faults += BUSY
    assert await posted(teams, activity) == 503
    assert await posted(teams, activity) == 200
    assert await posted(teams, activity) == 200
    assert (await ana.sees()).count(SECRET) == 1
    assert len(toy.store.envelopes) == 1


async def test_copy_that_comes_while_the_first_waits_is_not_answered_too(teams: LocalTeams, toy: Running) -> None:
    """Teams may lose patience before we do: the copy finds that the first is on its way."""
    ana = teams.visitor("ana")
    activity = ana.activity({"type": "message", "text": "pulse once"})

    async def copy(_: float) -> None:
        assert await posted(teams, activity) == 200

    toy.naps.meanwhile = copy
    teams.faults.append(Fault(429))
    assert await posted(teams, activity) == 200
    assert (await ana.sees()).count("once") == 1


@pytest.mark.usefixtures("toy")
async def test_greeting_that_did_not_go_out_goes_out_with_the_next_news(teams: LocalTeams) -> None:
    """Teams tells of an installation twice; if the first could not be answered, the second is."""
    ana = teams.visitor("ana")
    teams.faults += BUSY
    assert await posted(teams, ana.activity({"type": "installationUpdate", "action": "add"})) == 503
    await ana.install()
    assert (await ana.sees()).count("What I can do") == 1


@pytest.mark.usefixtures("toy")
async def test_old_client_gets_a_new_message_where_its_own_is_gone(teams: LocalTeams) -> None:
    """A message that cannot be changed, as it was deleted, is not the end of its answer."""
    ana = teams.visitor("ana")
    await ana.say("help")
    teams.faults.append(Fault(404, code="ActivityNotFoundInConversation"))
    await ana.press_old("3")
    assert "Recorded" in await ana.sees()
    assert "What I can do" in await ana.sees()


async def test_nobody_is_a_stranger_because_teams_is_busy(teams: LocalTeams, toy: Running) -> None:
    """Where Teams does not say who somebody is, it is asked again, and then they are told to try again."""
    toy.store.strangers.add("ana")
    toy.store.emails = {"ana@example.gov.uk": "ana"}
    teams.faults += BUSY
    await teams.visitor("ana").say("help")
    assert "That did not work just now" in await teams.visitor("ana").sees()
    teams.faults += [Fault(429)]
    await teams.visitor("ana").say("help")
    assert "Ana said" in await teams.visitor("ana").sees()


async def test_pulse_answer_that_comes_again_is_answered_by_the_card_as_it_stands(
    empty_sqlite: Databases, tmp_path: Path
) -> None:
    """The same press sent twice brings the pulse again, with what has been recorded since; nothing is done twice."""
    async with open_stage(Platform.TEAMS, empty_sqlite.sqlite(tmp_path), tmp_path / "stage") as stage:
        await stage.at(OPENS)
        person = stage.person(5)
        assert isinstance(person, TeamsVisitor)
        await person.press("Agree")
        press = person.sent[-1]
        await person.press("Add a comment")
        await person.fill({"comment": "More notice would help"})
        answer = await person.post(*press)
        assert answer is not None
        assert answer["type"] == CARD
        assert "Replace my comment" in teams_cards.shown(answer["value"])


async def test_code_that_never_came_is_shown_when_the_form_is_sent_again(
    empty_sqlite: Databases, tmp_path: Path
) -> None:
    """Where our answer was lost, its dialog still stands: pressed again, it brings the code and no second conversation.

    Other words in it are another conversation.
    """
    database = empty_sqlite.sqlite(tmp_path)
    async with open_stage(Platform.TEAMS, database, tmp_path / "stage") as stage:
        await stage.at(BEFORE)
        person = stage.person(5)
        assert isinstance(person, TeamsVisitor)
        await person.say("/speakup")
        standing, codes = person.dialog, []
        for words in (SECRET, SECRET, f"{SECRET} too"):
            person.dialog = standing
            await person.fill({"body": words, "hear": "code"})
            codes += SPELLED.findall(await person.sees())
        assert codes[0] == codes[1] != codes[2]
        assert len({activity["id"] for activity, _ in person.sent[-3:]}) == len(codes) == 3
        await stage.at(BATCH)
    assert (await every_row(database))["threads"].total() == 2
