"""Reading a list of staff: good rows are kept, every bad one is named with its row and the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.people import Platform, Role
from bot.domain.sheets import UnreadableSheet, read_sheet
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


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person of the list. `row` is the number that a spreadsheet shows beside it: the headings are row 1."""

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


@dataclass(frozen=True, slots=True)
class SharedAddress:
    """People with one e-mail address, by which nobody is found. `elsewhere` are the keys of those not in the list."""

    rows: tuple[StaffRow, ...]
    elsewhere: tuple[str, ...] = ()


def read(content: bytes) -> StaffList:
    """Read a CSV file. Raises `UnreadableSheet` where it is not one, lacks a column that every row needs, or people."""
    sheet = read_sheet(content, COLUMNS)
    _check(sheet.headings)
    if not sheet.rows:
        raise UnreadableSheet("The file has headings, and nobody below them.")
    rows: list[StaffRow] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, cells in sheet.rows:
        line = dict(zip(sheet.headings, cells, strict=False))
        reason = _fault(line, seen)
        if reason:
            problems.append(Problem(number, reason))
        else:
            seen[line["key"]] = number
            rows.append(_row(number, line))
    return StaffList(tuple(rows), tuple(problems))


def sharing(rows: Sequence[StaffRow], stored: Mapping[str, Collection[str]]) -> tuple[SharedAddress, ...]:
    """Who of a list has an e-mail address that somebody else has too, in the list or not.

    `stored` is the keys of people by the address that several of them have, once the list is in.
    """
    by_key = {row.key: row for row in rows}
    found = []
    for keys in stored.values():
        here = sorted((by_key[key] for key in keys if key in by_key), key=lambda row: row.row)
        if here:
            found.append(SharedAddress(tuple(here), tuple(sorted(key for key in keys if key not in by_key))))
    return tuple(sorted(found, key=lambda shared: shared.rows[0].row))


def units_of(rows: Sequence[StaffRow], known: Mapping[str, str]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The new units a list names, each with its parent's name, and the rows whose unit cannot be placed.

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


def _check(headings: Sequence[str]) -> None:
    missing = [column for column in REQUIRED if column not in headings]
    if missing:
        raise UnreadableSheet(
            f"A column is missing: {' and '.join(missing)}. The first line must name the columns: "
            f"{','.join(COLUMNS)}. All but key and name may be empty."
        )
    twice = [column for column in COLUMNS if list(headings).count(column) > 1]
    if twice:
        raise UnreadableSheet(f"A column is there twice: {' and '.join(twice)}. Take one of them out.")


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
    for column in ACCOUNT_COLUMNS:
        workspace, colon, user = line.get(column, "").partition(":")
        if colon and not (workspace.strip() and user.strip()):
            return f"{line[column]} is half an account; write the account, or WORKSPACE:ACCOUNT"
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
