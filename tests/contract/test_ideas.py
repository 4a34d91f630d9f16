"""Ideas on every platform: offered, backed once, answered in time, and told of; over real HTTP."""

from __future__ import annotations

from datetime import timedelta

from tests.contract.stage import Stage
from tests.world import BATCH, BEFORE, CLOSES, DIGEST, OPENS

IDEA = "One form in place of three"
NEXT_BATCH = BATCH + timedelta(days=1)


async def offer(stage: Stage, number: int, words: str = IDEA, named: str = "yes") -> None:
    person = stage.person(number)
    await person.say("/idea")
    await person.fill({"text": words, "kind": "better", "hours": "40", "named": named})
    assert "Thank you for your idea" in await person.sees()


async def test_an_idea_is_receipted_shown_backed_once_and_answered(stage: Stage) -> None:
    """Its author hears at once by when; its channel shows it; a second vote changes nothing; each is told once."""
    ann, bob, leader = stage.person(5), stage.person(6), stage.person(0)
    await stage.at(OPENS)
    await offer(stage, 5)
    assert "by Monday 30 November" in await ann.sees()
    await stage.at(OPENS + timedelta(minutes=1))
    assert IDEA in await stage.housing()
    assert "Person 5" in await stage.housing()
    assert "It would save about 40 hours a month." in await stage.housing()
    for _ in range(2):
        await bob.say("/100days")
        await bob.press("Ideas")
        if "I back this" in await bob.sees():
            await bob.press("I back this")
            assert "You back this idea" in await bob.sees()
    async with stage.product.store.view() as tx:
        [idea] = await tx.ideas.of_organisation(stage.programme.organisation)
    assert idea.backed == 1
    await leader.say("/100days")
    await leader.press("Ideas")
    await leader.press("Answer")
    await leader.fill({"verdict": "not_now", "reason": "There is no money this year"})
    await stage.at(NEXT_BATCH)
    for told in (ann, bob):
        assert "has been answered" in await told.sees()
        await told.press("Read it")
        assert "There is no money this year" in await told.sees()
    assert "There is no money this year" in await stage.housing()


async def test_an_unnamed_idea_waits_for_its_batch_and_its_author_is_told(stage: Stage) -> None:
    """As safe as an unnamed story: nothing of it before three, never a name, and the news finds its author."""
    ann, leader = stage.person(5), stage.person(0)
    await stage.at(OPENS)
    await offer(stage, 5, named="no")
    await stage.at(BATCH - timedelta(minutes=1))
    assert IDEA not in await stage.housing()
    await stage.at(BATCH)
    assert IDEA in await stage.housing()
    assert "Person 5" not in await stage.housing()
    await leader.say("/100days")
    await leader.press("Ideas")
    await leader.press("Answer")
    await leader.fill({"verdict": "planned", "reason": "It starts with housing"})
    await stage.at(NEXT_BATCH)
    assert "It starts with housing" in await stage.housing()
    assert "has been answered" in await ann.sees()
    assert "has been answered" not in await leader.sees()


async def test_its_words_are_frozen_by_the_first_vote(stage: Stage) -> None:
    """Until then they can be changed, also where they stand already; afterwards not."""
    ann, bob = stage.person(5), stage.person(6)
    await stage.at(OPENS)
    await offer(stage, 5)
    await stage.at(OPENS + timedelta(minutes=1))
    await ann.press("Change it")
    await ann.fill({"text": "One form in place of four"})
    await stage.at(OPENS + timedelta(minutes=2))
    assert "One form in place of four" in await stage.housing()
    assert IDEA not in await stage.housing()
    await bob.say("/100days")
    await bob.press("Ideas")
    await bob.press("I back this")
    await ann.press("Change it")
    assert "stay as they are" in await ann.sees()


async def test_leaders_are_reminded_and_then_it_leads_the_digest(stage: Stage) -> None:
    """One message a week to whoever answers; after ten working days the digest begins with it."""
    leader, colleague = stage.person(0), stage.person(6)
    await stage.at(OPENS)
    await offer(stage, 5)
    week = timedelta(weeks=1)
    await stage.at(OPENS + week)
    assert "1 idea waits for your answer" in await leader.sees()
    assert "waits for your answer" not in await colleague.sees()
    await stage.at(CLOSES + 2 * week)
    await stage.at(DIGEST + 2 * week)
    said = await stage.housing()
    assert "1 idea should have been answered by now, the oldest by Monday 30 November." in said


async def test_duplicates_are_merged_only_with_the_author_s_yes(stage: Stage) -> None:
    """The leader asks, the author says yes, and both authors hear of the one answer."""
    ann, bob, leader = stage.person(5), stage.person(6), stage.person(0)
    await stage.at(BEFORE)
    await stage.at(OPENS)
    await offer(stage, 5)
    await leader.say("/100days")
    await leader.press("Ideas")
    await leader.press("It is the same as another")
    assert "no other idea" in await leader.sees()
    await offer(stage, 6, "A single form for everything")
    await leader.say("/100days")
    await leader.press("Ideas")
    await leader.press("It is the same as another")
    await leader.fill({})
    async with stage.product.store.view() as tx:
        [asked] = [each for each in await tx.ideas.of_organisation(stage.programme.organisation) if each.same_as]
    author = ann if asked.text == IDEA else bob
    await stage.at(BATCH)
    assert "Is your idea the same as another one?" in await author.sees()
    await author.press("Yes, make them one")
    async with stage.product.store.view() as tx:
        merged = await tx.ideas.get(asked.id)
    assert merged is not None and merged.into == asked.same_as
