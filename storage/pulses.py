"""Programmes, pulses and their rosters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from sqlalchemy import and_, delete, exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.calendar import Rhythm, Slot
from bot.domain.people import Labels, Segment
from bot.domain.programmes import Programme
from bot.domain.pulses import ROSTER, TAKING, Pulse, State
from bot.domain.questions import Asked
from bot.errors import NotFound
from bot.words import N_
from storage.ballots import make_keys
from storage.keys import KeyStore
from storage.organisations import hold_organisation, present
from storage.rows.organisations import MarkRow, ProgrammeRow
from storage.rows.people import AccountRow, PersonRow
from storage.rows.pulses import PulseRow, RosterRow
from storage.sql import Rows, insert
from storage.subject import Ends, ErasureEffect, Personal, Purge, Subject
from storage.trustees import SqlTrustees


class SqlProgrammes:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, programme: Programme) -> None:
        p = programme
        self._session.add(
            ProgrammeRow(
                id=p.id,
                organisation_id=p.organisation,
                name=p.name,
                goal=p.goal,
                starts=p.starts,
                days=p.days,
                measures=list(p.measures),
                rhythm=_written(p.rhythm),
                k=p.k,
                k_comment=p.k_comment,
                segments=list(p.segments),
            )
        )
        await self._session.flush()

    async def list_all(self, organisation: str) -> tuple[Programme, ...]:
        query = select(ProgrammeRow).where(ProgrammeRow.organisation_id == organisation)
        return tuple(map(_programme, await self._session.scalars(query.order_by(ProgrammeRow.starts))))

    async def list_ids(self, organisation: str) -> tuple[str, ...]:
        query = select(ProgrammeRow.id).where(ProgrammeRow.organisation_id == organisation)
        return tuple(await self._session.scalars(query.order_by(ProgrammeRow.starts)))

    async def lock_all(self, organisation: str) -> tuple[Programme, ...]:
        await hold_organisation(self._session, organisation)
        return await self.list_all(organisation)

    async def get(self, programme: str) -> Programme:
        row = await self._session.get(ProgrammeRow, programme)
        if row is None:
            raise NotFound(N_("There is no such programme."))
        return _programme(row)

    async def set_thresholds(self, programme: Programme) -> None:
        change = update(ProgrammeRow).where(ProgrammeRow.id == programme.id)
        await self._session.execute(change.values(k=programme.k, k_comment=programme.k_comment))

    async def claim(self, programme: str, week: date, event: str) -> bool:
        of = select(literal(programme), literal(week, MarkRow.week.type), literal(event), ProgrammeRow.organisation_id)
        columns = ["programme_id", "week", "event", "organisation_id"]
        statement = insert(self._session, MarkRow).from_select(columns, of.where(ProgrammeRow.id == programme))
        done = await self._session.execute(statement.on_conflict_do_nothing().returning(MarkRow.event))
        return done.first() is not None

    async def last_claimed(self, programme: str, event: str, before: date) -> date | None:
        done = (MarkRow.programme_id == programme, MarkRow.event == event, MarkRow.week < before)
        return await self._session.scalar(select(func.max(MarkRow.week)).where(*done))


class SqlPulses:
    def __init__(self, session: AsyncSession, keys: KeyStore, rows: Rows) -> None:
        self._session = session
        self._keys = keys
        self._rows = rows

    async def open(self, pulse: Pulse) -> int:
        p = pulse
        trustee = await SqlTrustees(self._session).one(p.trustee) if p.trustee else None
        self._session.add(
            PulseRow(
                id=p.id,
                organisation_id=p.organisation,
                programme_id=p.programme,
                week=p.week,
                items=list(p.items),
                opens=p.opens,
                closes=p.closes,
                state=p.state,
                measure=p.measure,
                k=p.k,
                k_comment=p.k_comment,
                segments=list(p.segments),
                mode="anonymous",
                trustee_id=trustee.id if trustee else None,
                seal=await make_keys(self._keys, p.id, trustee),
            )
        )
        await self._session.flush()
        return await self._enrol(pulse)

    async def get(self, pulse: str) -> Pulse | None:
        row = await self._rows.get(PulseRow, pulse)
        return _pulse(row) if row else None

    async def lock(self, pulse: str) -> Pulse | None:
        query = select(PulseRow).where(PulseRow.id == pulse).with_for_update(read=True)
        row = await self._session.scalar(query)
        return _pulse(row) if row else None

    async def current(self, programme: str) -> Pulse | None:
        query = select(PulseRow).where(PulseRow.programme_id == programme).order_by(PulseRow.week.desc()).limit(1)
        row = await self._session.scalar(query)
        return _pulse(row) if row else None

    async def of_week(self, programme: str, week: date) -> Pulse | None:
        row = await self._session.scalar(
            select(PulseRow).where(PulseRow.programme_id == programme, PulseRow.week == week)
        )
        return _pulse(row) if row else None

    async def last_sealed(self, programme: str) -> Pulse | None:
        query = select(PulseRow).where(PulseRow.programme_id == programme, PulseRow.state == State.SEALED)
        row = await self._session.scalar(query.order_by(PulseRow.week.desc()).limit(1))
        return _pulse(row) if row else None

    async def overdue(self, organisation: str, now: datetime) -> tuple[tuple[str, date], ...]:
        late = (PulseRow.organisation_id == organisation, PulseRow.state.in_(TAKING), PulseRow.closes <= now)
        found = await self._session.execute(select(PulseRow.programme_id, PulseRow.week).where(*late))
        return tuple((programme, week) for programme, week in found)

    async def unfinished(self, organisation: str) -> tuple[Pulse, ...]:
        taking = PulseRow.state.in_(TAKING)
        query = select(PulseRow).where(PulseRow.organisation_id == organisation, taking).order_by(PulseRow.week)
        return tuple(map(_pulse, await self._session.scalars(query)))

    async def transition(self, pulse: str, before: State, after: State) -> bool:
        change = update(PulseRow).where(PulseRow.id == pulse, PulseRow.state == before).values(state=after)
        done = await self._session.execute(change.returning(PulseRow.id))
        return done.first() is not None

    async def set_thresholds(self, pulse: Pulse) -> bool:
        lower = (PulseRow.k <= pulse.k, PulseRow.k_comment <= pulse.k_comment)
        change = update(PulseRow).where(PulseRow.id == pulse.id, PulseRow.state == State.OPEN, *lower)
        done = await self._session.execute(change.values(k=pulse.k, k_comment=pulse.k_comment).returning(PulseRow.id))
        return done.first() is not None

    async def items_asked(self, organisation: str) -> Mapping[str, Asked]:
        own = PulseRow.organisation_id == organisation
        query = select(PulseRow.items, PulseRow.week).where(own).order_by(PulseRow.week)
        found: dict[str, Asked] = {}
        for items, week in await self._session.execute(query):
            found |= {item: Asked(week, found[item].times + 1 if item in found else 1) for item in items}
        return found

    async def labels_of(self, pulse: str, person: str) -> Labels | None:
        row = await self._session.get(RosterRow, (pulse, person))
        return Labels(row.unit_id, row.place, row.grade) if row and row.asked else None

    async def _enrol(self, pulse: Pulse) -> int:
        """Put everybody on the roster with their labels. Asked is who can be reached and has not paused.

        Whoever is away must not look as if they had left: the others would then be told of without them.
        """
        person, roster = PersonRow, RosterRow
        reachable = exists().where(AccountRow.person_id == person.id, present(AccountRow))
        asked = and_(person.paused.is_(False), reachable)
        labels = (person.unit_id, person.place, person.grade)
        who = select(literal(pulse.id), person.id, person.organisation_id, *labels, asked)
        here = who.where(person.organisation_id == pulse.organisation, person.left_on.is_(None))
        columns = ["pulse_id", "person_id", "organisation_id", "unit_id", "place", "grade", "asked"]
        await self._session.execute(insert(self._session, roster).from_select(columns, here))
        counted = select(func.count()).where(roster.pulse_id == pulse.id, roster.asked)
        return await self._session.scalar(counted) or 0


def _pulse(row: PulseRow) -> Pulse:
    return Pulse(
        id=row.id,
        organisation=row.organisation_id,
        programme=row.programme_id,
        week=row.week,
        items=tuple(row.items),
        opens=row.opens,
        closes=row.closes,
        state=State(row.state),
        measure=row.measure,
        k=row.k,
        k_comment=row.k_comment,
        segments=tuple(map(Segment, row.segments)),
        trustee=row.trustee_id or "",
    )


def _programme(row: ProgrammeRow) -> Programme:
    return Programme(
        id=row.id,
        organisation=row.organisation_id,
        name=row.name,
        goal=row.goal,
        starts=row.starts,
        days=row.days,
        measures=tuple(row.measures),
        rhythm=_rhythm(row.rhythm),
        k=row.k,
        k_comment=row.k_comment,
        segments=tuple(map(Segment, row.segments)),
    )


def _written(rhythm: Rhythm) -> list[str]:
    slots = (rhythm.opens, rhythm.reminds, rhythm.closes, rhythm.digest)
    return [f"{slot.day} {slot.at:%H:%M}" for slot in slots]


def _rhythm(written: list[str]) -> Rhythm:
    days_and_times = (line.split() for line in written)
    return Rhythm(*(Slot(int(day), time.fromisoformat(at)) for day, at in days_and_times))


async def forget_rosters(session: AsyncSession, now: datetime) -> None:
    """Forget who was asked."""
    old = select(PulseRow.id).where(PulseRow.week < now.date() - ROSTER.lasts())
    await session.execute(delete(RosterRow).where(RosterRow.pulse_id.in_(old)))


STAYS = ErasureEffect.STAYS
SUBJECT = Subject(
    "pulses",
    personal=(Personal(RosterRow.person_id, ROSTER, erased=STAYS, departed=STAYS, ends=Ends.CLOCK),),
    purges=(Purge(forget_rosters, ROSTER),),
)
