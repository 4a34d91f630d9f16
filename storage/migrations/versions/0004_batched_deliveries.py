"""That a delivery goes out in a batch, and to the author of which conversation, stand in columns of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BATCHED = ("ThreadWaiting", "ThreadAnswered", "StoryShared")
TO_AUTHORS = ("ThreadAnswered",)


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("thread_id", sa.String(), nullable=True))
    op.add_column("deliveries", sa.Column("batched", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    few = sa.text("thread_id IS NOT NULL")
    op.create_index(
        "ix_deliveries_thread_id", "deliveries", ["thread_id"], unique=False, sqlite_where=few, postgresql_where=few
    )
    # What older versions queued, by every name that they had for it.
    notice, values = sa.column("notice", sa.String()), sa.column("values", sa.JSON())
    row = sa.table("deliveries", notice, values, sa.column("thread_id"), sa.column("batched"))
    op.execute(sa.update(row).where(notice.in_(BATCHED)).values(batched=sa.true()))
    op.execute(sa.update(row).where(notice.in_(TO_AUTHORS)).values(thread_id=values["thread"].as_string()))


def downgrade() -> None:
    raise NotImplementedError("there is no way back to a schema in which batches are known by their names")
