"""People, units and accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import LEFT, PERSON, Address, Identity, Person, Platform, Role, Tree, Unit
from bot.ports.people import Entrant, Member
from storage.accounts import account_values, address_of, attach, forget_waiting, usable_accounts
from storage.organisations import awaited, organisation_of, present
from storage.rows.organisations import OrganisationRow
from storage.rows.people import AccountRow, PersonRow, UnitRow
from storage.sql import batched
from storage.subject import Ends, ErasureEffect, Leavers, Personal, Purge, Subject, Way

HERE = PersonRow.left_on.is_(None)
Reached = tuple[PersonRow | None, AccountRow | None]


class SqlPeople:
    def __init__(self, session: AsyncSession, subjects: Sequence[Subject]) -> None:
        self._session = session
        self._subjects = subjects
        self._expected: Mapping[str, Reached] = {}

    async def tree(self, organisation: str) -> Tree:
        rows = await self._session.scalars(select(UnitRow).where(UnitRow.organisation_id == organisation))
        return Tree.of(Unit(row.id, row.name, row.parent_id) for row in rows)

    async def add_unit(self, organisation: str, unit: Unit) -> None:
        self._session.add(UnitRow(id=unit.id, organisation_id=organisation, name=unit.name, parent_id=unit.parent))
        await self._session.flush()

    async def preload(self, persons: Collection[str]) -> None:
        people = await self._session.scalars(select(PersonRow).where(PersonRow.id.in_(persons), HERE))
        known = {row.id: row for row in people}
        found = await self._session.scalars(usable_accounts(AccountRow.person_id.in_(persons)))
        # Somebody is written to on the first of their accounts, so that one is noted last.
        accounts = {row.person_id: row for row in reversed(found.all())}
        self._expected = {person: (known.get(person), accounts.get(person)) for person in persons}

    async def get(self, person: str) -> Person | None:
        row = self._expected[person][0] if person in self._expected else await self._session.get(PersonRow, person)
        return _person(row) if row and row.left_on is None else None

    async def list_all(self, organisation: str) -> tuple[Person, ...]:
        query = select(PersonRow).where(PersonRow.organisation_id == organisation, HERE).order_by(PersonRow.name)
        return tuple(map(_person, await self._session.scalars(query)))

    async def names_to_hide(self, organisation: str) -> frozenset[str]:
        query = select(PersonRow.name).where(PersonRow.organisation_id == organisation).distinct()
        return frozenset(await self._session.scalars(query))

    async def member_by_account(self, identity: Identity) -> Member | None:
        query = (
            select(PersonRow, OrganisationRow, AccountRow.details)
            .join(AccountRow, AccountRow.person_id == PersonRow.id)
            .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
            .where(
                AccountRow.platform == identity.platform,
                AccountRow.workspace == identity.workspace,
                AccountRow.user == identity.user,
            )
        )
        found = (await self._session.execute(query)).first()
        return Member(_person(found[0]), organisation_of(found[1]), found[2]) if found else None

    async def by_email(self, organisation: str, email: str) -> Person | None:
        query = select(PersonRow).where(
            PersonRow.organisation_id == organisation, PersonRow.email == email.strip().lower(), PersonRow.email != ""
        )
        found = (await self._session.scalars(query)).all()
        return _person(found[0]) if len(found) == 1 else None

    async def enter(self, organisation: str, entrants: Sequence[Entrant]) -> None:
        query = select(PersonRow).where(PersonRow.organisation_id == organisation)
        known = {row.key: row for row in await self._session.scalars(query)}
        # By account: a list that gives one account to two people must not stop the others; the last row has it.
        accounts: dict[Identity, dict[str, object]] = {}
        for entrant in entrants:
            row = known.get(entrant.person.key)
            if row is None:
                row = _new(entrant.person)
                self._session.add(row)
            _write(row, entrant.person)
            row.left_on = None
            person = replace(entrant.person, id=row.id)
            accounts |= {account: account_values(account, person, {}) for account in entrant.accounts}
        await self._session.flush()
        await forget_waiting(
            self._session, organisation, {(str(a["person_id"]), each.platform) for each, a in accounts.items()}
        )
        for batch in batched(list(accounts.values())):
            await attach(self._session, batch, ("person_id", "organisation_id"))

    async def depart(self, organisation: str, listed: Collection[str], today: date) -> int:
        query = select(PersonRow.id, PersonRow.key).where(PersonRow.organisation_id == organisation, HERE)
        gone = [person for person, key in await self._session.execute(query) if key not in listed]
        for some in batched(gone):
            for subject in self._subjects:
                if subject.depart:
                    await subject.depart(self._session, Leavers(some, today))
        return len(gone)

    async def count_absent(self, organisation: str, listed: Collection[str]) -> int:
        keys = await self._session.scalars(select(PersonRow.key).where(PersonRow.organisation_id == organisation, HERE))
        return sum(key not in listed for key in keys)

    async def shared_emails(self, organisation: str) -> Mapping[str, tuple[str, ...]]:
        own = (PersonRow.organisation_id == organisation, HERE, PersonRow.email != "")
        several = select(PersonRow.email).where(*own).group_by(PersonRow.email).having(func.count() > 1)
        query = select(PersonRow.email, PersonRow.key).where(*own, PersonRow.email.in_(several))
        found: dict[str, tuple[str, ...]] = {}
        for email, key in await self._session.execute(query.order_by(PersonRow.email, PersonRow.key)):
            found[email] = (*found.get(email, ()), key)
        return found

    async def waiting_accounts(self, organisation: str) -> Mapping[Platform, int]:
        waiting = (AccountRow.organisation_id == organisation, awaited(AccountRow))
        query = select(AccountRow.platform, func.count()).where(*waiting).group_by(AccountRow.platform)
        found = await self._session.execute(query.order_by(AccountRow.platform))
        return {Platform(platform): n for platform, n in found}

    async def link(self, identity: Identity, person: Person, details: Mapping[str, str]) -> None:
        changed = ("person_id", "organisation_id", "details") if details else ("person_id", "organisation_id")
        await attach(self._session, [account_values(identity, person, details)], changed)

    async def save_settings(self, person: Person) -> None:
        change = update(PersonRow).where(PersonRow.id == person.id)
        await self._session.execute(change.values(language=person.language, zone=person.zone, paused=person.paused))

    async def address(self, person: str) -> Address | None:
        if person in self._expected:
            row = self._expected[person][1]
        else:
            row = await self._session.scalar(usable_accounts(AccountRow.person_id == person).limit(1))
        return address_of(row) if row else None

    async def possible_writers(self, organisation: str) -> Mapping[str, int]:
        reachable = exists().where(AccountRow.person_id == PersonRow.id, present(AccountRow))
        query = select(PersonRow.unit_id, func.count()).where(
            PersonRow.organisation_id == organisation, PersonRow.role != Role.LEADER, reachable
        )
        found = await self._session.execute(query.group_by(PersonRow.unit_id))
        return {row.unit_id: row[1] for row in found}

    async def leaders(self, organisation: str, unit: str) -> tuple[Person, ...]:
        return await self._with_role(organisation, Role.LEADER, unit)

    async def units_with_leader(self, organisation: str) -> frozenset[str]:
        leaders = (PersonRow.organisation_id == organisation, HERE, PersonRow.role == Role.LEADER)
        return frozenset(await self._session.scalars(select(PersonRow.unit_id).where(*leaders).distinct()))

    async def stewards(self, organisation: str) -> tuple[Person, ...]:
        return await self._with_role(organisation, Role.STEWARD)

    async def without_chat(self, organisation: str) -> tuple[Person, ...]:
        chats = AccountRow.platform != Platform.WEB
        seat = exists().where(AccountRow.person_id == PersonRow.id, chats, present(AccountRow))
        query = select(PersonRow).where(PersonRow.organisation_id == organisation, HERE, ~seat)
        return tuple(map(_person, await self._session.scalars(query.order_by(PersonRow.name, PersonRow.key))))

    async def count_reachable(self, organisation: str) -> int:
        query = select(func.count(AccountRow.person_id.distinct())).where(AccountRow.organisation_id == organisation)
        return await self._session.scalar(query.where(present(AccountRow))) or 0

    async def _with_role(self, organisation: str, role: Role, unit: str = "") -> tuple[Person, ...]:
        query = select(PersonRow).where(PersonRow.organisation_id == organisation, HERE, PersonRow.role == role)
        if unit:
            query = query.where(PersonRow.unit_id == unit)
        return tuple(map(_person, await self._session.scalars(query.order_by(PersonRow.name))))


def _person(row: PersonRow) -> Person:
    return Person(
        id=row.id,
        organisation=row.organisation_id,
        key=row.key,
        name=row.name,
        unit=row.unit_id,
        role=Role(row.role),
        place=row.place,
        grade=row.grade,
        email=row.email,
        language=row.language,
        zone=row.zone,
        paused=row.paused,
    )


def _new(person: Person) -> PersonRow:
    """A person as the list has them. Language and zone are taken from it once: afterwards they are the person's own."""
    return PersonRow(
        id=person.id,
        organisation_id=person.organisation,
        key=person.key,
        language=person.language,
        zone=person.zone,
        paused=False,
    )


