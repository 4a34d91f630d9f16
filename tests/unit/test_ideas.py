"""The rules of ideas, and what is kept of them on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.domain import ideas as rules
from bot.domain.calendar import bank_holidays
from bot.domain.ideas import Idea, IdeaKind, Verdict
from bot.domain.limits import A_DAY
from bot.domain.people import Tree, Unit
from bot.errors import Refusal
from bot.features.ideas.commands import (
    BackIdea,
    DecideMerge,
    OfferIdea,
    ProposeMerge,
    ReadAnswers,
    SaveAnswer,
    SaveIdea,
    ShowIdeas,
    WithdrawIdea,
)
from bot.views import Ask, Refused, Replace, Show
from tests.conftest import Databases
from tests.world import BATCH, OPENS, World, open_world, staff_list

NEXT_BATCH = BATCH + timedelta(days=1)

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
    texts = [str(await world.ask("u8", ShowIdeas.name(), page=page)) for page in ("0", "1", "2")]
    assert all(sum(f"Of u{n}'" in text for text in texts[:2]) == 1 for n in range(1, 8))
    assert texts[2] == texts[1]


async def backed(world: World, *accounts: str, by: str = "u5") -> Idea:
    """An idea, shown, that these colleagues back."""
    await world.at(OPENS)
    idea = await offered(world, by)
    for account in accounts:
        assert isinstance(await world.ask(account, BackIdea.name(), idea=idea.id), Show)
    return idea


async def now_of(world: World, idea: Idea) -> Idea:
    async with world.product.store.view() as tx:
        found = await tx.ideas.get(idea.id)
    assert found is not None
    return found


async def merged(world: World, idea: Idea, into: Idea, author: str, agreed: str = "yes") -> Idea:
    """Have the leader ask, and the author answer."""
    assert isinstance(await world.ask("u0", ProposeMerge.name(), idea=idea.id, other=into.id), Replace)
    assert isinstance(await world.ask(author, DecideMerge.name(), idea=idea.id, other=into.id, agreed=agreed), Replace)
    return await now_of(world, idea)


def news(world: World, account: str) -> int:
    """How often somebody was told of an answer."""
    return sum("has been answered" in view.title for view in world.mailbox.to(account))


async def test_nothing_that_an_unnamed_author_is_sent_leads_to_the_idea(small_world: World) -> None:
    """Neither the receipt nor the news of the answer holds its words or its id: a chat is kept."""
    world = small_world
    await world.at(OPENS)
    receipt = await world.ask("u5", OfferIdea.name(), text="Of u5", named="no")
    async with world.product.store.view() as tx:
        [idea] = await tx.ideas.of_organisation(world.organisation.id)
    await world.at(BATCH)
    await world.ask("u0", SaveAnswer.name(), idea=idea.id, verdict="done", reason="It was easy")
    await world.at(NEXT_BATCH)
    assert news(world, "u5") == 1
    kept = str(receipt) + str(world.mailbox.to("u5"))
    assert idea.id not in kept and idea.text not in kept
    read = await world.ask("u5", ReadAnswers.name())
    assert isinstance(read, Ask) and "It was easy" in str(read.form.body)


async def test_an_unnamed_idea_is_neither_changed_nor_merged_once_it_is_handed_over(small_world: World) -> None:
    """Either would show at what moment its author acted, or ask them in a place that is kept."""
    world = small_world
    await world.at(OPENS)
    idea, other = await offered(world, "u5", named=False), await offered(world, "u6")
    assert isinstance(await world.ask("u5", SaveIdea.name(), idea=idea.id, text="Of u5"), Replace)
    await world.at(BATCH)
    assert await world.ask("u5", SaveIdea.name(), idea=idea.id, text="Other words") == Refused(rules.HANDED_OVER)
    assert await world.ask("u0", ProposeMerge.name(), idea=idea.id, other=other.id) == Refused(rules.UNNAMED)


async def test_those_who_answer_hide_nobody(empty_sqlite: Databases, tmp_path: Path) -> None:
    """Four beside the leader and the steward: without a name it is refused; one more, and it is taken."""
    for n, kind in ((5, Refused), (6, Show)):
        folder = tmp_path / str(n)
        async with open_world(empty_sqlite.sqlite(folder), folder, staff_list(n, 0)) as world:
            await world.at(OPENS)
            assert isinstance(await world.ask("u1", OfferIdea.name(), text="Of u1", named="no"), kind)


async def test_a_no_is_not_asked_again(small_world: World) -> None:
    """The author wants it to stay by itself, and so it does, whatever it is compared with."""
    world = small_world
    idea, other = await backed(world), await offered(world, "u6")
    kept = await merged(world, idea, other, "u5", agreed="no")
    assert (kept.into, kept.open) == ("", True)
    assert await world.ask("u0", ProposeMerge.name(), idea=idea.id, other=other.id) == Refused(rules.APART)


async def test_a_merge_carries_who_backs_it_and_follows_on(world: World) -> None:
    """Three of the first and two of the second, one of them the same, are four; what leads to the second goes on."""
    first = await backed(world, "u7", "u8", "u9")
    second, third = await backed(world, "u9", "u10", by="u6"), await backed(world, by="u4")
    assert (await merged(world, first, second, "u5")).into == second.id
    assert (await now_of(world, second)).backed == 4
    await merged(world, second, third, "u6")
    assert {(await now_of(world, idea)).into for idea in (first, second)} == {third.id}
    await world.at(OPENS + timedelta(minutes=1))
    assert sum("made one with another" in str(view) for _, view in world.mailbox.edits) >= 4


async def test_each_is_told_once_of_the_one_answer(small_world: World) -> None:
    """Both authors, and who backs either or both, though one author backs the other's idea too."""
    world = small_world
    first, second = await backed(world, "u7", "u8"), await backed(world, "u8", "u5", by="u6")
    await merged(world, first, second, "u5")
    await world.ask("u0", SaveAnswer.name(), idea=second.id, verdict="done", reason="It was easy")
    await world.at(BATCH)
    await world.at(NEXT_BATCH)
    assert [news(world, f"u{n}") for n in range(5, 10)] == [1, 1, 1, 1, 0]


