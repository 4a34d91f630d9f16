"""Tables as spreadsheets save them: which alphabet, which delimiter, and the numbers that rows have there."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.errors import HundredDaysError
from bot.wire import clean

DELIMITERS = (",", ";", "\t")
TOLD = "sep="
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SAVE_AS = "Save it as 'CSV UTF-8' and try again."


class UnreadableSheet(HundredDaysError):
    """The file as a whole cannot be read as a table; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The headings, and the rows below them by their numbers."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_sheet(content: bytes, known: Collection[str]) -> Sheet:
    """Read a CSV file, however its cells are set apart: by what shows most of the `known` headings.

    A row has the number that a spreadsheet shows beside it: blank ones count, and a line break inside a cell does not.
    """
    words, delimiter = _told(_decoded(content))
    best = max((delimiter,) if delimiter else DELIMITERS, key=lambda mark: len({*_headings(words, mark)} & {*known}))
    records = iter(list(_records(words, best)))
    headings = next((cells for _, cells in records if any(cells)), ())
    return Sheet(tuple(map(_heading, headings)), tuple(row for row in records if any(row[1])))


def _decoded(content: bytes) -> str:
    """The words of the file: UTF-8, or the UTF-16 that spreadsheets call Unicode text, with its mark or without.

    Anything else is refused: read in the wrong alphabet, names would be wrong and nobody would notice.
    """
    if content.startswith(WORKBOOKS):
        raise UnreadableSheet(f"The file is a workbook, not a CSV. {SAVE_AS}")
    try:
        words = content.decode(_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnreadableSheet(f"The file is not UTF-8, so some letters would be wrong. {SAVE_AS}") from error
    if not words.strip():
        raise UnreadableSheet("The file is empty.")
    return words


def _encoding(content: bytes) -> str:
    """Headings are plain letters, so that every other byte of them is empty in UTF-16."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if content.startswith(b"\0"):
        return "utf-16-be"
    return "utf-16-le" if content[1:2] == b"\0" else "utf-8"


def _told(words: str) -> tuple[str, str]:
    """What is left, and the delimiter, where the file begins by naming it. Spreadsheets do not show that line."""
    first, _, rest = words.partition("\n")
    mark = first.rstrip("\r")[len(TOLD) :]
    return (rest, mark) if first.lower().startswith(TOLD) and mark in DELIMITERS else (words, "")


def _headings(words: str, delimiter: str) -> list[str]:
    try:
        found = next((cells for _, cells in _records(words, delimiter) if any(cells)), ())
    except UnreadableSheet:
        return []
    return [_heading(cell) for cell in found]


def _heading(cell: str) -> str:
    return "_".join(cell.lower().split())


def _records(words: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, tuple(clean(cell).strip() for cell in cells)
    except csv.Error as error:
        raise UnreadableSheet(f"The file is not a readable CSV: {error}, in row {number + 1}. {SAVE_AS}") from error