def _write(row: PersonRow, person: Person) -> None:
    row.name, row.email, row.unit_id = person.name, person.email, person.unit
    row.place, row.grade, row.role = person.place, person.grade, person.role


async def forget_leavers(session: AsyncSession, now: datetime) -> None:
    """Forget whoever left thirteen weeks ago. No roster leads to them any more by then."""
    await session.execute(delete(PersonRow).where(PersonRow.left_on < now.date() - LEFT.lasts()))


async def blank_leavers(session: AsyncSession, gone: Leavers) -> None:
    """Forget all that the list said of people who left, except their name and number."""
    blank = {"email": "", "place": "", "grade": "", "role": Role.STAFF, "left_on": gone.day}
    await session.execute(update(PersonRow).where(PersonRow.id.in_(gone.people)).values(**blank))


EMPTIED, STAYS = ErasureEffect.EMPTIED, ErasureEffect.STAYS
SUBJECT = Subject(
    "people",
    personal=(
        Personal(PersonRow.id, LEFT, erased=STAYS, departed=STAYS, ends=Ends.CLOCK),
        Personal(PersonRow.key, LEFT, erased=STAYS, departed=STAYS, ends=Ends.CLOCK, way=Way.NAME),
        Personal(PersonRow.name, LEFT, erased=STAYS, departed=STAYS, ends=Ends.CLOCK, way=Way.NAME),
        Personal(PersonRow.email, PERSON, erased=STAYS, departed=EMPTIED, ends=Ends.PERSON, way=Way.NAME),
        Personal(PersonRow.place, PERSON, erased=STAYS, departed=EMPTIED, ends=Ends.PERSON, way=Way.NAME),
        Personal(PersonRow.grade, PERSON, erased=STAYS, departed=EMPTIED, ends=Ends.PERSON, way=Way.NAME),
    ),
    purges=(Purge(forget_leavers, LEFT),),
    depart=blank_leavers,
)
