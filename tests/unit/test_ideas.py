"""The rules of ideas, and what is kept of them on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.domain import ideas as rules
from bot.domain.calendar import bank_holidays
from bot.domain.ideas import Idea, IdeaKind, Verdict
from bot.domain.people import Tree, Unit
from bot.errors import Refusal
from bot.features.ideas.commands import BackIdea, OfferIdea, SaveAnswer, ShowIdeas, WithdrawIdea
from bot.views import Refused, Replace, Show
from tests.world import BATCH, OPENS, World

CHRISTMAS = date(2026, 12, 18)


def an_idea(number: int = 0, **changed: object) -> Idea:
    day = date(2026, 11, 16)
    plain = {"kind": IdeaKind.BETTER, "text": "x", "hours": 0, "day": day, "due": day + timedelta(days=14)}
    return Idea(**{"id": f"i{number}", "organisation": "o", "programme": "p", "unit": "u", **plain, **changed})  # type: ignore[arg-type]


def test_an_answer_is_due_after_ten_working_days() -> None:
    """Christmas, Boxing Day's substitute and New Year's Day are no working days, in Wales as in England."""
    assert rules.due_on(date(2026, 11, 16), bank_holidays("ENG")) == date(2026, 11, 30)
    assert rules.due_on(CHRISTMAS, bank_holidays("WLS")) == date(2027, 1, 6)


def test_dates_that_are_offered_are_working_days() -> None:
    """None falls on a weekend or a bank holiday, and none is in the past."""
    closed = bank_holidays("ENG")
    for n in range(400):
        today = date(2026, 1, 1) + timedelta(days=n)
        dates = rules.dates_from(today, closed)
        assert all(today < day <= today + rules.FURTHEST for day in dates)
        assert all(day.weekday() < 5 and day not in closed for day in dates)


@pytest.mark.parametrize(("backed", "said"), [(0, 0), (1, 0), (4, 0), (5, 5), (9, 5), (10, 10), (101, 100)])
def test_how_many_back_it_is_said_in_fives(backed: int, said: int) -> None:
    """One more can rarely be seen, and fewer than five never."""
    assert rules.backed_by(an_idea(backed=backed)) == said


TREE = Tree.of([Unit("root", "Council"), Unit("own", "Own", "root"), Unit("other", "Other", "root")])


@pytest.mark.parametrize(
    ("writers", "unit"),
    [
        ({"own": 5}, "own"),
        ({"own": 4}, None),
        ({"own": 4, "root": 1}, "root"),
        ({"own": 4, "other": 4}, "root"),
        ({"own": 4, "other": 9}, None),
        ({"other": 9, "root": 4}, None),
        ({}, None),
    ],
)
def test_an_unnamed_idea_stands_where_enough_people_hide_its_author(writers: dict[str, int], unit: str | None) -> None:
    """In the unit itself from five people, else above it; whoever stands in a unit of their own hides nobody above."""
    assert rules.sheltering_unit("own", TREE, writers) == unit


@pytest.mark.parametrize("typed", ["many", "-1", "1.5", "10001", "٣", "9" * 5000])
def test_hours_are_a_number(typed: str) -> None:
    """Anything else is asked for again, beside the field."""
    with pytest.raises(Refusal) as refused:
        rules.accept_hours(typed)
    assert refused.value.field == "hours"
    assert (rules.accept_hours(""), rules.accept_hours(" 40 ")) == (0, 40)


def test_an_answer_needs_a_reason_and_a_plan_a_date() -> None:
    """A no without a why, and a yes without a when, are refused beside their field."""
    today = date(2026, 11, 16)
    for verdict, reason, by, field in (
        (Verdict.NOT_NOW, " ", "", "reason"),
        (Verdict.PLANNED, "Soon", "", "by"),
        (Verdict.PLANNED, "Soon", "soon", "by"),
        (Verdict.PLANNED, "Soon", "2026-11-16", "by"),
        (Verdict.PLANNED, "Soon", "2027-11-16", "by"),
    ):
        with pytest.raises(Refusal) as refused:
            rules.accept_answer(verdict, reason, by, today)
        assert refused.value.field == field
    assert rules.accept_answer(Verdict.PLANNED, "Soon", "2026-12-14", today).by == date(2026, 12, 14)
    assert rules.accept_answer(Verdict.DONE, "It was easy", "2026-12-14", today).by is None


async def offered(world: World, account: str, *, named: bool = True) -> Idea:
    values = {"text": f"Of {account}", "named": "yes" if named else "no"}
    assert isinstance(await world.ask(account, OfferIdea.name(), **values), Show)
    async with world.product.store.view() as tx:
        found = await tx.ideas.of_organisation(world.organisation.id)
    return next(idea for idea in found if idea.text == f"Of {account}")


async def test_nobody_backs_twice_or_their_own(world: World) -> None:
    """Three presses of one colleague count once; its author is told that it stands for itself."""
    await world.at(OPENS)
    idea = await offered(world, "u5")
    for _ in range(3):
        assert isinstance(await world.ask("u6", BackIdea.name(), idea=idea.id), Show)
    assert await world.ask("u5", BackIdea.name(), idea=idea.id) == Refused(rules.OWN)
    async with world.product.store.view() as tx:
        found = await tx.ideas.get(idea.id)
        assert found is not None and found.backed == 1


async def test_an_unnamed_idea_is_nobody_s_until_its_batch(world: World) -> None:
    """Before it, others cannot see or back it by its id; its author can take it back at any time."""
    await world.at(OPENS)
    idea = await offered(world, "u5", named=False)
    assert idea.author == ""
    assert await world.ask("u6", BackIdea.name(), idea=idea.id) == Refused(rules.GONE)
    await world.at(BATCH)
    assert isinstance(await world.ask("u6", BackIdea.name(), idea=idea.id), Show)
    assert await world.ask("u6", WithdrawIdea.name(), idea=idea.id) == Refused(rules.GONE)
    assert isinstance(await world.ask("u5", WithdrawIdea.name(), idea=idea.id), Replace)
    async with world.product.store.view() as tx:
        gone = await tx.ideas.get(idea.id)
    assert gone is not None and (gone.withdrawn, gone.text, gone.backed) == (True, "", 0)


async def test_backers_are_forgotten_after_the_answer_and_their_number_stays(world: World) -> None:
    """Two weeks after it was answered, nothing says who backed it; how many did is as before."""
    await world.at(OPENS)
    idea = await offered(world, "u5")
    for account in ("u6", "u7"):
        await world.ask(account, BackIdea.name(), idea=idea.id)
    await world.ask("u0", SaveAnswer.name(), idea=idea.id, verdict="done", reason="It was easy")
    async with world.product.store.view() as tx:
        people = [person.id for person in await tx.people.list_all(world.organisation.id)]
    for days, names in ((14, 2), (16, 0)):
        await world.product.store.tidy(OPENS + timedelta(days=days))
        async with world.product.store.view() as tx:
            found = await tx.ideas.get(idea.id)
            assert found is not None and found.backed == 2
            assert len(await tx.ideas.backers(idea, people)) == names


async def test_many_ideas_come_in_pages(world: World) -> None:
    """Seven stand on two pages, each once; a page that is not there is the last one."""
    await world.at(OPENS)
    for account in ("u1", "u2", "u3", "u4", "u5", "u6", "u7"):
        await offered(world, account)
    shown = [await world.ask("u8", ShowIdeas.name(), page=page) for page in ("0", "1", "2")]
    assert all(isinstance(reply, Show) for reply in shown)
    texts = [str(reply) for reply in shown]
    assert all(sum(f"Of u{n}'" in text for text in texts[:2]) == 1 for n in range(1, 8))
    assert texts[2] == texts[1]
