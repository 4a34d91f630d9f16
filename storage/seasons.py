"""Who is told together for a season: the groups of each question, and who is there when a pulse closes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.counting import TURNOUT
from bot.domain.groups import COUNTED, SEASON, Group, Kind, Present, Token
from bot.domain.people import Identity, Labels, Platform
from bot.domain.pulses import TAKING, Pulse
from bot.domain.season import Season
from bot.ports.seasons import Gathering
from storage.codes import Secrets
from storage.organisations import present
from storage.recognition import KEY, TOKEN_BYTES, Known, Marks, read_marks, recognise, tokens_for
from storage.rows.installation import InstallationRow
from storage.rows.organisations import OrganisationRow
from storage.rows.people import AccountRow, PersonRow
from storage.rows.pulses import PulseRow, RosterRow
from storage.rows.seasons import GroupRow
from storage.sql import batched
from storage.subject import Ends, ErasureEffect, Personal, Purge, Subject, Way

WITHOUT = ""
"""The key of groups whose members are ids."""


class SqlSeasons:
    def __init__(self, session: AsyncSession, secrets: Secrets) -> None:
        self._session = session
        self._secrets = secrets

    async def recognise(self, organisation: str, today: date) -> None:
        await self._alone()
        marks, older = await self._marks(), select(GroupRow.organisation_id).where(GroupRow.key == WITHOUT)
        others = set(await self._session.scalars(older.distinct())) - {organisation}
        for each in (organisation, *sorted(others)):
            await recognise(self._session, marks, each, today)
        await self._adopt(marks, today)

    async def vouch(self, account: Identity, email: str) -> None:
        row, marks = AccountRow, await self._marks()
        own = (row.platform == account.platform, row.workspace == account.workspace, row.user == account.user)
        await self._session.execute(update(row).where(*own).values(email_mark=marks.email(email)))

    async def gather(self, pulse: Pulse) -> Gathering:
        marks, known = await self._marks(), await read_marks(self._session)
        listed = await self._listed(pulse)
        tokens = {person: token for person in listed if (token := known.of([marks.person(person)]))}
        rows = await self._groups(pulse)
        live = [row for row in rows if row.kind == Kind.LEFT or row.told > pulse.closes.date() - SEASON]
        vouched = await self._vouched(pulse.organisation)
        doubtful = _doubtful(live, frozenset(tokens.values()), known)
        there = {
            token: Present(labels, asked, asked and person in vouched, marks.called(name) in doubtful)
            for person, token in tokens.items()
            for name, labels, asked in [listed[person]]
        }
        seasons = {item: _season(item, live, pulse) for item in (*pulse.items, TURNOUT) if _readable(item, live, marks)}
        return Gathering(tokens, there, seasons, _state(rows))

    async def held(self, person: str) -> tuple[int, int]:
        known, marks = await read_marks(self._session), await self._marks()
        token = known.of([marks.person(person)])
        if token is None:
            return 0, 0
        rows = await self._session.scalars(select(GroupRow.members))
        return len(known.marks(token)), sum(token in _tokens(members) for members in rows)

    async def keep(self, pulse: Pulse, groups: Mapping[str, Sequence[Group]], state: str) -> bool:
        await self._alone()
        if _state(await self._groups(pulse)) != state:
            return False
        key = (await self._marks()).name
        values = [_values(group, item, pulse, key) for item, own in groups.items() for group in own]
        for some in batched(values):
            await self._session.execute(delete(GroupRow).where(GroupRow.id.in_([each["id"] for each in some])))
            await self._session.execute(insert(GroupRow), list(some), execution_options={"render_nulls": True})
        return True

    async def _alone(self) -> None:
        """Wait until nobody else gives tokens or tells anything: two would give one person two tokens."""
        await self._session.execute(select(InstallationRow.key_store).with_for_update())

    async def _adopt(self, marks: Marks, today: date) -> None:
        """Give tokens to the people of groups that were told by a version which knew none: there they are ids.

        Of all organisations: one that asks nothing any more must not keep the others waiting.
        """
        rows = (await self._session.scalars(select(GroupRow).where(GroupRow.key == WITHOUT))).all()
        ids = {person: person.hex() for row in rows for person in _tokens(row.members)}
        tokens = await tokens_for(self._session, marks, ids.values(), today)
        for row in rows:
            row.members = b"".join(sorted(tokens[ids[person]] for person in _tokens(row.members)))
            row.key = marks.name

    async def _marks(self) -> Marks:
        return Marks(await self._secrets.get(KEY))

    async def _groups(self, pulse: Pulse) -> Sequence[GroupRow]:
        items = (*pulse.items, TURNOUT)
        return (await self._session.scalars(select(GroupRow).where(GroupRow.item.in_(items)))).all()

    async def _listed(self, pulse: Pulse) -> dict[str, tuple[str, Labels, bool]]:
        """Everybody who was in the list when a pulse opened: their name, their labels, and whether they were asked."""
        person, roster = PersonRow, RosterRow
        columns = (person.id, person.name, roster.unit_id, roster.place, roster.grade, roster.asked)
        query = select(*columns).join(roster, roster.person_id == person.id).where(roster.pulse_id == pulse.id)
        found = await self._session.execute(query)
        return {who: (name, Labels(unit, place, grade), asked) for who, name, unit, place, grade, asked in found}

    async def _vouched(self, organisation: str) -> frozenset[str]:
        """Whom a platform's own directory vouches for, or the organisation where it has said so."""
        pages = await self._session.scalar(select(OrganisationRow.pages_hide).where(OrganisationRow.id == organisation))
        query = select(AccountRow.person_id).where(AccountRow.organisation_id == organisation, present(AccountRow))
        query = query if pages else query.where(AccountRow.platform != Platform.WEB)
        return frozenset(await self._session.scalars(query.distinct()))


