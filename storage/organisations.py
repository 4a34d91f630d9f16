"""Organisations, their workspaces and invitations."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, exists, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import INVITATIONS, WORKSPACES, Organisation, Platform, Unit, lane_of
from bot.errors import NotFound
from bot.words import N_
from storage.rows.channels import ChannelRow
from storage.rows.organisations import InvitationRow, OrganisationRow, WorkspaceRow
from storage.rows.outbox import DeliveryRow, LaneRow
from storage.rows.people import AccountRow, PersonRow, UnitRow
from storage.sql import Rows, insert
from storage.subject import Purge, Subject

log = logging.getLogger(__name__)


class SqlOrganisations:
    def __init__(self, session: AsyncSession, rows: Rows) -> None:
        self._session = session
        self._rows = rows

    async def add(self, organisation: Organisation, root: Unit) -> None:
        o = organisation
        self._session.add(OrganisationRow(id=o.id, name=o.name, zone=o.zone, nation=o.nation, pages_hide=o.pages_hide))
        await self._session.flush()
        self._session.add(UnitRow(id=root.id, organisation_id=o.id, name=root.name, parent_id=None))
        await self._session.flush()

    async def get(self, organisation: str) -> Organisation:
        row = await self._rows.get(OrganisationRow, organisation)
        if row is None:
            raise NotFound(N_("There is no such organisation."))
        return organisation_of(row)

    async def list_all(self) -> tuple[Organisation, ...]:
        rows = await self._session.scalars(select(OrganisationRow).order_by(OrganisationRow.name))
        return tuple(map(organisation_of, rows))

    async def by_workspace(self, platform: Platform, workspace: str) -> Organisation | None:
        row = await self._session.get(WorkspaceRow, (platform, workspace))
        return await self.get(row.organisation_id) if row else None

    async def count_vouched_only(self, organisation: str) -> None:
        own = OrganisationRow.id == organisation
        await self._session.execute(update(OrganisationRow).where(own).values(pages_hide=False))

    async def lock_workspaces(self, organisation: str) -> None:
        await hold_organisation(self._session, organisation)

    async def connect(self, organisation: str, platform: Platform, workspace: str) -> None:
        await self.lock_workspaces(organisation)
        values = {"platform": platform, "workspace": workspace, "organisation_id": organisation}
        statement = insert(self._session, WorkspaceRow).values(**values)
        back = {"set_": {"gone_since": None}, "where": WorkspaceRow.organisation_id == organisation}
        place = [WorkspaceRow.platform, WorkspaceRow.workspace]
        connected = statement.on_conflict_do_update(index_elements=place, **back).returning(WorkspaceRow.workspace)
        if (await self._session.execute(connected)).first() is not None:
            await self._take_up(organisation, platform, workspace)

    async def _take_up(self, organisation: str, platform: Platform, workspace: str) -> None:
        """Accounts that a list named before there was a workspace are this one's. One that leads somewhere stays so."""
        row = AccountRow
        if platform is Platform.WEB:
            return  # the accounts of the pages stand under their organisation too, and wait for nothing
        waiting = (row.platform == platform, row.workspace == organisation, row.organisation_id == organisation)
        columns = ["platform", "workspace", "user", "organisation_id", "person_id", "details"]
        here = select(row.platform, literal(workspace), row.user, row.organisation_id, row.person_id, row.details)
        moved = insert(self._session, row).from_select(columns, here.where(*waiting)).on_conflict_do_nothing()
        await self._session.execute(moved)
        await self._session.execute(delete(row).where(*waiting))

    async def record_removal(self, platform: Platform, workspace: str, today: date) -> bool:
        there = (WorkspaceRow.platform == platform, WorkspaceRow.workspace == workspace)
        gone = update(WorkspaceRow).where(*there, WorkspaceRow.gone_since.is_(None)).values(gone_since=today)
        return (await self._session.execute(gone.returning(WorkspaceRow.workspace))).first() is not None

    async def list_workspaces(self, organisation: str, *, gone: bool = False) -> Mapping[Platform, tuple[str, ...]]:
        query = select(WorkspaceRow).where(WorkspaceRow.organisation_id == organisation)
        query = query if gone else query.where(WorkspaceRow.gone_since.is_(None))
        found: dict[Platform, tuple[str, ...]] = {}
        for row in await self._session.scalars(query.order_by(WorkspaceRow.workspace)):
            platform = Platform(row.platform)
            found[platform] = (*found.get(platform, ()), row.workspace)
        return found

    async def invite(self, organisation: str, code_hash: str, until: datetime) -> None:
        self._session.add(InvitationRow(code_hash=code_hash, organisation_id=organisation, until=until))
        await self._session.flush()

    async def redeem(self, code_hash: str, now: datetime) -> str | None:
        used = delete(InvitationRow).where(InvitationRow.code_hash == code_hash, InvitationRow.until > now)
        return await self._session.scalar(used.returning(InvitationRow.organisation_id))


