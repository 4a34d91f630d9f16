"""Organisations, their workspaces and invitations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import Organisation, Platform, Unit
from bot.errors import NotFound
from bot.words import N_
from storage.rows import InvitationRow, OrganisationRow, UnitRow, WorkspaceRow
from storage.sql import insert


class SqlOrganisations:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, organisation: Organisation, root: Unit) -> None:
        o = organisation
        self._session.add(OrganisationRow(id=o.id, name=o.name, zone=o.zone, nation=o.nation))
        await self._session.flush()
        self._session.add(UnitRow(id=root.id, organisation_id=o.id, name=root.name, parent_id=None))
        await self._session.flush()

    async def get(self, organisation: str) -> Organisation:
        row = await self._session.get(OrganisationRow, organisation)
        if row is None:
            raise NotFound(N_("There is no such organisation."))
        return organisation_of(row)

    async def all(self) -> tuple[Organisation, ...]:
        rows = await self._session.scalars(select(OrganisationRow).order_by(OrganisationRow.name))
        return tuple(map(organisation_of, rows))

    async def of_workspace(self, platform: Platform, workspace: str) -> Organisation | None:
        row = await self._session.get(WorkspaceRow, (platform, workspace))
        return await self.get(row.organisation_id) if row else None

    async def connect(self, organisation: str, platform: Platform, workspace: str) -> None:
        values = {"platform": platform, "workspace": workspace, "organisation_id": organisation}
        await self._session.execute(insert(self._session, WorkspaceRow).values(**values).on_conflict_do_nothing())

    async def workspaces(self, organisation: str) -> Mapping[Platform, tuple[str, ...]]:
        query = select(WorkspaceRow).where(WorkspaceRow.organisation_id == organisation)
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


def organisation_of(row: OrganisationRow) -> Organisation:
    """The organisation a row holds."""
    return Organisation(row.id, row.name, row.zone, row.nation)
