"""What is left of closed pulses: numbers and comments that may be shown, and nothing that leads to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ballots import PublishedComment, Results, SegmentTally, Tally, Turnout
from bot.domain.guard import Moves, Past
from bot.domain.people import Labels, Segment
from bot.domain.publishing import BLOCK, RING, Partition
from bot.domain.pulses import ROSTER, Pulse, State
from bot.domain.quotes import Review
from bot.domain.themes import Sentiment
from storage.rows.base import Row
from storage.rows.pulses import CommentRow, PartitionRow, PulseRow, RosterRow, SegmentTallyRow, TallyRow, TurnoutRow
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
        tallies = await self._session.scalars(select(TallyRow).where(TallyRow.pulse_id == pulse))
        turnouts = await self._session.scalars(select(TurnoutRow).where(TurnoutRow.pulse_id == pulse))
        segments = await self._session.scalars(select(SegmentTallyRow).where(SegmentTallyRow.pulse_id == pulse))
        comments = await self._session.scalars(
            select(CommentRow).where(CommentRow.pulse_id == pulse).order_by(CommentRow.id)
        )
        return Results(
            tuple(Turnout(row.unit_id, row.eligible, row.answered) for row in turnouts),
            tuple(Tally(row.unit_id, row.item, tuple(row.counts)) for row in tallies),
            tuple(map(as_comment, comments)),
            tuple(SegmentTally(Segment(row.dimension), row.segment, row.item, tuple(row.counts)) for row in segments),
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

    async def published_before(self, pulse: Pulse) -> Mapping[str, Sequence[Past]]:
        found: dict[str, list[Past]] = {}
        for published, segments in await self._session.execute(_published(pulse)):
            partitions = await self._partitions(published, tuple(map(Segment, segments)))
            asked_again = {item: partition for item, partition in partitions.items() if item in pulse.items}
            moves = await self._moves(published, pulse.id) if asked_again else {}
            for item, partition in asked_again.items():
                found.setdefault(item, []).append(Past(partition, moves))
        return found

    async def _partitions(self, pulse: str, segments: tuple[Segment, ...]) -> Mapping[str, Partition]:
        rows = await self._session.scalars(select(PartitionRow).where(PartitionRow.pulse_id == pulse))
        groups = {(row.item, row.side): row.groups for row in rows}
        items = {item for item, _ in groups}
        return {item: Partition(segments, groups[item, RING], groups[item, BLOCK]) for item in items}

    async def _moves(self, before: str, after: str) -> Moves:
        """How many people stood where on two rosters."""
        then, now = (
            select(RosterRow).where(RosterRow.pulse_id == pulse).subquery(name)
            for pulse, name in ((before, "then_at"), (after, "now_at"))
        )
        stayed_or_left = then.outerjoin(now, then.c.person_id == now.c.person_id)
        came = now.outerjoin(then, then.c.person_id == now.c.person_id)
        labels = [table.c[name] for table in (then, now) for name in ("unit_id", "place", "grade")]
        counted = select(*labels, func.count()).group_by(*labels)
        moves: dict[tuple[Labels | None, Labels | None], int] = {}
        for query in (
            counted.select_from(stayed_or_left),
            counted.select_from(came).where(then.c.person_id.is_(None)),
        ):
            for *where, n in await self._session.execute(query):
                moves[_labels(where[:3]), _labels(where[3:])] = n
        return moves


def _published(pulse: Pulse) -> Select[str, list[str]]:
    """What was published before it and may still have a roster, in all programmes of its organisation.

    That can be a later week, where this one had to wait for its trustee, and the same week of another programme.
    """
    return (
        select(PulseRow.id, PulseRow.segments)
        .where(PulseRow.organisation_id == pulse.organisation, PulseRow.state == State.SEALED, PulseRow.id != pulse.id)
        .where(PulseRow.week.between(pulse.week - ROSTER.lasts(), pulse.week + ROSTER.lasts()))
        .order_by(PulseRow.week.desc(), PulseRow.id)
    )


def _labels(row: Sequence[str | None]) -> Labels | None:
    unit, place, grade = row
    return None if unit is None else Labels(unit, place or "", grade or "")


def _rows(pulse: Pulse, results: Results) -> Iterator[tuple[type[Row], list[dict[str, object]]]]:
    own = {"pulse_id": pulse.id, "organisation_id": pulse.organisation}
    yield TallyRow, [{**own, "unit_id": t.unit, "item": t.item, "counts": list(t.counts)} for t in results.tallies]
    yield (
        SegmentTallyRow,
        [
            {**own, "dimension": t.segment, "segment": t.label, "item": t.item, "counts": list(t.counts)}
            for t in results.segments
        ],
    )
    yield (
        TurnoutRow,
        [{**own, "unit_id": t.unit, "eligible": t.eligible, "answered": t.answered} for t in results.turnouts],
    )
    yield (
        CommentRow,
        [
            {**own, "id": c.id, "unit_id": c.unit, "body": c.body, "band": c.band, "quotable": c.quotable}
            for c in sorted(results.comments, key=lambda comment: comment.id)
        ],
    )
    yield (
        PartitionRow,
        [
            {**own, "item": item, "side": side, "groups": dict(groups)}
            for item, partition in results.partitions.items()
            for side, groups in ((RING, partition.rings), (BLOCK, partition.blocks))
        ],
    )


def as_comment(row: CommentRow) -> PublishedComment:
    """A comment as the core knows it."""
    band = Sentiment(row.band) if row.band else None
    return PublishedComment(row.id, row.unit_id, row.body, band, row.quotable, Review(row.review))


SUBJECT = Subject("results")