async def hold_organisation(session: AsyncSession, organisation: str) -> None:
    """Let one after the other decide what depends on rows that are not there yet, and so cannot be locked."""
    own = select(OrganisationRow.id).where(OrganisationRow.id == organisation)
    await session.execute(own.with_for_update(key_share=True))


def present(row: type[AccountRow | ChannelRow]) -> ColumnElement[bool]:
    """Whether the workspace of an account or a channel has the app. The pages are always there."""
    same = (WorkspaceRow.platform == row.platform, WorkspaceRow.workspace == row.workspace)
    gone = exists().where(*same, WorkspaceRow.gone_since.is_not(None))
    here = exists().where(*same, WorkspaceRow.gone_since.is_(None))
    return or_(here, and_(row.platform == Platform.WEB, ~gone))


def awaited(row: type[AccountRow]) -> ColumnElement[bool]:
    """Whether an account waits for its workspace. One that could be on any is kept under its organisation meanwhile."""
    there = exists().where(WorkspaceRow.platform == row.platform, WorkspaceRow.workspace == row.workspace)
    return and_(row.platform != Platform.WEB, ~there)


async def forget_workspace(session: AsyncSession, gone: WorkspaceRow) -> None:
    """Erase what came from a workspace, and with its last one the organisation. `tidy` destroys its keys."""
    own = gone.organisation_id
    await session.delete(gone)
    await session.flush()
    if await session.scalar(select(WorkspaceRow.workspace).where(WorkspaceRow.organisation_id == own).limit(1)) is None:
        await session.execute(delete(PersonRow).where(PersonRow.organisation_id == own))
        await session.execute(delete(OrganisationRow).where(OrganisationRow.id == own))
        return
    there = (ChannelRow.platform == gone.platform, ChannelRow.workspace == gone.workspace)
    channels = select(ChannelRow.id).where(*there)
    await session.execute(delete(DeliveryRow).where(DeliveryRow.channel_id.in_(channels)))
    await session.execute(delete(ChannelRow).where(*there))
    account = (AccountRow.platform == gone.platform, AccountRow.workspace == gone.workspace)
    await session.execute(delete(AccountRow).where(*account))
    await session.execute(delete(LaneRow).where(LaneRow.key == lane_of(gone.platform, gone.workspace)))


async def forget_workspaces(session: AsyncSession, now: datetime) -> None:
    """Forget what removed the app long ago."""
    long_gone = WorkspaceRow.gone_since < now.date() - WORKSPACES.lasts()
    for row in list(await session.scalars(select(WorkspaceRow).where(long_gone))):
        await forget_workspace(session, row)
        log.warning("workspace.forgotten", extra={"organisation": row.organisation_id})


async def forget_invitations(session: AsyncSession, now: datetime) -> None:
    """Invitations that nobody took in time."""
    await session.execute(delete(InvitationRow).where(InvitationRow.until <= now))


async def have_rewritten(session: AsyncSession, person: str) -> None:
    """Note that an organisation's conversations and stories still tell, by their transaction, which were emptied."""
    own = select(PersonRow.organisation_id).where(PersonRow.id == person).scalar_subquery()
    change = update(OrganisationRow).where(OrganisationRow.id == own).values(unmixed=True)
    await session.execute(change.execution_options(synchronize_session=False))


def organisation_of(row: OrganisationRow) -> Organisation:
    """The organisation a row holds."""
    return Organisation(row.id, row.name, row.zone, row.nation, row.pages_hide)


SUBJECT = Subject(
    "organisations",
    purges=(Purge(forget_invitations, INVITATIONS), Purge(forget_workspaces, WORKSPACES)),
    erase=have_rewritten,
)
