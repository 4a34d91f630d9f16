"""`/100days my data`: everything that names a person is counted, and nothing that they said is shown."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.groups import Group, Kind
from bot.domain.ids import new_id
from bot.domain.questions import QUESTIONS
from bot.domain.sessions import CODE_LASTS, Pass, Purpose
from bot.domain.threads import Hearing
from bot.features.mydata import EraseMe
from bot.views import Fields, Show, View
from storage.repositories import PERSONAL
from tests.examples import EXAMPLES
from tests.world import BATCH, CLOSES, OPENS, World, buttons

IN_THE_LIST = "Pulses that opened with you in the list, in the last 13 weeks"
SHOWN = {
    "people": "Name",
    "accounts": "Accounts that lead to you",
    "pulse_roster": IN_THE_LIST,
    "season_groups": "Groups that you may be counted in",
    "recognitions": "Codes by which you are recognised",
    "ballots": "Your comment",
    "stories": "Stories without your name",
    "threads": "Open conversations without your name",
    "deliveries": "That a message was sent to you",
    "codes": "One-time codes",
} | {table: name for example in EXAMPLES.values() for table, name in example.shown.items()}
OTHERS = {name for example in EXAMPLES.values() for name in (*example.shown.values(), *example.counted)}
"""Where each table that can lead to a person is told of."""


async def my_data(world: World, account: str = "u5", words: str = "my data") -> View:
    reply = await world.ask(account, "Home", text=words)
    assert isinstance(reply, Show)
    return reply.view


async def counted(world: World) -> None:
    """Everybody was told together once."""
    async with world.product.store.begin() as tx:
        pulse = await world.pulse()
        seen = await tx.seasons.gather(pulse)
        together = Group(new_id(), Kind.CELL, new_id(), frozenset(seen.present), pulse.closes.date())
        assert await tx.seasons.keep(pulse, {pulse.items[0]: [together]}, seen.state)


def facts(view: View) -> dict[str, str]:
    return {name: value for element in view.body if isinstance(element, Fields) for name, value in element.rows}


async def live(world: World) -> None:
    """Everything that one person can leave behind."""
    await world.at(OPENS)
    await world.answer("u5", 2, "zq comment zq")
    await world.ask("u5", "StartStory", text="zq draft zq")
    for named in ("yes", "no", "no"):
        await world.ask("u5", "TellStory", text="zq story zq", named=named, audience="organisation")
    for hear in Hearing:
        await world.ask("u5", "OpenThread", body="zq thread zq", hear=hear)
    for example in EXAMPLES.values():
        await example.live(world, "u5", "zq other zq")
    async with world.product.store.begin() as tx:
        member = await tx.people.member_by_account(world.person("u5"))
        assert member is not None
        until = world.time[0] + CODE_LASTS
        await tx.codes.issue({"hash": Pass(world.organisation.id, member.person.id, Purpose.CHAT, until)})


async def test_nothing_is_held_of_somebody_who_did_nothing_but_their_entry(small_world: World) -> None:
    """On the first day there is the entry in the list, and noughts."""
    shown = facts(await my_data(small_world))
    assert (shown["Name"], shown["E-mail"], shown["Number in the list"]) == ("Person 5", "u5@council.example", "k5")
    assert (shown["Unit"], shown["Place"], shown["Role"]) == ("Housing", "Town Hall", "Staff")
    assert (shown["Language"], shown["Time zone"], shown["Asked in pulses"]) == ("English", "Europe/London", "yes")
    assert shown["Accounts that lead to you"] == "these pages (1)"
    counts = {name: value for name, value in shown.items() if value.isdigit()}
    assert len(counts) == 11 + len(OTHERS) and set(counts.values()) == {"0"}


async def test_every_table_that_leads_to_a_person_is_told_of(world: World) -> None:
    """After a life with everything in it, each table has a line, and the line is not nought."""
    await live(world)
    await counted(world)
    shown = facts(await my_data(world))
    assert set(SHOWN) == {each.table for each in PERSONAL.values()}
    assert [name for name in SHOWN.values() if shown[name] in {"0", "-", "nothing"}] == []
    assert shown[IN_THE_LIST] == "1"
    assert (shown["Stories with your name"], shown["Stories without your name"], shown["Drafts"]) == ("1", "2", "1")
    assert shown["Open conversations with your name"] == shown["Open conversations without your name"] == "1"
    assert shown["One-time codes"] == "1"


async def test_it_says_which_questions_are_recorded_and_never_how(small_world: World) -> None:
    """Of an open pulse each question and the comment are told apart; no answer, no word and no time is shown."""
    await small_world.at(OPENS)
    pulse = await small_world.pulse()
    await small_world.ask("u5", "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=2)
    view = await my_data(small_world)
    shown = facts(view)
    first, *others = (QUESTIONS[item].text for item in pulse.items)
    assert shown[first] == "recorded, sealed"
    assert {shown[name] for name in (*others, "Your comment")} == {"nothing"}
    await small_world.ask("u5", "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=5)
    assert await my_data(small_world) == view


async def test_no_word_of_what_was_said_is_repeated(small_world: World) -> None:
    """Numbers only: a colleague who looks over a shoulder reads no story, comment or conversation."""
    await live(small_world)
    assert "zq" not in str(await my_data(small_world))


async def test_after_the_close_it_tells_nothing_about_the_pulse_but_that_one_was_asked(small_world: World) -> None:
    """Who answered and who did not see the same."""
    await small_world.at(OPENS)
    for number in range(5, 12):
        await small_world.answer(f"u{number}", 4)
    await small_world.at(CLOSES)
    answered, silent = [facts(await my_data(small_world, account)) for account in ("u6", "u2")]
    differing = {name for name in answered if answered[name] != silent[name]}
    assert differing == {"Name", "Number in the list", "E-mail"}
    assert answered[IN_THE_LIST] == "1"


async def test_a_leader_who_looks_every_minute_does_not_see_when_somebody_wrote(small_world: World) -> None:
    """What waits for its batch is not counted before: the line changes at the batch and not at the writing."""
    await small_world.at(OPENS + timedelta(hours=1))
    before = await my_data(small_world, "u0")
    await small_world.ask("u5", "OpenThread", body="Please listen")
    for minute in range(1, 60, 7):
        await small_world.at(OPENS + timedelta(hours=1, minutes=minute))
        assert await my_data(small_world, "u0") == before
    await small_world.at(BATCH)
    assert await my_data(small_world, "u0") != before


async def test_it_is_said_in_the_persons_own_words(small_world: World) -> None:
    """Every way to ask for it gives the same, and the button below leads to the form."""
    english = await my_data(small_world)
    assert [await my_data(small_world, words=words) for words in ("data", "my", "nata", "fy nata")] == [english] * 4
    assert await small_world.ask("u5", "MyData") == Show(english)
    assert [button.sends for button in buttons(english)] == [EraseMe()]