def _season(item: str, rows: Iterable[GroupRow], pulse: Pulse) -> Season:
    own = [row for row in rows if row.item == item]
    here = tuple(_group(row) for row in own if row.organisation_id == pulse.organisation)
    elsewhere = (_tokens(row.members) for row in own if row.organisation_id != pulse.organisation)
    return Season(here, frozenset[Token]().union(*elsewhere))


def _readable(item: str, rows: Iterable[GroupRow], marks: Marks) -> bool:
    """Whether everybody of whom something was told could be recognised. With another key nobody can: it rests."""
    return all(row.key == marks.name for row in rows if row.item == item)


def _doubtful(rows: Iterable[GroupRow], there: Collection[Token], known: Known) -> frozenset[bytes]:
    """The names of those who were counted and are not in this list: somebody of the same name may be one of them."""
    missing = frozenset[Token]().union(*(_tokens(row.members) for row in rows)) - frozenset(there)
    return frozenset(mark for mark, tokens in known.tokens.items() if tokens & missing)


def _state(rows: Iterable[GroupRow]) -> str:
    told = sorted(f"{row.id} {row.pool} {row.told}" for row in rows)
    return sha256("\n".join(told).encode()).hexdigest()


def _group(row: GroupRow) -> Group:
    labels = Labels(row.unit_id, row.place, row.grade)
    members, unvouched = _tokens(row.members), _tokens(row.unvouched)
    return Group(row.id, Kind(row.kind), row.pool, members, row.told, labels, unvouched, row.ends)


def _values(group: Group, item: str, pulse: Pulse, key: str) -> dict[str, object]:
    return {
        "id": group.id,
        "organisation_id": pulse.organisation,
        "item": item,
        "kind": group.kind,
        "pool": group.pool,
        "unit_id": group.labels.unit,
        "place": group.labels.place,
        "grade": group.labels.grade,
        "members": b"".join(sorted(group.members)),
        "unvouched": b"".join(sorted(group.unvouched)),
        "told": group.told,
        "ends": group.ends,
        "key": key,
    }


def _tokens(kept: bytes) -> frozenset[Token]:
    return frozenset(kept[start : start + TOKEN_BYTES] for start in range(0, len(kept), TOKEN_BYTES))


async def forget_groups(session: AsyncSession, now: datetime) -> None:
    """Forget who was told together, once what was told may not be true any more.

    A pulse that still waits for its trustee is compared with what was told when its answers were given.
    """
    waiting = await session.scalar(select(func.min(PulseRow.closes)).where(PulseRow.state.in_(TAKING)))
    last = min(now, waiting or now).date() - COUNTED.lasts()
    await session.execute(delete(GroupRow).where(GroupRow.kind == Kind.CELL, GroupRow.told <= last))
    pools = select(GroupRow.pool).where(GroupRow.kind == Kind.CELL)
    await session.execute(delete(GroupRow).where(GroupRow.kind == Kind.LEFT, GroupRow.pool.not_in(pools)))


STAYS = ErasureEffect.STAYS
SUBJECT = Subject(
    "seasons",
    personal=(
        Personal(GroupRow.members, COUNTED, erased=STAYS, departed=STAYS, ends=Ends.CLOCK, way=Way.LOCKED),
        Personal(GroupRow.unvouched, COUNTED, erased=STAYS, departed=STAYS, ends=Ends.CLOCK, way=Way.LOCKED),
    ),
    purges=(Purge(forget_groups, COUNTED),),
)
