"""What the practice page does with what is sent to it, over real HTTP: nothing written is lost, or counts twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from adapters.web.chat import Chat
from adapters.web.reply import MOST_ANSWERED, Desk
from bot.cli.practice import travelling
from bot.domain.people import Platform
from bot.features.stories.commands import StartStory
from bot.views import Ask, Done, Form, Paragraph
from tests.conftest import Databases
from tests.contract.stage import Stage, open_stage
from tests.platforms.web import Formular, LocalWeb, Page, WebVisitor
from tests.world import BEFORE

SPELLED = r"\d{4} \d{4} \d{4} \d{4}"


@pytest.fixture
async def stage(empty_sqlite: Databases, tmp_path: Path) -> AsyncIterator[Stage]:
    """The practice page of a council."""
    async with open_stage(Platform.WEB, empty_sqlite.sqlite(tmp_path), tmp_path / "stage") as opened:
        yield opened


async def post(stage: Stage, path: str, fields: Mapping[str, str], user: str = "u5") -> tuple[int, str]:
    """Send a form as this person, and see what comes back."""
    assert isinstance(stage.platform, LocalWeb)
    web = stage.platform
    headers = {"Cookie": f"practice_person={user}", "Origin": web.product}
    async with web.session.post(f"{web.product}{path}", data=fields, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


def filled(form: Formular, **values: str) -> dict[str, str]:
    return {**form.values, "submit": "yes", **{f"v.{name}": value for name, value in values.items()}}


def person(stage: Stage) -> WebVisitor:
    found = stage.person(5)
    assert isinstance(found, WebVisitor)
    return found


async def conversations(stage: Stage) -> int:
    async with stage.product.store.view() as tx:
        [housing] = [
            u for u in (await tx.people.tree(stage.programme.organisation)).units.values() if u.name == "Housing"
        ]
        return len(await tx.threads.of_units(stage.programme.organisation, {housing.id}))


async def test_a_second_press_leaves_the_next_form_alone(stage: Stage) -> None:
    """The code that the first one brought stays in front, one conversation is open; only its own button ends it."""
    ann = person(stage)
    await stage.at(BEFORE)
    await ann.say("/speakup")
    sent = filled(await ann.form(), body="Nobody may know", hear="code")
    assert [(await post(stage, "/fill", sent))[0] for _ in range(3)] == [303, 303, 303]
    receipt = await ann.form()
    assert [button.label for button in receipt.buttons] == ["I wrote it down"]
    assert await conversations(stage) == 1
    await post(stage, "/fill", {**receipt.values, "submit": "no"})
    await ann.say("/story")
    assert "This is your code." in await ann.sees()
    await ann.press("I wrote it down")
    assert "What happened, and what did you learn?" in await ann.sees()


async def test_a_form_is_sent_by_whoever_has_it_in_front_of_them(stage: Stage) -> None:
    """Of two tabs each sends its own form; other words in the same one count too; nobody else can send it."""
    ann = person(stage)
    await stage.at(BEFORE)
    await ann.say("/story")
    story = await ann.form()
    await ann.say("/speakup")
    told = filled(story, text="From the first tab", audience="organisation", named="yes")
    assert (await post(stage, "/fill", told, "u6"))[0] == 409
    await post(stage, "/fill", told)
    await post(stage, "/fill", told | {"v.text": "From a third tab"})
    await ann.fill({"body": "From the second tab"})
    await ann.say("/100days")
    await ann.press("My stories")
    said = (await ann.sees()).partition("My stories\n")[2]
    assert (said.count("From the first tab"), said.count("From a third tab")) == (1, 1)
    assert await conversations(stage) == 1
    assert (await post(stage, "/fill", {"message": "x", "submit": "yes"}))[0] == 409
    assert (await post(stage, "/fill", {"message": "x", "submit": "no"}))[0] == 303


async def test_what_was_not_understood_stays_in_the_composer(stage: Stage) -> None:
    """And what was refused; but not what was done. A command that is sent twice makes one draft."""
    await stage.at(BEFORE)
    for words in ("/sotry we did it", "we did it", '/100days here "<b>'):
        status, page = await post(stage, "/say", {"words": words, "place": ""})
        composer = next(form for form in Page(page).forms if form.kind == "composer")
        assert (status, composer.values["words"]) == (200, words)
    assert (await post(stage, "/say", {"words": "/100days help", "place": ""}))[0] == 303
    said = {"words": "/story once and no more", "place": "", "once": "n1"}
    assert [(await post(stage, "/say", said))[0] for _ in range(2)] == [303, 303]
    assert (await person(stage).sees()).count("once and no more") == 1


async def test_words_for_a_leader_are_not_left_in_the_chat(stage: Stage) -> None:
    """A misspelled /speakup opens the form with them; the page's own memory has none of them in a message."""
    await stage.at(BEFORE)
    assert (await post(stage, "/say", {"words": "/speekup zq-secret", "place": ""}))[0] == 303
    form = await person(stage).form()
    assert form.values["v.body"] == "zq-secret"
    _, page = await post(stage, "/say", {"words": "/100days", "place": ""})
    assert "zq-secret" not in page.partition('id="form"')[0]


async def test_a_desk_remembers_only_so_many_answers(stage: Stage) -> None:
    """The latest: a second press comes soon after the first."""
    desk = Desk(Chat(stage.clock.file.parent / "many.sqlite"), stage.clock, await travelling(stage.product))
    for number in range(MOST_ANSWERED + 1):
        await desk.take("u5", Done(), "", envelope=f"e{number}")
    known = [desk.answered(f"e{number}") for number in range(MOST_ANSWERED + 1)]
    assert known == [False, *[True] * MOST_ANSWERED]


async def test_a_form_outlives_the_workspace(stage: Stage) -> None:
    """Whoever had it open when the process ended can send it: a new desk knows it by what travelled in the page."""
    forms = await travelling(stage.product)
    chat = Chat(stage.clock.file.parent / "other.sqlite")
    asked = Form("Tell", StartStory, (Paragraph("text", "What?"),), "Send", "Cancel", fixed={"a": "b"})
    before = Desk(chat, stage.clock, forms)
    await before.take("u5", Ask(asked), "m1")
    lying = before.front("u5")
    assert lying is not None
    found = Desk(chat, stage.clock, await travelling(stage.product)).named("u5", lying.sealed)
    assert found is not None and (found.form, found.message) == (asked, "m1")
