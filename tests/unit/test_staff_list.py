"""Reading lists of staff as people really save them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.people import Platform, Role
from bot.domain.sheets import UnreadableSheet
from bot.domain.staff_list import COLUMNS, Problem, SharedAddress, StaffList, StaffRow, read, sharing, units_of

KNOWN = {"Council": "c"}


def listed(*lines: str, header: str = ",".join(COLUMNS)) -> StaffList:
    return read("\n".join((header, *lines)).encode())


def named(*units: tuple[str, str]) -> list[StaffRow]:
    return [StaffRow(n, f"k{n}", f"Person {n}", unit=u, parent_unit=p) for n, (u, p) in enumerate(units, start=1)]


# The file


def test_a_full_row_is_read_column_by_column() -> None:
    """Every column has its place; an e-mail address is kept in small letters, and spaces around cells are dropped."""
    found = listed(
        "k1, Ann Other ,Ann@Council.Example,Housing,Council,Town Hall,G7,leader,cy,Europe/London,T1:U1,aad-1"
    )
    accounts = ((Platform.SLACK, "T1:U1"), (Platform.TEAMS, "aad-1"))
    assert found == StaffList(
        (
            StaffRow(
                row=2,
                key="k1",
                name="Ann Other",
                email="ann@council.example",
                unit="Housing",
                parent_unit="Council",
                place="Town Hall",
                grade="G7",
                role=Role.LEADER,
                language="cy",
                zone="Europe/London",
                accounts=accounts,
            ),
        ),
        (),
    )


def test_key_and_name_are_enough() -> None:
    """A list of two columns gives staff who read English, and cells may be missing at the end of a row."""
    assert listed("k1,Ann", header="key,name").rows == (StaffRow(2, "k1", "Ann"),)
    assert listed("k1,Ann").rows == (StaffRow(2, "k1", "Ann"),)


def test_columns_may_come_in_any_order_with_others_between() -> None:
    """Columns are found by name, and those that are not ours, or have no name, are left alone."""
    assert listed("x,Ann,7,k1,more", header="shoe,name,,key").rows == (StaffRow(2, "k1", "Ann"),)


@pytest.mark.parametrize(
    ("header", "missing"), [("name,unit", "key"), ("name;unit", "key"), ("number|called", "key and name")]
)
def test_a_missing_column_is_named(header: str, missing: str) -> None:
    """A file without key or name is refused, with the name of what is missing and of all columns."""
    with pytest.raises(UnreadableSheet, match=f"column is missing: {missing}.*{','.join(COLUMNS)}"):
        listed("k1,Ann", header=header)


def test_a_byte_order_mark_is_not_part_of_the_first_column() -> None:
    """Excel's 'CSV UTF-8', with its mark and its line ends, reads like any other."""
    assert read(b"\xef\xbb\xbfkey,name\r\nk1,Si\xc3\xb4n\r\n") == StaffList((StaffRow(2, "k1", "Siôn"),), ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_list_reads_however_a_spreadsheet_saved_it(delimiter: str, encoding: str) -> None:
    """Commas, semicolons or tabs, in UTF-8 or in what is called Unicode text: the same people, Welsh letters kept."""
    words = 'key,name,unit\r\nk1,Siôn Ŵyn,"Roads; Parks\tand, Trees"\r\n'
    table = words.replace('"Roads; Parks\tand, Trees"', "~").replace(",", delimiter)
    saved = table.replace("~", '"Roads; Parks\tand, Trees"')
    assert read(saved.encode(encoding)).rows == (StaffRow(2, "k1", "Siôn Ŵyn", unit="Roads; Parks\tand, Trees"),)


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        ("Key;Name;Parent Unit", "k1;Ann;Council"),
        (" KEY , name , parent_unit ", "k1,Ann,Council"),
        ('"key";"name";"note, in short";"parent_unit"', 'k1;Ann;"a, b, c";Council'),
        ("sep=;\nkey;name;parent_unit", "k1;Ann;Council"),
    ],
)
def test_headings_are_found_however_they_are_written(headings: str, cells: str) -> None:
    """Capitals, spaces and quotation marks do not matter, nor does the line that tells a spreadsheet the delimiter."""
    assert listed(cells, header=headings).rows == (StaffRow(2, "k1", "Ann", parent_unit="Council"),)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("key,name\nk1,Siôn".encode("latin-1"), "not UTF-8.*CSV UTF-8"),
        ("key,name\nk1,Siôn".encode("mac-roman"), "not UTF-8.*CSV UTF-8"),
        (b"\xff\xfek", "not UTF-8"),
        (b"PK\x03\x04\x14\x00", "a workbook, not a CSV.*CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a workbook, not a CSV"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "is empty"),
        (b"key,name\r\n,\r\n\r\n", "has headings, and nobody below them"),
        (b"key,name,email,Name\nk1,Ann,,Bob", "there twice: name"),
        (b'key,name\nk1,"Ann\nk2,Bob', "not a readable CSV.*in row 2"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_is_wrong(content: bytes, why: str) -> None:
    """Each in its own words: another alphabet, a workbook, nothing, only headings, a quotation mark left open."""
    with pytest.raises(UnreadableSheet, match=why):
        read(content)


def test_a_broken_file_is_refused_with_the_line() -> None:
    """What the CSV reader cannot go on with is refused near its line, in our own error."""
    with pytest.raises(UnreadableSheet, match="not a readable CSV"):
        listed("k1," + "x" * 200_000)


def test_a_quoted_cell_may_hold_commas_quotes_and_lines() -> None:
    """Quoting works as spreadsheets write it."""
    assert listed('k1,"Other, ""Ann""\nthe second"').rows[0].name == 'Other, "Ann"\nthe second'


# Its rows


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",Ann", "key and name"),
        ("k1,", "key and name"),
        ("k1,   ", "key and name"),
        ("k1,Ann,,,,,,boss", "the role boss is not one of staff, leader, steward"),
        ("k1,Ann,,,,,,,fr", "the language fr is not one of en, cy"),
        ("k1,Ann,,,,,,,,Mars/Olympus", "the timezone Mars/Olympus"),
        ("k1,Ann,,,,,,,,../../etc/passwd", "the timezone"),
        ("k1,Ann,,,,,,,,Europe", "the timezone"),
        ("k1,Ann,not-an-address", "no @"),
        ("good,Again", "the key good stands in row 2 already"),
    ],
)
def test_a_bad_row_is_named_with_its_number_and_reason_and_the_good_ones_are_kept(line: str, reason: str) -> None:
    """One bad row between two good ones costs nobody else their place."""
    found = listed("good,Ann", line, "better,Bob")
    assert [(row.row, row.key) for row in found.rows] == [(2, "good"), (4, "better")]
    [problem] = found.problems
    assert problem.row == 3
    assert reason in problem.reason


