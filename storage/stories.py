"""Stories. The teller of an unnamed one is a locked route under the programme's own key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.digests import Span
from bot.domain.stories import DRAFTS, STORIES, TELLERS, Audience, Story, StoryKind, StoryState
from storage.keys import KeyStore
from storage.programme_keys import ProgrammeKeys, by_end, needed_for
from storage.rows.stories import StoryRow
from storage.seal import lock_route, unlock_route
from storage.subject import Batched, Ends, ErasureEffect, Personal, Purge, Subject, Way

KIND = "stories"


class SqlStories:
    def __init__(self, session: AsyncSession, keys: KeyStore) -> None:
        self._session = session
        self._keys = ProgrammeKeys(keys, KIND)

    async def draft(self, story: Story, person: str) -> None:
        """Even a story that will be named starts with a locked route: its teller has not chosen yet."""
        row = StoryRow(id=story.id, organisation_id=story.organisation, programme_id=story.programme)
        _write(row, story)
        row.route = lock_route(await self._keys.get(story.programme), person)
        self._session.add(row)
        await self._session.flush()

    async def get(self, story: str) -> Story | None:
        row = await self._session.get(StoryRow, story)
        return _story(row) if row else None

    async def told_by(self, story: str, person: str) -> bool:
        row = await self._session.get(StoryRow, story)
        return row is not None and (await self._tellers([row]))[row.id] == person

    async def by_teller(self, organisation: str, person: str) -> tuple[Story, ...]:
        query = select(StoryRow).where(StoryRow.organisation_id == organisation, StoryRow.state != StoryState.WITHDRAWN)
        rows = list(await self._session.scalars(query.order_by(StoryRow.day.desc(), StoryRow.id)))
        tellers = await self._tellers(rows)
        return tuple(_story(row) for row in rows if tellers[row.id] == person)

    async def save(self, story: Story) -> None:
        row = await self._session.get_one(StoryRow, story.id)
        _write(row, story)
        await self._session.flush()

    async def lock_if_shared(self, story: str) -> bool:
        query = select(StoryRow.state).where(StoryRow.id == story).with_for_update(read=True)
        return await self._session.scalar(query) == StoryState.SHARED

    async def shared(self, programme: str, span: Span, now: datetime) -> tuple[Story, ...]:
        (first_day, next_day), (first_batch, next_batch) = span.days, span.batches
        at_once, batch = StoryRow.shown_from.is_(None), StoryRow.shown_from
        query = select(StoryRow).where(
            StoryRow.programme_id == programme,
            StoryRow.state == StoryState.SHARED,
            or_(
                and_(at_once, StoryRow.day >= first_day, StoryRow.day < next_day),
                and_(batch >= first_batch, batch < next_batch, batch <= now),
            ),
        )
        return tuple(map(_story, await self._session.scalars(query.order_by(StoryRow.id))))

    async def discard(self, story: str, state: StoryState) -> None:
        if state is StoryState.DRAFT:
            await self._session.execute(delete(StoryRow).where(StoryRow.id == story))
            return
        erased = {"text": "", "changed": "", "teller": None, "route": None, "state": StoryState.WITHDRAWN}
        await self._session.execute(update(StoryRow).where(StoryRow.id == story).values(**erased))

    async def _tellers(self, rows: Collection[StoryRow]) -> Mapping[str, str]:
        """Who told each of these, where that can be found."""
        keys = await self._keys.known({row.programme_id for row in rows if row.route})
        return {row.id: _teller(row, keys.get(row.programme_id)) for row in rows}


async def forget_drafts(session: AsyncSession, now: datetime) -> None:
    """Forget drafts that nobody shared."""
    old = StoryRow.day < now.date() - DRAFTS.lasts()
    await session.execute(delete(StoryRow).where(StoryRow.state == StoryState.DRAFT, old))


async def forget_tellers(session: AsyncSession, now: datetime) -> None:
    """Forget the routes of programmes whose keys go: without them they are noise, and noise need not be kept."""
    over = (await by_end(session, now.date(), TELLERS))[True]
    routes = (StoryRow.programme_id.in_(over), StoryRow.route.is_not(None))
    await session.execute(update(StoryRow).where(*routes).values(route=None))


def _teller(row: StoryRow, key: bytes | None) -> str:
    return unlock_route(key, row.route) if row.route and key else row.teller or ""


def _write(row: StoryRow, story: Story) -> None:
    row.unit_id, row.kind, row.text, row.changed = story.unit, story.kind, story.text, story.changed
    row.audience, row.day, row.state = story.audience, story.day, story.state
    row.shown_from = story.shown_from
    row.teller = story.teller or None
    if row.teller:
        row.route = None


def _story(row: StoryRow) -> Story:
    return Story(
        id=row.id,
        organisation=row.organisation_id,
        programme=row.programme_id,
        unit=row.unit_id,
        kind=StoryKind(row.kind),
        text=row.text,
        changed=row.changed,
        audience=Audience(row.audience),
        day=row.day,
        state=StoryState(row.state),
        teller=row.teller or "",
        shown_from=row.shown_from,
    )


GOES, STAYS = ErasureEffect.GOES, ErasureEffect.STAYS
SUBJECT = Subject(
    "stories",
    personal=(
        Personal(StoryRow.teller, STORIES, erased=GOES, departed=STAYS, ends=Ends.PERSON),
        Personal(StoryRow.route, TELLERS, erased=GOES, departed=STAYS, ends=Ends.CLOCK, way=Way.LOCKED),
    ),
    purges=(Purge(forget_drafts, DRAFTS), Purge(forget_tellers, TELLERS)),
    keys=needed_for(KIND, TELLERS),
    batched=(Batched(StoryRow, again=select(StoryRow.id).where(StoryRow.state == StoryState.DRAFT), timed=True),),
)
