"""Accounts on the platforms, each of which leads to one person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import PERSON, Address, Identity, Person, Platform
from storage.organisations import present
from storage.rows.people import AccountRow
from storage.sql import batched, insert
from storage.subject import Ends, ErasureEffect, Leavers, Personal, Subject, Way


async def attach(session: AsyncSession, accounts: Sequence[Mapping[str, object]], changed: Sequence[str]) -> None:
    """Store accounts; one that is known already leads to the person given now."""
    keys = [AccountRow.platform, AccountRow.workspace, AccountRow.user]
    statement = insert(session, AccountRow).values(list(accounts))
    change = {name: statement.excluded[name] for name in changed}
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=change))


async def forget_waiting(session: AsyncSession, organisation: str, listed: Collection[tuple[str, Platform]]) -> None:
    """Forget accounts that wait for a workspace, where another is listed in their place: nobody has confirmed them."""
    waiting = (AccountRow.workspace == organisation, AccountRow.platform != Platform.WEB)
    for batch in batched(list(listed)):
        theirs = tuple_(AccountRow.person_id, AccountRow.platform).in_(batch)
        await session.execute(delete(AccountRow).where(*waiting, theirs))


def usable_accounts(whose: ColumnElement[bool]) -> Select[AccountRow]:
    """Accounts that can be written to, the one to be used first."""
    order = (AccountRow.platform, AccountRow.workspace, AccountRow.user)
    return select(AccountRow).where(whose, present(AccountRow)).order_by(*order)


def address_of(row: AccountRow) -> Address:
    """Where this account is written to."""
    return Address(Platform(row.platform), row.workspace, row.user, row.details)


def account_values(identity: Identity, person: Person, details: Mapping[str, str]) -> dict[str, object]:
    """What the row of this account holds."""
    return {
        "platform": identity.platform,
        "workspace": identity.workspace,
        "user": identity.user,
        "organisation_id": person.organisation,
        "person_id": person.id,
        "details": dict(details),
    }


async def empty_accounts(session: AsyncSession, person: str) -> None:
    """Forget how somebody's accounts are reached."""
    await session.execute(update(AccountRow).where(AccountRow.person_id == person).values(details={}))


async def forget_accounts(session: AsyncSession, gone: Leavers) -> None:
    """Forget the accounts of people who left: nobody may come in by one, or be written to."""
    await session.execute(delete(AccountRow).where(AccountRow.person_id.in_(gone.people)))


GOES, EMPTIED, STAYS = ErasureEffect.GOES, ErasureEffect.EMPTIED, ErasureEffect.STAYS
SUBJECT = Subject(
    "accounts",
    personal=(
        Personal(AccountRow.person_id, PERSON, erased=STAYS, departed=GOES, ends=Ends.PERSON),
        Personal(AccountRow.user, PERSON, erased=STAYS, departed=GOES, ends=Ends.PERSON, way=Way.NAME),
        Personal(AccountRow.details, PERSON, erased=EMPTIED, departed=GOES, ends=Ends.PERSON, way=Way.NAME),
    ),
    erase=empty_accounts,
    depart=forget_accounts,
)
