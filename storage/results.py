"""What is left of closed pulses: numbers and comments that may be shown, and nothing that leads to a person."""

from __future__ import annotations

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ballots import PublishedComment, Results, Tally, Turnout
from bot.domain.pulses import Pulse, State
from bot.domain.themes import Sentiment
from storage.rows import BallotRow, CommentRow, DeliveryCountRow, DeliveryRow, PulseRow, TallyRow, TurnoutRow
from storage.sql import insert


class SqlResults:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def seal(self, pulse: Pulse, results: Results) -> bool:
        closing = (PulseRow.id == pulse.id, PulseRow.state == State.CLOSING)
        done = update(PulseRow).where(*closing).values(state=State.SEALED, seal=None).returning(PulseRow.id)
        if (await self._session.execute(done)).first() is None:
            return False
        self._session.add_all(_rows(pulse, results))
        await self._session.flush()
        await self._session.execute(delete(BallotRow).where(BallotRow.pulse_id == pulse.id))
        await self._forget_deliveries(pulse)
        return True

    async def of(self, pulse: str) -> Results:
        tallies = await self._session.scalars(select(TallyRow).where(TallyRow.pulse_id == pulse))
        turnouts = await self._session.scalars(select(TurnoutRow).where(TurnoutRow.pulse_id == pulse))
        comments = await self._session.scalars(
            select(CommentRow).where(CommentRow.pulse_id == pulse).order_by(CommentRow.id)
        )
        return Results(
            tuple(Turnout(row.unit_id, row.eligible, row.answered) for row in turnouts),
            tuple(Tally(row.unit_id, row.item, tuple(row.counts)) for row in tallies),
            tuple(map(_comment, comments)),
        )

    async def comments_before(self, pulse: Pulse, weeks: int) -> tuple[PublishedComment, ...]:
        earlier = (
            select(PulseRow.id)
            .where(PulseRow.programme_id == pulse.programme, PulseRow.week < pulse.week)
            .order_by(PulseRow.week.desc())
            .limit(weeks)
        )
        rows = await self._session.scalars(select(CommentRow).where(CommentRow.pulse_id.in_(earlier)))
        return tuple(map(_comment, rows))

    async def _forget_deliveries(self, pulse: Pulse) -> None:
        """Keep how many were sent and how they ended; forget to whom."""
        own = DeliveryRow.pulse_id == pulse.id
        counted = (
            select(literal(pulse.id), DeliveryRow.notice, DeliveryRow.state, literal(pulse.organisation), func.count())
            .where(own)
            .group_by(DeliveryRow.notice, DeliveryRow.state)
        )
        columns = ["pulse_id", "notice", "state", "organisation_id", "n"]
        await self._session.execute(insert(self._session, DeliveryCountRow).from_select(columns, counted))
        await self._session.execute(delete(DeliveryRow).where(own))


def _rows(pulse: Pulse, results: Results) -> list[TallyRow | TurnoutRow | CommentRow]:
    own = {"pulse_id": pulse.id, "organisation_id": pulse.organisation}
    tallies = [TallyRow(**own, unit_id=t.unit, item=t.item, counts=list(t.counts)) for t in results.tallies]
    turnouts = [TurnoutRow(**own, unit_id=t.unit, eligible=t.eligible, answered=t.answered) for t in results.turnouts]
    comments = [
        CommentRow(**own, id=c.id, unit_id=c.unit, body=c.body, band=c.band, quotable=c.quotable)
        for c in sorted(results.comments, key=lambda comment: comment.id)
    ]
    return [*tallies, *turnouts, *comments]


def _comment(row: CommentRow) -> PublishedComment:
    return PublishedComment(row.id, row.unit_id, row.body, Sentiment(row.band) if row.band else None, row.quotable)