def test_every_bad_row_is_named() -> None:
    """All problems are found in one reading, not one at a time."""
    found = listed("k1,", "k2,Ann,,,,,,boss", "k3,Bob")
    assert [problem.row for problem in found.problems] == [2, 3]
    assert [row.key for row in found.rows] == ["k3"]


def test_a_key_is_taken_only_by_a_good_row() -> None:
    """After a bad row a good one may use the same key, and a third is the duplicate of the good one."""
    found = listed("k1,Ann,,,,,,boss", "k1,Ann", "k1,Ann")
    assert [row.row for row in found.rows] == [3]
    assert found.problems[1] == Problem(4, "the key k1 stands in row 3 already")


@pytest.mark.parametrize("cell", ["=1+1", "=HYPERLINK(A1)", "+441234", "-1", "@sum", "<@U1>", "*bold*", "{n}", "%s"])
def test_cells_that_look_like_formulas_are_just_text(cell: str) -> None:
    """A cell is kept as it was written, whatever a spreadsheet or a platform would make of it."""
    [row] = listed(f"{cell},{cell},,{cell},Council,{cell}").rows
    assert (row.key, row.name, row.unit, row.place) == (cell, cell, cell, cell)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300).filter(lambda text: "\r" not in text))
def test_any_text_is_read_or_refused_in_our_own_words(text: str) -> None:
    """Whatever stands below a good header is read row by row or refused; no other error comes out."""
    try:
        found = read(b"key,name,timezone\nk,Ann,\n" + text.encode("utf-8", "replace"))
    except UnreadableSheet:
        return
    assert found.rows[0].key == "k"
    assert len({row.key for row in found.rows}) == len(found.rows)


# Its units


