"""Ideas. The author of an unnamed one is a locked route under the programme's own key, as the teller of a story is.

Who backs an idea stands in slots under that key, as answers to a pulse do: to find one, a person is tried.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ideas import AUTHORS, BACKING, IDEAS, Idea, IdeaAnswer, IdeaKind, Verdict
from bot.domain.ids import new_id
from storage.keys import KeyStore
from storage.programme_keys import ProgrammeKeys, by_end, needed_for
from storage.rows.ideas import BackingRow, IdeaRow
from storage.seal import SLOT_BYTES, lock_route, unlock_route
from storage.sql import insert
from storage.subject import Batched, Ends, ErasureEffect, Personal, Purge, Subject, Way

KIND = "ideas"


class SqlIdeas:
    def __init__(self, session: AsyncSession, keys: KeyStore) -> None:
        self._session = session
        self._keys = ProgrammeKeys(keys, KIND)

    async def add(self, idea: Idea, author: str) -> None:
        route = None if idea.author else lock_route(await self._keys.get(idea.programme), author)
        row = IdeaRow(id=idea.id, organisation_id=idea.organisation, programme_id=idea.programme, route=route, backed=0)
        row.frozen, row.edition = False, 0
        row.author, row.unit_id, row.kind = idea.author or None, idea.unit, idea.kind
        row.day, row.due, row.shown_from, row.withdrawn = idea.day, idea.due, idea.shown_from, False
        _write(row, idea)
        self._session.add(row)
        await self._session.flush()

    async def get(self, idea: str) -> Idea | None:
        return await self._one(select(IdeaRow).where(IdeaRow.id == idea))

    async def lock(self, idea: str) -> Idea | None:
        return await self._one(select(IdeaRow).where(IdeaRow.id == idea).with_for_update())

    async def lock_if_shown(self, idea: str, edition: int) -> bool:
        query = select(IdeaRow.withdrawn, IdeaRow.edition).where(IdeaRow.id == idea).with_for_update(read=True)
        row = (await self._session.execute(query)).first()
        return row is not None and not row.withdrawn and row.edition == edition

    async def of_organisation(self, organisation: str) -> tuple[Idea, ...]:
        return await self._ideas(await self._rows(organisation))

    async def by_author(self, organisation: str, person: str) -> tuple[Idea, ...]:
        rows = await self._rows(organisation)
        authors = await self._authors(rows)
        return await self._ideas([row for row in rows if authors[row.id] == person])

    async def find_author(self, idea: str) -> str | None:
        row = await self._session.get(IdeaRow, idea)
        return (await self._authors([row]))[row.id] if row else None

    async def save(self, idea: Idea) -> None:
        row = await self._session.get_one(IdeaRow, idea.id)
        _write(row, idea)
        row.edition += 1
        await self._session.flush()

    async def discard(self, idea: str) -> tuple[str, ...]:
        erased = {"text": "", "reason": "", "verdict": None, "hours": 0, "author": None, "route": None}
        gone = {**erased, "withdrawn": True, "edition": IdeaRow.edition + 1}
        await self._session.execute(update(IdeaRow).where(IdeaRow.id == idea).values(**gone))
        await self._session.execute(delete(BackingRow).where(BackingRow.idea_id == idea))
        merged = update(IdeaRow).where(IdeaRow.into == idea).values(into=None, edition=IdeaRow.edition + 1)
        return tuple(await self._session.scalars(merged.returning(IdeaRow.id)))

    async def back(self, idea: Idea, person: str) -> None:
        slot = backing_slot(await self._keys.get(idea.programme), idea.id, person)
        values = {"id": new_id(), "idea_id": idea.id, "slot": slot, "organisation_id": idea.organisation}
        await self._session.execute(insert(self._session, BackingRow).values(**values).on_conflict_do_nothing())
        unfrozen = (IdeaRow.id == idea.id, IdeaRow.frozen.is_(False))
        await self._session.execute(update(IdeaRow).where(*unfrozen).values(frozen=True))

    async def backed(self, ideas: Collection[Idea], person: str) -> frozenset[str]:
        slots = {slot: idea for idea, slot in (await self._slots(ideas, person)).items()}
        found = await self._session.scalars(select(BackingRow.slot).where(BackingRow.slot.in_(slots)))
        return frozenset(slots[slot] for slot in found)

    async def backers(self, idea: Idea, people: Collection[str]) -> frozenset[str]:
        slots = set(await self._session.scalars(select(BackingRow.slot).where(BackingRow.idea_id == idea.id)))
        keys = await self._keys.known({idea.programme}) if slots else {}
        return frozenset(p for key in keys.values() for p in people if backing_slot(key, idea.id, p) in slots)

    async def stop_backing(self, organisation: str, person: str) -> None:
        # Locked in one order by all: a merge that goes on meanwhile would copy what is forgotten here.
        own = select(IdeaRow).where(IdeaRow.organisation_id == organisation).order_by(IdeaRow.id).with_for_update()
        rows = [_idea(row, 0) for row in await self._session.scalars(own)]
        slots = (await self._slots(rows, person)).values()
        await self._session.execute(delete(BackingRow).where(BackingRow.slot.in_(list(slots))))

    async def merge(self, idea: Idea, into: Idea, people: Collection[str]) -> None:
        for person in sorted(await self.backers(idea, people)):
            await self.back(into, person)
        merged = (IdeaRow.id == idea.id) | (IdeaRow.into == idea.id)
        change = {"into": into.id, "same_as": None, "edition": IdeaRow.edition + 1}
        await self._session.execute(update(IdeaRow).where(merged).values(**change))

    async def _slots(self, ideas: Collection[Idea], person: str) -> Mapping[str, bytes]:
        """Where this person would stand among the backers of each of these ideas."""
        keys = await self._keys.known({idea.programme for idea in ideas})
        known = ((idea.id, keys.get(idea.programme)) for idea in ideas)
        return {idea: backing_slot(key, idea, person) for idea, key in known if key}

    async def _one(self, query: Select[IdeaRow]) -> Idea | None:
        row = await self._session.scalar(query.execution_options(populate_existing=True))
        return (await self._ideas([row]))[0] if row else None

    async def _rows(self, organisation: str) -> list[IdeaRow]:
        query = select(IdeaRow).where(IdeaRow.organisation_id == organisation, IdeaRow.withdrawn.is_(False))
        return list(await self._session.scalars(query.order_by(IdeaRow.id)))

    async def _ideas(self, rows: Collection[IdeaRow]) -> tuple[Idea, ...]:
        counted = select(BackingRow.idea_id, func.count().label("n")).where(
            BackingRow.idea_id.in_([row.id for row in rows])
        )
        counts = await self._session.execute(counted.group_by(BackingRow.idea_id))
        found = {row.idea_id: row.n for row in counts}
        return tuple(_idea(row, row.backed + found.get(row.id, 0)) for row in rows)

    async def _authors(self, rows: Collection[IdeaRow]) -> Mapping[str, str | None]:
        """Who offered each of these, where that can be found."""
        keys = await self._keys.known({row.programme_id for row in rows if row.route})
        return {row.id: _author(row, keys.get(row.programme_id)) for row in rows}


async def forget_authors(session: AsyncSession, now: datetime) -> None:
    """Forget the routes of programmes whose keys go: without them they are noise, and noise need not be kept."""
    over = (await by_end(session, now.date(), AUTHORS))[True]
    routes = (IdeaRow.programme_id.in_(over), IdeaRow.route.is_not(None))
    await session.execute(update(IdeaRow).where(*routes).values(route=None))


async def forget_backers(session: AsyncSession, now: datetime) -> None:
    """Keep only how many backed an idea, once it was answered and they have been told, or its programme has ended."""
    answered = IdeaRow.answered_on < now.date() - BACKING.lasts()
    over = IdeaRow.programme_id.in_((await by_end(session, now.date(), BACKING))[True])
    query = select(IdeaRow.id).where(answered | over, select(BackingRow).where(_of_idea()).exists())
    old = list(await session.scalars(query))
    n = select(func.count()).where(_of_idea()).scalar_subquery()
    await session.execute(update(IdeaRow).where(IdeaRow.id.in_(old)).values(backed=IdeaRow.backed + n))
    await session.execute(delete(BackingRow).where(BackingRow.idea_id.in_(old)))


def _of_idea() -> ColumnElement[bool]:
    return BackingRow.idea_id == IdeaRow.id


def backing_slot(key: bytes, idea: str, person: str) -> bytes:
    """Where a person stands among the backers of an idea. Without the programme's key it leads to nobody."""
    return hmac.digest(key, f"backs|{idea}|{person}".encode(), hashlib.sha256)[:SLOT_BYTES]


