"""Alembic's way into the product: always on a connection that is open already."""

from alembic import context

from storage.migrations.comparing import OPTIONS
from storage.repositories import TABLES

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=TABLES, **OPTIONS)
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql("SET LOCAL lock_timeout = '4s'")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(100)")
context.run_migrations()
