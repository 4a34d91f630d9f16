"""When somebody left the list of staff, a quick way to the rosters they stand on, and whether rows are to be mixed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unmixed = sa.Column("unmixed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("organisations", unmixed)
    op.add_column("people", sa.Column("left_on", sa.Date(), nullable=True))
    op.create_index(op.f("ix_people_left_on"), "people", ["left_on"], unique=False)
    op.create_index(op.f("ix_pulse_roster_person_id"), "pulse_roster", ["person_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("there is no way back to a schema in which nobody leaves")