def _author(row: IdeaRow, key: bytes | None) -> str | None:
    return unlock_route(key, row.route) if row.route and key else row.author


def _write(row: IdeaRow, idea: Idea) -> None:
    """What of an idea can change."""
    row.text, row.hours, row.apart = idea.text, idea.hours, idea.apart
    row.into, row.same_as = idea.into or None, idea.same_as or None
    row.verdict = idea.answer.verdict if idea.answer else None
    row.reason = idea.answer.reason if idea.answer else ""
    row.answered_on = idea.answer.day if idea.answer else None
    row.planned_for = idea.answer.by if idea.answer else None


def _idea(row: IdeaRow, backed: int) -> Idea:
    return Idea(
        id=row.id,
        organisation=row.organisation_id,
        programme=row.programme_id,
        unit=row.unit_id,
        kind=IdeaKind(row.kind),
        text=row.text,
        hours=row.hours,
        day=row.day,
        due=row.due,
        shown_from=row.shown_from,
        author=row.author or "",
        answer=_answer(row),
        into=row.into or "",
        same_as=row.same_as or "",
        apart=row.apart,
        withdrawn=row.withdrawn,
        backed=backed,
        frozen=row.frozen,
        edition=row.edition,
    )


def _answer(row: IdeaRow) -> IdeaAnswer | None:
    if row.verdict is None or row.answered_on is None:
        return None
    return IdeaAnswer(Verdict(row.verdict), row.reason, row.answered_on, row.planned_for)


GOES, STAYS = ErasureEffect.GOES, ErasureEffect.STAYS
OPEN = (IdeaRow.verdict.is_(None), IdeaRow.withdrawn.is_(False))
"""What may still be backed. Its rows are written again first, so that they are locked before those of its backers."""

SUBJECT = Subject(
    "ideas",
    personal=(
        Personal(IdeaRow.author, IDEAS, erased=GOES, departed=STAYS, ends=Ends.PERSON),
        Personal(IdeaRow.route, AUTHORS, erased=GOES, departed=STAYS, ends=Ends.CLOCK, way=Way.LOCKED),
        Personal(BackingRow.slot, BACKING, erased=GOES, departed=STAYS, ends=Ends.CLOCK, way=Way.LOCKED),
    ),
    purges=(Purge(forget_authors, AUTHORS), Purge(forget_backers, BACKING)),
    keys=needed_for(KIND, AUTHORS),
    batched=(
        Batched(IdeaRow, again=select(IdeaRow.id).where(*OPEN), timed=True),
        Batched(BackingRow, again=select(BackingRow.id).join(IdeaRow, _of_idea()).where(*OPEN)),
    ),
)
