"""Numbers are kept as they are said, and people are told together for a season.

How many chose which answer, in every week so far, is rounded and forgotten; so is who of a unit answered. Backups that
were made before still hold it. The groups of the last weeks become the first of a season.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from bot.domain.counting import rate_band
from bot.domain.numbers import number_of
from bot.domain.questions import INDEX, engagement_index, mean_points
from bot.domain.shares import CEILING, FLOOR, SMALL

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

AT_ONCE = 500
SAID = (("share", sa.Integer()), ("mean", sa.Integer()), ("at_least", sa.Integer()), ("counted", sa.Integer()))


def upgrade() -> None:
    op.add_column("accounts", sa.Column("email_mark", sa.LargeBinary(), nullable=True))
    op.add_column(
        "organisations", sa.Column("pages_hide", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.add_column("pulse_roster", sa.Column("asked", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    _make_seasons()
    _make_numbers()
    _fill("season_groups", _groups())
    tallies, segments, turnouts = _rows("tallies"), _rows("segment_tallies"), _rows("turnouts")
    asked = {(row["pulse_id"], row["unit_id"]): row["eligible"] for row in turnouts}
    _fill("numbers", (_said(row, ("unit_id",), asked.get((row["pulse_id"], row["unit_id"]), 0)) for row in tallies))
    _fill("segment_numbers", (_said(row, ("dimension", "segment"), 0) for row in segments))
    _fill("indices", _indices(tallies))
    for table in ("tallies", "segment_tallies", "partitions", "turnouts"):
        op.drop_table(table)
    _make_turnouts()
    _fill("turnouts", (_turnout(row) for row in turnouts))


def downgrade() -> None:
    raise NotImplementedError("there is no way back: how many chose which answer is forgotten")


def _make_seasons() -> None:
    op.create_table(
        "season_groups",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("pool", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("unvouched", sa.LargeBinary(), nullable=False),
        sa.Column("told", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        *_belongs("season_groups"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_groups")),
        sqlite_with_rowid=False,
    )
    for column in ("organisation_id", "item", "told"):
        op.create_index(op.f(f"ix_season_groups_{column}"), "season_groups", [column], unique=False)
    op.create_table(
        "recognitions",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("seen", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("mark", "token", name=op.f("pk_recognitions")),
        sqlite_with_rowid=False,
    )
    for column in ("token", "seen"):
        op.create_index(op.f(f"ix_recognitions_{column}"), "recognitions", [column], unique=False)


def _make_numbers() -> None:
    _make("numbers", ("unit_id", "item"), SAID)
    _make("segment_numbers", ("dimension", "segment", "item"), SAID)
    _make("indices", ("unit_id",), (("value", sa.Integer()),))


def _make_turnouts() -> None:
    """Made anew and not changed: PostgreSQL would keep what stood in a column that is dropped."""
    _make("turnouts", ("unit_id",), (("band", sa.Integer()),))


def _make(table: str, key: Sequence[str], values: Sequence[tuple[str, Any]]) -> None:
    op.create_table(
        table,
        sa.Column("pulse_id", sa.String(length=32), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in key),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in values),
        sa.Column("basis", sa.String(), nullable=False),
        *_belongs(table),
        sa.ForeignKeyConstraint(["pulse_id"], ["pulses.id"], name=op.f(f"fk_{table}_pulse_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pulse_id", *key, name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"], unique=False)


def _belongs(table: str) -> tuple[sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_organisation_id")
    return (sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=name, ondelete="CASCADE"),)


def _rows(table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(sa.text(f"SELECT * FROM {table}")).mappings()]  # noqa: S608


def _fill(table: str, rows: Iterator[dict[str, Any]]) -> None:
    target = sa.Table(table, sa.MetaData(), autoload_with=op.get_bind())
    values = list(rows)
    for start in range(0, len(values), AT_ONCE):
        op.get_bind().execute(target.insert(), values[start : start + AT_ONCE])


def _counts(row: Mapping[str, Any]) -> list[int]:
    kept = row["counts"]
    return [int(n) for n in (json.loads(kept) if isinstance(kept, str) else kept)]


def _said(row: Mapping[str, Any], key: Sequence[str], asked: int) -> dict[str, Any]:
    number = number_of(row["item"], _counts(row), asked)
    own = {name: row[name] for name in ("pulse_id", "organisation_id", *key)}
    said = {"share": number.share, "mean": number.mean, "at_least": number.at_least}
    return {**own, "item": number.item, **said, "counted": number.counted, "basis": ""}


def _turnout(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {name: row[name] for name in ("pulse_id", "organisation_id", "unit_id")}
    return {**own, "band": rate_band(row["answered"], row["eligible"]), "basis": ""}


def _indices(tallies: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The index of each unit for which all its five items were published."""
    found: dict[tuple[str, str, str], dict[str, list[int]]] = defaultdict(dict)
    for row in tallies:
        found[row["pulse_id"], row["organisation_id"], row["unit_id"]][row["item"]] = _counts(row)
    for (pulse, organisation, unit), counts in found.items():
        if set(INDEX) <= counts.keys():
            index = engagement_index(mean_points(counts[item]) for item in INDEX)
            small = min(sum(counts[item]) for item in INDEX) < SMALL
            value = min(CEILING, max(FLOOR, index)) if small else index
            yield {"pulse_id": pulse, "organisation_id": organisation, "unit_id": unit, "value": value, "basis": ""}


def _groups() -> Iterator[dict[str, Any]]:
    """Whom each question was last told of, together with whom. Its members are ids here: the service gives them tokens.

    An empty key says so.
    """
    pulses = {row["id"]: row for row in _rows("pulses") if row["state"] == "sealed"}
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for row in _rows("partitions"):
        pulse = pulses.get(row["pulse_id"])
        if pulse and row["side"] == "ring":
            known = last.get((row["organisation_id"], row["item"]))
            if known is None or pulses[known["pulse_id"]]["closes"] < pulse["closes"]:
                last[row["organisation_id"], row["item"]] = row
    people: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows("pulse_roster"):
        people[row["pulse_id"]].append(row)
    for (organisation, item), row in last.items():
        rings = json.loads(row["groups"]) if isinstance(row["groups"], str) else row["groups"]
        told = str(pulses[row["pulse_id"]]["closes"])[:10]
        members: dict[str, list[str]] = defaultdict(list)
        for person in people[row["pulse_id"]]:
            if person["unit_id"] in rings:
                members[rings[person["unit_id"]]].append(person["person_id"])
        for ring, ids in sorted(members.items()):
            yield _group(organisation, item, ring, ids, told)


def _group(organisation: str, item: str, ring: str, ids: Sequence[str], told: str) -> dict[str, Any]:
    name = uuid4().hex
    return {
        "id": name,
        "organisation_id": organisation,
        "item": item,
        "kind": "cell",
        "pool": name,
        "unit_id": ring,
        "place": "",
        "grade": "",
        "members": b"".join(sorted(bytes.fromhex(person) for person in ids)),
        "unvouched": b"",
        "told": date.fromisoformat(told),
        "ends": None,
        "key": "",
    }
