"""One unit of work: every repository, and the traces of a person that go through all of them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from storage.erase import Act, SqlTraces
from storage.repositories import Repositories, Shared
from storage.sql import Rows


class SqlTransaction(Repositories):
    def __init__(self, session: AsyncSession, shared: Shared, afterwards: list[Act], mix: Act, rows: Rows) -> None:
        super().__init__(session, shared, afterwards, rows)
        self.traces = SqlTraces(session, afterwards.append, mix)
