"""What reaches channels, leaders, and whoever offered or backs an idea."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from bot.composing import Moment, Reader
from bot.core import Call
from bot.delivery import edit
from bot.domain import ideas as rules
from bot.domain.calendar import bank_holidays, batch_of_another_day
from bot.domain.digests import DigestWeek
from bot.domain.ideas import Idea
from bot.domain.ids import new_id
from bot.feature import Said
from bot.features.ideas import screens
from bot.leading import answering, units_answered_by
from bot.plan import Due, Work
from bot.ports.outbox import Again, Destination, When
from bot.ports.store import Transaction
from bot.views import View
from bot.wire import Notice
from bot.words import N_

ASKED = "ideas"
"""What the week's reminder of ideas is claimed by."""


@dataclass(frozen=True, slots=True)
class IdeaShared(Notice, batched=True):
    """An idea may be shown in a channel."""

    idea: str


@dataclass(frozen=True, slots=True)
class IdeasWaiting(Notice):
    """Ideas wait for a leader's answer, in the week of this Monday."""

    programme: str
    week: date


@dataclass(frozen=True, slots=True)
class IdeaAnswered(Notice, batched=True):
    """Ideas that somebody backs have been answered since this day. Which ones stands nowhere beside the person.

    `telling` rises where it is in doubt whether they were told.
    """

    since: date
    telling: int = 1


@dataclass(frozen=True, slots=True)
class OwnIdeaAnswered(Notice, batched=True):
    """An idea has been answered, or what it was merged into: `answered`. Its author is found when this is sent."""

    idea: str
    answered: str
    telling: int = 1


@dataclass(frozen=True, slots=True)
class MergeProposed(Notice, batched=True):
    """The author of an idea is asked whether it is the same as another one. Only of one that has their name."""

    idea: str
    other: str
    telling: int = 1


async def compose_shared(notice: IdeaShared, reader: Reader) -> View | None:
    """The idea for a channel, as it stands now; a withdrawn one is not sent, and where it stands it says so."""
    idea = await reader.tx.ideas.get(notice.idea)
    if idea is None or reader.channel is None or not idea.shown_at(reader.now):
        return screens.gone(reader.words) if reader.editing else None
    return screens.shared(idea, await author_name(idea, reader.tx) or reader.words(N_("A colleague")), reader.words)


async def stands(idea: str, edition: int, tx: Transaction) -> bool:
    """Whether an idea is still as it was composed, which it then is until the transaction ends."""
    return await tx.ideas.lock_if_shown(idea, edition)


async def compose_waiting(notice: IdeasWaiting, reader: Reader) -> View | None:
    """Tell somebody who answers ideas, if any still wait for them."""
    if reader.person is None:
        return None
    units = await units_answered_by(reader.person, reader.tx)
    waiting = [idea for idea in await _open(notice.programme, reader) if idea.unit in units]
    return screens.waiting(len(waiting), min(idea.due for idea in waiting), reader.words) if waiting else None


async def find_author(notice: OwnIdeaAnswered, tx: Transaction) -> str | None:
    """Who offered it, found at the moment of sending and for nothing else."""
    return await tx.ideas.find_author(notice.idea)


async def compose_answered(notice: IdeaAnswered, reader: Reader) -> View | None:
    """Tell somebody who backs one that was answered."""
    found = await reader.tx.ideas.of_organisation(reader.organisation.id)
    answered = [idea for idea in found if idea.answer and idea.answer.day >= notice.since]
    if reader.person is None or not await reader.tx.ideas.backed(answered, reader.person.id):
        return None
    return screens.answered(reader.words, again=notice.telling > 1)


async def compose_own_answered(notice: OwnIdeaAnswered, reader: Reader) -> View | None:
    """Tell its author in the same words, unless they are told already: as a backer, or of another that was merged."""
    idea = await reader.tx.ideas.get(notice.answered)
    if idea is None or idea.withdrawn or idea.answer is None or reader.person is None:
        return None
    if await reader.tx.ideas.backed([idea], reader.person.id):
        return None
    parts = await _made_one(idea, reader.tx)
    for before in parts[: parts.index(notice.idea) if notice.idea in parts else 0]:
        if await reader.tx.ideas.find_author(before) == reader.person.id:
            return None
    return screens.answered(reader.words, again=notice.telling > 1)


async def compose_merge(notice: MergeProposed, reader: Reader) -> View | None:
    """Ask the author, while the question still stands."""
    idea, other = await reader.tx.ideas.get(notice.idea), await reader.tx.ideas.get(notice.other)
    if idea is None or other is None or not idea.open or not other.open or idea.same_as != other.id:
        return None
    return screens.asked_to_merge(idea, other, reader.words)


async def tell_again(notice: IdeaAnswered | MergeProposed, at: Moment) -> Again | None:
    """Whoever may not have been told is told at the next batch, if it still is news then."""
    if notice.telling >= rules.TELLINGS:
        return None
    return Again(replace(notice, telling=notice.telling + 1), When(at.organisation.next_batch(at.now)))


async def tell_author_again(notice: OwnIdeaAnswered, at: Moment) -> Again | None:
    """An author who may not have been told is told on another day: the hour would tell where on the globe they are."""
    if notice.telling >= rules.TELLINGS:
        return None
    closed = bank_holidays(at.organisation.nation)
    when = batch_of_another_day(at.now, at.now, at.organisation.tz, closed)
    return Again(replace(notice, telling=notice.telling + 1), When(when))