def test_a_chain_of_new_units_is_placed_in_any_order() -> None:
    """A unit whose parent comes further down in the list is placed, and every parent comes before its children."""
    new, lost = units_of(named(("Taps", "Repairs"), ("Repairs", "Housing"), ("Housing", "Council")), KNOWN)
    assert list(new.items()) == [("Housing", "Council"), ("Repairs", "Housing"), ("Taps", "Repairs")]
    assert lost == ()


def test_a_known_unit_is_not_made_again() -> None:
    """A unit that exists needs no parent, and one given for it moves nothing."""
    assert units_of(named(("Council", ""), ("Council", "Elsewhere"), ("", "")), KNOWN) == ({}, ())


def test_one_row_with_a_parent_is_enough() -> None:
    """Where one row places a new unit, others of it may leave the parent out."""
    new, lost = units_of(named(("Housing", ""), ("Housing", "Council")), KNOWN)
    assert (new, lost) == ({"Housing": "Council"}, ())


def test_an_unknown_unit_is_named_with_its_row() -> None:
    """A unit that is neither known nor placed is a problem of its rows, and not of the others."""
    new, lost = units_of(named(("Housing", "Council"), ("Moon", ""), ("Base", "Mars")), KNOWN)
    assert new == {"Housing": "Council"}
    assert [problem.row for problem in lost] == [2, 3]
    assert "Moon" in lost[0].reason


@pytest.mark.parametrize(
    "units",
    [
        [("A", "A")],
        [("A", "B"), ("B", "A")],
        [("A", "B"), ("B", "C"), ("C", "A"), ("D", "A")],
    ],
)
def test_units_that_are_each_other_s_parents_are_refused(units: list[tuple[str, str]]) -> None:
    """A cycle, and what hangs on it, is lost row by row; a good chain beside it is placed."""
    new, lost = units_of(named(*units, ("Housing", "Council")), KNOWN)
    assert new == {"Housing": "Council"}
    assert [problem.row for problem in lost] == list(range(1, len(units) + 1))


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    """The headings are row 1, wherever they stand; blank rows count, and a line break inside a cell does not."""
    assert read(b"key,name\nk1,A\n\nk2,\n").problems[0].row == 4
    assert read(b"\n,,\nkey,name\nk1,A\n,\nk2,\n").problems[0].row == 6
    assert read(b'key;name\r\nk1;"A\r\nB\nC"\r\nk2;\r\n').problems[0].row == 3
    assert read(b"sep=;\r\nkey;name\r\nk1;\r\n").problems[0].row == 2


def test_old_line_ends_are_line_ends_and_control_characters_are_left_out() -> None:
    """What an old Macintosh saved is read, and no cell holds what a database could not keep."""
    assert read(b"key,name\rk1,Ann").rows == (StaffRow(2, "k1", "Ann"),)
    assert read(b"key,name\nk1,A\x00nn").rows == (StaffRow(2, "k1", "Ann"),)


def test_a_unit_stands_under_the_parent_its_first_row_names() -> None:
    """A later row that disagrees is named and left out; the first is kept."""
    rows = listed("k1,Ann,Housing,Council\nk2,Bob,Housing,Typo", header="key,name,unit,parent_unit").rows
    new, lost = units_of(rows, {"Council": "1"})
    assert new == {"Housing": "Council"}
    assert [problem.row for problem in lost] == [3]


def test_labels_that_travel_in_a_ballot_are_short() -> None:
    """A place of more than 60 characters is refused: a ballot has one length."""
    assert "60 characters" in listed(f"k1,Ann,{'x' * 61}", header="key,name,place").problems[0].reason


# Its addresses


def test_people_with_one_address_are_found_in_the_list_and_among_those_stored() -> None:
    """Each address that a row shares is named once, in the order of rows, with the keys that the list does not hold."""
    rows = listed(
        "k1,Ann,one@x.example", "k2,Bob, ONE@X.example ", "k3,Cat,two@x.example", header="key,name,email"
    ).rows
    stored = {
        rows[2].email: ("k3", "old"),
        rows[0].email: ("k1", "k2"),
        "three@x.example": ("not", "here"),
    }
    assert rows[0].email == rows[1].email
    assert sharing(rows, stored) == (SharedAddress(rows[:2]), SharedAddress(rows[2:], ("old",)))
