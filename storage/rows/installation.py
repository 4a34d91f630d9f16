"""The installation itself."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from storage.rows.base import BY_KEY, Row


class InstallationRow(Row):
    """Which key store this database was made with."""

    __tablename__ = "installation"
    __table_args__ = BY_KEY
    key_store: Mapped[str] = mapped_column(primary_key=True)