async def remind(due: Due, work: Work) -> None:
    """Tell everybody who is to answer ideas, once a week and in one message, that some wait."""
    async with work.store.begin() as tx:
        if not await tx.programmes.claim(due.programme.id, due.week.monday, ASKED):
            return
        ideas = [idea for idea in await tx.ideas.of_organisation(due.organisation.id) if idea.open]
        units = {idea.unit for idea in ideas if idea.programme == due.programme.id and idea.shown_at(work.now)}
        people = {p.id for unit in sorted(units) for p in await answering(due.organisation.id, unit, tx)}
        notice, when = IdeasWaiting(due.programme.id, due.week.monday), When(work.now, not_after=due.week.closes)
        for person in sorted(people):
            key = f"{notice.name()}:{notice.programme}:{notice.week}:{person}"
            await tx.outbox.queue(due.organisation.id, notice, Destination(person=person), when, key)


async def spread(idea: Idea, call: Call) -> None:
    """Queue an idea for its unit's channels and the whole organisation's: at once with a name, else with its batch."""
    root = (await call.tx.people.tree(idea.organisation)).root.id
    for channel in await call.tx.channels.list_all(idea.organisation):
        if channel.unit in {idea.unit, root}:
            notice = IdeaShared(idea.id)
            key = f"{notice.name()}:{idea.id}:{channel.id}"
            due = When(idea.shown_from or call.now)
            await call.tx.outbox.queue(idea.organisation, notice, Destination(channel=channel.id), due, key)


async def tell_of_answer(idea: Idea, call: Call) -> None:
    """Queue the news for everybody who backs it, its author, and those of the ideas that were merged into it."""
    outbox, when = call.tx.outbox, When(call.organisation.next_batch(call.now))
    backed = IdeaAnswered(call.today)
    people = [person.id for person in await call.tx.people.list_all(idea.organisation)]
    for person in sorted(await call.tx.ideas.backers(idea, people)):
        # One message a batch, however many of theirs are answered until then.
        key = f"{backed.name()}:{when.due.isoformat()}:{person}"
        await outbox.queue(idea.organisation, backed, Destination(person=person), when, key)
    for each in await _made_one(idea, call.tx):
        own = OwnIdeaAnswered(each, idea.id)
        await outbox.queue(idea.organisation, own, Destination(), when, f"{own.name()}:{each}")


async def ask_author(idea: Idea, other: Idea, call: Call) -> None:
    """Queue the question whether two ideas are one, for the author of the first."""
    notice, when = MergeProposed(idea.id, other.id), When(call.organisation.next_batch(call.now))
    key = f"{notice.name()}:{idea.id}:{new_id()}"
    await call.tx.outbox.queue(idea.organisation, notice, Destination(person=idea.author), when, key)


async def change_posts(ideas: Collection[str], call: Call) -> None:
    """Have every message that one of these ideas stands in composed again."""
    for idea in ideas:
        for post in await call.tx.channels.posts_about(call.organisation.id, idea):
            await edit(call.tx, post, call.now)


async def author_name(idea: Idea, tx: Transaction) -> str:
    """The name of its author, where they chose to show it."""
    author = await tx.people.get(idea.author) if idea.author else None
    return author.name if author else ""


async def _open(programme: str, reader: Reader) -> list[Idea]:
    ideas = await reader.tx.ideas.of_organisation(reader.organisation.id)
    return [idea for idea in ideas if idea.open and idea.programme == programme and idea.shown_at(reader.now)]


async def _made_one(idea: Idea, tx: Transaction) -> list[str]:
    """The idea and those that were merged into it, in one order for all."""
    merged = [each.id for each in await tx.ideas.of_organisation(idea.organisation) if each.into == idea.id]
    return [idea.id, *merged]


# What the digest says: none of their words, which can be taken back where a digest lasts


async def overdue(week: DigestWeek, reader: Reader) -> Said:
    """What leads the digest: ideas that leaders have not answered in time."""
    late = [idea for idea in await _of_unit(week, reader) if idea.overdue(reader.today)]
    if not late:
        return Said()
    return Said(screens.overdue(len(late), min(idea.due for idea in late), reader.words))


async def standing(week: DigestWeek, reader: Reader) -> Said:
    """One line: how many ideas wait, and how many have been answered. Nothing where nothing happens any more."""
    ideas = await _of_unit(week, reader)
    answers = [idea.answer for idea in ideas if idea.answer]
    waiting, answered = sum(idea.open for idea in ideas), len(answers)
    if not waiting and all(answer.day < week.monday for answer in answers):
        return Said()
    return Said((screens.standing_line(waiting, answered, reader.words),))


async def _of_unit(week: DigestWeek, reader: Reader) -> list[Idea]:
    """Those of the programme that stand in this unit or below it, as far as they may be shown."""
    found = await reader.tx.ideas.of_organisation(reader.organisation.id)
    return [
        idea
        for idea in found
        if idea.programme == week.programme.id and idea.shown_at(reader.now) and week.tree.inside(idea.unit, week.unit)
    ]
