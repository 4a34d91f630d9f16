"""What anonymity needs beside the first schema, and triggers that keep an open pulse from being weakened."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "trustees",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("appointed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_trustees_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trustees")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_trustees_organisation_id"), "trustees", ["organisation_id"], unique=False)
    op.create_table(
        "codes",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_codes_organisation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_codes_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_codes")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_codes_organisation_id"), "codes", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_codes_person_id"), "codes", ["person_id"], unique=False)
    op.create_table(
        "partitions",
        sa.Column("pulse_id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_partitions_organisation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pulse_id"], ["pulses.id"], name=op.f("fk_partitions_pulse_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pulse_id", "item", "side", name=op.f("pk_partitions")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_partitions_organisation_id"), "partitions", ["organisation_id"], unique=False)
    op.create_table(
        "segment_tallies",
        sa.Column("pulse_id", sa.String(length=32), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_segment_tallies_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pulse_id"], ["pulses.id"], name=op.f("fk_segment_tallies_pulse_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pulse_id", "dimension", "segment", "item", name=op.f("pk_segment_tallies")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_segment_tallies_organisation_id"), "segment_tallies", ["organisation_id"], unique=False)
    op.add_column("comments", sa.Column("review", sa.String(), server_default="waiting", nullable=False))
    op.add_column("programmes", sa.Column("k", sa.Integer(), server_default="5", nullable=False))
    op.add_column("programmes", sa.Column("k_comment", sa.Integer(), server_default="10", nullable=False))
    op.add_column("programmes", sa.Column("segments", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("pulses", sa.Column("segments", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("pulses", sa.Column("mode", sa.String(), server_default="anonymous", nullable=False))
    op.add_column("pulses", sa.Column("trustee_id", sa.String(), nullable=True))
    op.add_column("threads", sa.Column("receipt", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_threads_receipt"), "threads", ["receipt"], unique=False)
    op.add_column("workspaces", sa.Column("gone_since", sa.Date(), nullable=True))
    _guard()


LESS = (
    "NEW.k < OLD.k OR NEW.k_comment < OLD.k_comment OR NEW.closes < OLD.closes OR NEW.mode <> OLD.mode "
    "OR (NEW.seal IS NOT NULL AND (OLD.seal IS NULL OR NEW.seal <> OLD.seal)) "
    "OR CAST(NEW.items AS TEXT) <> CAST(OLD.items AS TEXT) OR CAST(NEW.segments AS TEXT) <> CAST(OLD.segments AS TEXT)"
)
TOO_LITTLE = "NEW.k < 5 OR NEW.k_comment < 10"
# SQLite's REPLACE deletes the old row without firing a trigger, and would put a weaker pulse in its place.
REPLACED = "EXISTS (SELECT 1 FROM pulses WHERE id = NEW.id OR (programme_id = NEW.programme_id AND week = NEW.week))"
RULES = (
    ("pulses", "UPDATE", LESS, "a pulse cannot be made less anonymous after it has opened"),
    (
        "pulses",
        "INSERT",
        f"{TOO_LITTLE} OR NEW.mode <> 'anonymous'",
        "a pulse needs at least 5 people, 10 for comments",
    ),
    ("programmes", "INSERT", TOO_LITTLE, "a programme needs at least 5 people, 10 for comments"),
    ("programmes", "UPDATE", TOO_LITTLE, "a programme needs at least 5 people, 10 for comments"),
)


def _guard() -> None:
    """Refuse in the database what the service refuses, so that nobody can go round it unseen."""
    for table, when, wrong, words in RULES:
        name = f"{table}_{when.lower()}_keeps_the_promise"
        if op.get_bind().dialect.name == "sqlite":
            never = f"{wrong} OR {REPLACED}" if (table, when) == ("pulses", "INSERT") else wrong
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {never} BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{words}'; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN ({wrong}) EXECUTE FUNCTION {name}()"
            )


def downgrade() -> None:
    raise NotImplementedError("there is no way back to a schema with fewer promises")