async def test_what_was_merged_into_a_withdrawn_idea_stands_again(small_world: World) -> None:
    """With who backs it, and its posts say so; it can be answered."""
    world = small_world
    first, second = await backed(world, "u7", "u8"), await backed(world, by="u6")
    await merged(world, first, second, "u5")
    await world.ask("u6", WithdrawIdea.name(), idea=second.id)
    again = await now_of(world, first)
    assert (again.open, again.backed) == (True, 2)
    answered = await world.ask("u0", SaveAnswer.name(), idea=first.id, verdict="done", reason="It was easy")
    assert isinstance(answered, Replace)


async def test_a_post_that_was_overtaken_is_known(world: World) -> None:
    """Another edition is not what was composed; a withdrawn one is none."""
    idea = await backed(world)
    store = world.product.store
    for change, same in ((None, True), (SaveIdea, False)):
        if change is not None:
            await world.ask("u5", change.name(), idea=idea.id, text="Other words")
        async with store.begin() as tx:
            assert await tx.ideas.lock_if_shown(idea.id, idea.edition) is same
    latest = await now_of(world, idea)
    await world.ask("u5", WithdrawIdea.name(), idea=idea.id)
    async with store.begin() as tx:
        assert not await tx.ideas.lock_if_shown(idea.id, latest.edition + 1)


async def test_erasing_oneself_takes_back_that_one_backs(world: World) -> None:
    """Nobody finds them among the backers, and what was queued for them is gone; the words stay frozen."""
    idea = await backed(world, "u6", "u7")
    await world.ask("u0", SaveAnswer.name(), idea=idea.id, verdict="done", reason="It was easy")
    await world.ask("u6", "ConfirmErasure", sure="yes")
    found = await now_of(world, idea)
    assert (found.backed, found.frozen) == (1, True)
    await world.at(NEXT_BATCH)
    assert (news(world, "u6"), news(world, "u7")) == (0, 1)


async def test_ones_own_vote_is_not_in_the_number_one_sees(small_world: World) -> None:
    """Five back it: whoever is one of them sees none, so that nobody can count the others by their own vote."""
    world = small_world
    await backed(world, "u6", "u7", "u8", "u9", "u10")
    seen = {account: str(await world.ask(account, ShowIdeas.name())) for account in ("u6", "u11")}
    assert "5 or more colleagues" in seen["u11"] and "or more colleagues" not in seen["u6"]


async def test_the_key_of_a_programme_dies_in_its_time(small_world: World) -> None:
    """Ninety days after the programme nobody finds authors; who backed what was forgotten two weeks after it."""
    world = small_world
    idea = await backed(world, "u6")
    await offered(world, "u7", named=False)
    end = datetime.combine(world.programme.starts, time(12), UTC) + timedelta(days=world.programme.days)
    key = world.keys / f"ideas-{world.programme.id}"
    for days, there, backers in ((13, True, 1), (16, True, 0), (89, True, 0), (92, False, 0)):
        await world.product.store.tidy(end + timedelta(days=days))
        async with world.product.store.view() as tx:
            member = await tx.people.member_by_account(world.person("u6"))
            assert member is not None
            assert len(await tx.ideas.backers(idea, [member.person.id])) == backers
        assert key.exists() is there
    assert (await now_of(world, idea)).backed == 1


async def test_an_idea_that_nobody_would_answer_in_time_is_not_taken(small_world: World) -> None:
    """In a programme's last ten working days; and thirty pieces of writing a day are enough."""
    world = small_world
    world.time[0] = datetime.combine(world.programme.starts, time(12), UTC) + timedelta(days=world.programme.days - 5)
    refused = await world.ask("u5", OfferIdea.name(), text="Too late", named="yes")
    assert isinstance(refused, Refused) and "The programme ends on" in refused.why
    world.time[0] = OPENS
    said = [await world.ask("u5", OfferIdea.name(), text=f"Idea {n}", named="yes") for n in range(A_DAY + 1)]
    assert [type(reply) for reply in said] == [Show] * A_DAY + [Refused]


async def test_what_is_handed_over_keeps_its_day_only(world: World) -> None:
    """The batch's hour is forgotten once it is over, as with stories: see `storage.batches`."""
    await world.at(OPENS)
    idea = await offered(world, "u5", named=False)
    assert idea.shown_from == BATCH
    await world.product.store.tidy(BATCH + timedelta(minutes=1))
    shown = (await now_of(world, idea)).shown_from
    assert shown is not None and (shown.date(), shown.hour, shown.minute) == (BATCH.date(), 0, 0)
