"""Reading a list of staff: good rows are kept, every bad one is named with its row and the reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.people import Platform, Role
from bot.errors import HundredDaysError
from bot.wire import clean
from bot.words import LANGUAGES

COLUMNS = (
    "key",
    "name",
    "email",
    "unit",
    "parent_unit",
    "place",
    "grade",
    "role",
    "language",
    "timezone",
    "slack_id",
    "teams_id",
)
REQUIRED = ("key", "name")
LONGEST = {"key": 100, "name": 200, "email": 254, "unit": 200, "parent_unit": 200, "place": 60, "grade": 60}
ACCOUNT_COLUMNS = {"slack_id": Platform.SLACK, "teams_id": Platform.TEAMS, "web_id": Platform.WEB}


class UnreadableList(HundredDaysError):
    """The file as a whole can not be read as a list of staff; the message says what to do."""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person of the list.

    `row` counts from 1, the header excluded, as a spreadsheet user would below the header.
    """

    row: int
    key: str
    name: str
    email: str = ""
    unit: str = ""
    parent_unit: str = ""
    place: str = ""
    grade: str = ""
    role: Role = Role.STAFF
    language: str = "en"
    zone: str = ""
    accounts: tuple[tuple[Platform, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was left out, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class StaffList:
    """What was read."""

    rows: tuple[StaffRow, ...]
    problems: tuple[Problem, ...]


def read(content: bytes) -> StaffList:
    """Read a CSV file. Raises `UnreadableList` where it is not one, or lacks a column that every row needs."""
    header, *lines = _lines(_decoded(content)) or [[]]
    names = [name.strip() for name in header]
    missing = [column for column in REQUIRED if column not in names]
    if missing:
        raise UnreadableList(
            f"A column is missing: {' and '.join(missing)}. The first line must name the columns: "
            f"{','.join(COLUMNS)}. All but key and name may be empty."
        )
    rows: list[StaffRow] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(lines, start=1):
        line = dict(zip(names, cells, strict=False))
        if not any(cells):
            continue
        reason = _fault(line, seen)
        if reason:
            problems.append(Problem(number, reason))
        else:
            seen[line["key"]] = number
            rows.append(_row(number, line))
    return StaffList(tuple(rows), tuple(problems))


def units_of(rows: Sequence[StaffRow], known: Mapping[str, str]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The new units a list names, each with its parent's name, and the rows whose unit can not be placed.

    `known` is the ids of existing units by name. A unit is new when a row gives it a parent that is known or new; one
    that is neither is an unknown unit. Where rows disagree about a new unit's parent, the first is believed.
    """
    parents: dict[str, str] = {}
    lost: list[Problem] = []
    for row in rows:
        if row.unit and row.unit not in known and row.parent_unit:
            first = parents.setdefault(row.unit, row.parent_unit)
            if first != row.parent_unit:
                lost.append(Problem(row.row, f"the unit {row.unit} stands under {first} in an earlier row"))
    new: dict[str, str] = {}
    while placed := {u: p for u, p in parents.items() if u not in new and (p in known or p in new)}:
        new.update(placed)
    lost += [
        Problem(row.row, f"the unit {row.unit} is not known, and no row gives it a known parent_unit")
        for row in rows
        if row.unit and row.unit not in known and row.unit not in new
    ]
    return new, tuple({problem.row: problem for problem in lost}.values())


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableList("The file is not UTF-8. Save it as 'CSV UTF-8' and try again.") from error


def _lines(words: str) -> list[list[str]]:
    """Every line, blank ones too, so that a row's number is the one a spreadsheet shows."""
    try:
        return [[clean(cell).strip() for cell in line] for line in csv.reader(io.StringIO(words, newline=""))]
    except csv.Error as error:
        raise UnreadableList(
            f"The file is not a readable CSV: {error}. Save it as 'CSV UTF-8' and try again."
        ) from error


def _fault(line: Mapping[str, str], seen: Mapping[str, int]) -> str:
    if not line.get("key") or not line.get("name"):
        return "key and name may not be empty"
    if long := [column for column, longest in LONGEST.items() if len(line.get(column, "")) > longest]:
        return f"{long[0]} is longer than {LONGEST[long[0]]} characters"
    if line["key"] in seen:
        return f"the key {line['key']} stands in row {seen[line['key']]} already"
    if line.get("role", "") not in {"", *Role}:
        return f"the role {line['role']} is not one of {', '.join(Role)}"
    if line.get("language", "") not in {"", *LANGUAGES}:
        return f"the language {line['language']} is not one of {', '.join(LANGUAGES)}"
    if line.get("email") and "@" not in line["email"]:
        return "the e-mail address has no @"
    return _zone_fault(line.get("timezone", ""))


def _zone_fault(zone: str) -> str:
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"the timezone {zone} is not known; write it like Europe/London"
    return ""


def _row(number: int, line: Mapping[str, str]) -> StaffRow:
    accounts = ((platform, line.get(column, "")) for column, platform in ACCOUNT_COLUMNS.items())
    return StaffRow(
        row=number,
        key=line["key"],
        name=line["name"],
        email=line.get("email", "").lower(),
        unit=line.get("unit", ""),
        parent_unit=line.get("parent_unit", ""),
        place=line.get("place", ""),
        grade=line.get("grade", ""),
        role=Role(line.get("role") or Role.STAFF),
        language=line.get("language") or "en",
        zone=line.get("timezone", ""),
        accounts=tuple((platform, account) for platform, account in accounts if account),
    )
