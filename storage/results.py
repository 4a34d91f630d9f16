"""What is left of closed pulses: numbers and comments that may be shown, and nothing that leads to a person."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.numbers import Number
from bot.domain.people import Segment
from bot.domain.pulses import Pulse, State
from bot.domain.quotes import Review
from bot.domain.results import Index, PublishedComment, Results, SegmentNumber, Turnout, UnitNumber
from bot.domain.themes import Sentiment
from storage.rows.base import Row
from storage.rows.pulses import CommentRow, IndexRow, NumberRow, PulseRow, SegmentNumberRow, TurnoutRow
from storage.subject import Subject

AT_ONCE = 500


class SqlResults:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def seal(self, pulse: Pulse, results: Results) -> bool:
        closing = (PulseRow.id == pulse.id, PulseRow.state == State.CLOSING)
        done = update(PulseRow).where(*closing).values(state=State.SEALED, seal=None).returning(PulseRow.id)
        if (await self._session.execute(done)).first() is None:
            return False
        for row, values in _rows(pulse, results):
            # Ten thousand comments at once would keep everybody else in this process waiting.
            for start in range(0, len(values), AT_ONCE):
                some = values[start : start + AT_ONCE]
                await self._session.execute(insert(row), some, execution_options={"render_nulls": True})
        return True

    async def for_pulse(self, pulse: str) -> Results:
        numbers = await self._session.scalars(select(NumberRow).where(NumberRow.pulse_id == pulse))
        turnouts = await self._session.scalars(select(TurnoutRow).where(TurnoutRow.pulse_id == pulse))
        indices = await self._session.scalars(select(IndexRow).where(IndexRow.pulse_id == pulse))
        segments = await self._session.scalars(select(SegmentNumberRow).where(SegmentNumberRow.pulse_id == pulse))
        comments = await self._session.scalars(
            select(CommentRow).where(CommentRow.pulse_id == pulse).order_by(CommentRow.id)
        )
        return Results(
            tuple(Turnout(row.unit_id, row.band, row.basis) for row in turnouts),
            tuple(UnitNumber(row.unit_id, _number(row)) for row in numbers),
            tuple(Index(row.unit_id, row.value, row.basis) for row in indices),
            tuple(SegmentNumber(Segment(row.dimension), row.segment, _number(row)) for row in segments),
            tuple(map(as_comment, comments)),
        )

    async def comments_before(self, pulse: Pulse, weeks: int) -> tuple[PublishedComment, ...]:
        earlier = (
            select(PulseRow.id)
            .where(PulseRow.programme_id == pulse.programme, PulseRow.week < pulse.week)
            .order_by(PulseRow.week.desc())
            .limit(weeks)
        )
        rows = await self._session.scalars(select(CommentRow).where(CommentRow.pulse_id.in_(earlier)))
        return tuple(map(as_comment, rows))


def _number(row: NumberRow | SegmentNumberRow) -> Number:
    return Number(row.item, row.share, row.mean, row.at_least, row.counted, row.basis)


def _values(number: Number) -> dict[str, object]:
    return {
        "item": number.item,
        "share": number.share,
        "mean": number.mean,
        "at_least": number.at_least,
        "counted": number.counted,
        "basis": number.basis,
    }


def _rows(pulse: Pulse, results: Results) -> Iterator[tuple[type[Row], list[dict[str, object]]]]:
    own = {"pulse_id": pulse.id, "organisation_id": pulse.organisation}
    yield NumberRow, [{**own, "unit_id": n.unit, **_values(n.number)} for n in results.numbers]
    yield IndexRow, [{**own, "unit_id": i.unit, "value": i.value, "basis": i.basis} for i in results.indices]
    yield (
        SegmentNumberRow,
        [{**own, "dimension": n.segment, "segment": n.label, **_values(n.number)} for n in results.segments],
    )
    yield TurnoutRow, [{**own, "unit_id": t.unit, "band": t.band, "basis": t.basis} for t in results.turnouts]
    yield (
        CommentRow,
        [
            {**own, "id": c.id, "unit_id": c.unit, "body": c.body, "band": c.band, "quotable": c.quotable}
            for c in sorted(results.comments, key=lambda comment: comment.id)
        ],
    )


def as_comment(row: CommentRow) -> PublishedComment:
    """A comment as the core knows it."""
    band = Sentiment(row.band) if row.band else None
    return PublishedComment(row.id, row.unit_id, row.body, band, row.quotable, Review(row.review))


SUBJECT = Subject("results")
