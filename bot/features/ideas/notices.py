"""What reaches channels, leaders, and whoever offered or backs an idea."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.composing import Reader
from bot.core import Call
from bot.delivery import edit
from bot.domain.calendar import next_batch
from bot.domain.digests import DigestWeek
from bot.domain.ideas import Idea
from bot.feature import Said
from bot.features.ideas import screens
from bot.leading import answering, units_answered_by
from bot.plan import Due, Work
from bot.ports.outbox import Destination, When
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
    """An idea that somebody backs has been answered."""

    idea: str


@dataclass(frozen=True, slots=True)
class OwnIdeaAnswered(Notice, batched=True):
    """An idea has been answered, or what it was merged into: `answered`. Its author is found when this is sent."""

    idea: str
    answered: str


@dataclass(frozen=True, slots=True)
class MergeProposed(Notice, batched=True):
    """The author of an idea is asked whether it is the same as another one."""

    idea: str
    other: str


async def compose_shared(notice: IdeaShared, reader: Reader) -> View | None:
    """The idea for a channel, as it stands now; a withdrawn one is not sent, and where it stands it says so."""
    idea = await reader.tx.ideas.get(notice.idea)
    if idea is None or reader.channel is None or not idea.shown_at(reader.now):
        return screens.gone(reader.words) if reader.editing else None
    return screens.shared(idea, await author_name(idea, reader.tx) or reader.words(N_("A colleague")), reader.words)


async def stands(idea: str, tx: Transaction) -> bool:
    """Whether an idea is not withdrawn, which it then is not until the transaction ends."""
    return await tx.ideas.lock_if_shown(idea)


async def compose_waiting(notice: IdeasWaiting, reader: Reader) -> View | None:
    """Tell somebody who answers ideas, if any still wait for them."""
    if reader.person is None:
        return None
    units = await units_answered_by(reader.person, reader.tx)
    waiting = [idea for idea in await _open(notice.programme, reader) if idea.unit in units]
    return screens.waiting(len(waiting), min(idea.due for idea in waiting), reader.words) if waiting else None


async def find_author(notice: OwnIdeaAnswered | MergeProposed, tx: Transaction) -> str | None:
    """Who offered it, found at the moment of sending and for nothing else."""
    return await tx.ideas.find_author(notice.idea)


async def compose_answered(notice: IdeaAnswered, reader: Reader) -> View | None:
    """Tell somebody who backs it."""
    idea = await reader.tx.ideas.get(notice.idea)
    return None if idea is None or idea.answer is None else screens.answered(idea, reader.words)


async def compose_own_answered(notice: OwnIdeaAnswered, reader: Reader) -> View | None:
    """Tell its author in the same words, unless they are told already: as a backer, or of another that was merged."""
    idea = await reader.tx.ideas.get(notice.answered)
    if idea is None or idea.answer is None or reader.person is None:
        return None
    if reader.person.id in await reader.tx.ideas.backers(idea.id):
        return None
    for before in await _made_one(idea, reader.tx):
        if before == notice.idea:
            return screens.answered(idea, reader.words)
        if await reader.tx.ideas.find_author(before) == reader.person.id:
            return None
    return None


async def compose_merge(notice: MergeProposed, reader: Reader) -> View | None:
    """Ask the author, while the question still stands."""
    idea, other = await reader.tx.ideas.get(notice.idea), await reader.tx.ideas.get(notice.other)
    if idea is None or other is None or not idea.open or not other.open or idea.same_as != other.id:
        return None
    return screens.asked_to_merge(idea, other, reader.words)


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
    outbox, when = call.tx.outbox, When(next_batch(call.now, call.organisation.tz))
    backed = IdeaAnswered(idea.id)
    for person in sorted(await call.tx.ideas.backers(idea.id)):
        key = f"{backed.name()}:{idea.id}:{person}"
        await outbox.queue(idea.organisation, backed, Destination(person=person), when, key)
    for each in await _made_one(idea, call.tx):
        own = OwnIdeaAnswered(each, idea.id)
        await outbox.queue(idea.organisation, own, Destination(), when, f"{own.name()}:{each}")


async def change_posts(idea: str, call: Call) -> None:
    """Have every message that an idea stands in composed again."""
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
    """One line: how many ideas wait, and how many have been answered."""
    ideas = await _of_unit(week, reader)
    waiting, answered = sum(idea.open for idea in ideas), sum(idea.answer is not None for idea in ideas)
    if not waiting and not answered:
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
