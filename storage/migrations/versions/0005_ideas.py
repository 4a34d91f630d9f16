"""ideas."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ideas",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("programme_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("shown_from", sa.DateTime(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("route", sa.LargeBinary(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("planned_for", sa.Date(), nullable=True),
        sa.Column("into", sa.String(), nullable=True),
        sa.Column("same_as", sa.String(), nullable=True),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("backed", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ideas_organisation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_ideas_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ideas")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("ideas", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ideas_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ideas_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "backings",
        sa.Column("idea_id", sa.String(length=32), nullable=False),
        sa.Column("slot", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_backings_idea_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_backings_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("idea_id", "slot", name=op.f("pk_backings")),
        sa.UniqueConstraint("id", name=op.f("uq_backings_id")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("backings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backings_organisation_id"), ["organisation_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("backings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_backings_organisation_id"))

    op.drop_table("backings")
    with op.batch_alter_table("ideas", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ideas_programme_id"))
        batch_op.drop_index(batch_op.f("ix_ideas_organisation_id"))

    op.drop_table("ideas")
