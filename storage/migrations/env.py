"""Alembic's way into the product: always on a connection that is open already."""

from typing import Any, Literal

from alembic import context

from storage.rows.base import Instant, Row


def plain_types(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own types as what they are in the database: a migration must not change when our code does."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, Instant) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    render_item=plain_types,
    compare_type=True,
)
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql("SET LOCAL lock_timeout = '4s'")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(100)")
context.run_migrations()
