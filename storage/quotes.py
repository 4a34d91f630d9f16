"""Comments that may be quoted, and what a steward has said about them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.pulses import Pulse, State
from bot.domain.quotes import Review
from bot.domain.results import PublishedComment
from bot.plan import WeeklyMoment
from storage.results import as_comment
from storage.rows.organisations import MarkRow
from storage.rows.pulses import CommentRow, PulseRow
from storage.subject import Subject


class SqlQuotes:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def offered(self, organisation: str, since: date) -> tuple[PublishedComment, ...]:
        open_to_review = (*_own(organisation), CommentRow.pulse_id.in_(_to_come(since)))
        rows = await self._session.scalars(select(CommentRow).where(*open_to_review).order_by(CommentRow.id))
        return tuple(map(as_comment, rows))

    async def review(self, organisation: str, comment: str, was: Review, now: Review, since: date) -> bool:
        still = (CommentRow.id == comment, CommentRow.review == was, CommentRow.pulse_id.in_(_to_come(since)))
        change = update(CommentRow).where(*_own(organisation), *still).values(review=now)
        return (await self._session.execute(change.returning(CommentRow.id))).first() is not None

    async def spent(self, pulse: Pulse) -> tuple[str, ...]:
        earlier = select(PulseRow.id).where(
            PulseRow.organisation_id == pulse.organisation, PulseRow.week < pulse.week, _posted()
        )
        approved = (*_own(pulse.organisation), CommentRow.review == Review.APPROVED, CommentRow.pulse_id.in_(earlier))
        return tuple(await self._session.scalars(select(CommentRow.body).where(*approved)))


def _own(organisation: str) -> tuple[Any, ...]:
    return CommentRow.organisation_id == organisation, CommentRow.quotable


def _to_come(since: date) -> Select[str]:
    """The pulses that are sealed and whose digest is still to be posted."""
    return select(PulseRow.id).where(PulseRow.state == State.SEALED, PulseRow.week >= since, ~_posted())


def _posted() -> ColumnElement[bool]:
    """Whether the digest of a pulse has been posted."""
    return exists().where(
        MarkRow.programme_id == PulseRow.programme_id,
        MarkRow.week == PulseRow.week,
        MarkRow.event == WeeklyMoment.DIGEST,
    )


SUBJECT = Subject("quotes")
