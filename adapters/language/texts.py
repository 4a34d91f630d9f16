"""Reading comments from a .csv, .jsonl or .txt file. A row is a record counted from 0; a header is none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bot.domain.themes import Comment, Sentiment
from bot.errors import HundredDaysError

TEXT = "text"
USUAL_COLUMNS = ("text", "comment", "comments", "feedback", "answer")
WORST, MIDDLE, BEST = 1, 3, 5
DATE_FORMS = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d %b %Y", "%d %B %Y", "%d-%m-%Y")

Record = Mapping[str, str]


class TextsError(HundredDaysError):
    """A file of texts that cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns to read. `text` is guessed when it is empty; the others are read only when named."""

    text: str = ""
    date: str = ""
    scale: str = ""
    question: str = ""
    scale_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Texts:
    """The comments of a file in order, and the day of each where a date column was named."""

    comments: tuple[Comment, ...]
    days: tuple[date | None, ...] = ()


def read_texts(path: Path, columns: Columns) -> Texts:
    """The comments of a file with their scale bands, questions and days."""
    found = records(path)
    text = text_column(found, columns.text)
    for named in filter(None, (columns.date, columns.scale, columns.question)):
        require(named, found)
    bands = read_bands(found, columns)
    comments = (
        Comment(record.get(text, ""), band, record.get(columns.question, ""))
        for record, band in zip(found, bands, strict=True)
    )
    return Texts(tuple(comments), read_days(found, columns.date))


def read_column(path: Path, *likely: str) -> tuple[str, ...]:
    """One column of a file: the first of the likely names it has, else the one that looks like text."""
    found = records(path)
    named = next((name for name in likely if name in found[0]), "")
    column = text_column(found, named)
    return tuple(value for record in found if (value := record.get(column, "").strip()))


def records(path: Path) -> Sequence[Record]:
    """The records of a file, by its ending."""
    readers = {".csv": from_csv, ".jsonl": from_jsonl, ".txt": from_txt}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise TextsError(f"{path} is not a .csv, .jsonl or .txt file; save it as one of these and try again.")
    found = reader(decoded(path), path.name)
    if not found:
        raise TextsError(f"{path.name} holds no texts; check that it is the right file.")
    return found


def decoded(path: Path) -> str:
    """The contents of a file, which must be UTF-8, with or without a byte order mark."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise TextsError(
            f"{path.name} is not in UTF-8 (byte {fault.start}); save it again as UTF-8, in Excel as 'CSV UTF-8'.",
        ) from fault
    except OSError as fault:
        raise TextsError(f"{path} cannot be read: {(fault.strerror or 'unknown fault').lower()}.") from fault


def from_csv(contents: str, name: str) -> list[Record]:
    """Records of a table with a header; commas, semicolons or tabs."""
    header = contents.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        rows = list(csv.DictReader(io.StringIO(contents, newline=""), delimiter=delimiter, restkey=""))
    except csv.Error as fault:
        raise TextsError(f"{name} is not a readable CSV file: {fault}.") from fault
    return [{key.strip(): value or "" for key, value in row.items() if key} for row in rows]


def from_jsonl(contents: str, name: str) -> list[Record]:
    """Records of one JSON object, or one JSON string, a line; empty lines are none."""
    lines = enumerate(contents.split("\n"), start=1)
    return [from_line(line, f"{name}, line {number}") for number, line in lines if line.strip()]


def from_line(line: str, place: str) -> Record:
    """One line of JSON as a record."""
    try:
        value = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as fault:
        raise TextsError(f"{place} is not JSON; each line must be one object like {{'text': '...'}}.") from fault
    if isinstance(value, str):
        return {TEXT: value}
    if isinstance(value, dict):
        return {key: "" if part is None else str(part) for key, part in value.items()}
    raise TextsError(f"{place} is neither an object nor a string; each line must be one of these.")


def from_txt(contents: str, _name: str) -> list[Record]:
    """One text a line; empty lines are none."""
    return [{TEXT: line.strip()} for line in contents.splitlines() if line.strip()]


def text_column(found: Sequence[Record], named: str) -> str:
    """The column that holds the texts: the named one, a usual name, or the one with the longest texts."""
    if named:
        return require(named, found)
    names = column_names(found)
    usual = [name for likely in USUAL_COLUMNS for name in names if name.lower() == likely]
    return usual[0] if usual else max(names, key=lambda name: sum(len(record.get(name, "")) for record in found))


def require(named: str, found: Sequence[Record]) -> str:
    """A column that somebody named, or a sentence on which there are."""
    names = column_names(found)
    if named not in names:
        raise TextsError(f"There is no column '{named}'; the columns are {', '.join(names)}.")
    return named


def column_names(found: Iterable[Record]) -> list[str]:
    """Every column any record has, in order of appearance."""
    names = list(dict.fromkeys(name for record in found for name in record))
    if not names:
        raise TextsError("The file has no columns; its first line must name them.")
    return names


def read_bands(found: Sequence[Record], columns: Columns) -> list[Sentiment | None]:
    """What each writer's scale answer says, where there is one."""
    if not columns.scale:
        return [None] * len(found)
    bands = [band(record.get(columns.scale, ""), reverse=columns.scale_reversed) for record in found]
    if not any(bands):
        raise TextsError(f"The column '{columns.scale}' holds no answer from 1 to 5; name the scale's column.")
    return bands


def band(answer: str, *, reverse: bool = False) -> Sentiment | None:
    """An answer from 1 to 5 as a feeling; anything else is no answer."""
    try:
        score = float(answer)
    except ValueError:
        return None
    if not WORST <= score <= BEST:
        return None
    if score == MIDDLE:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if (score > MIDDLE) is not reverse else Sentiment.NEGATIVE


def read_days(found: Sequence[Record], column: str) -> tuple[date | None, ...]:
    """The day of each record, where it has one that can be read."""
    if not column:
        return ()
    days = tuple(day(record.get(column, "").strip()) for record in found)
    if not any(days):
        raise TextsError(f"The column '{column}' holds no date like 2026-01-31 or 31/01/2026; name the dates' column.")
    return days


def day(value: str) -> date | None:
    """A date in ISO 8601 or as people write it in Britain; anything else is no date."""
    return iso_day(value) or next(filter(None, (day_as(value, form) for form in DATE_FORMS)), None)


def iso_day(value: str) -> date | None:
    """A date or a time in ISO 8601, if it is one."""
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def day_as(value: str, form: str) -> date | None:
    """A date of one form, if it is one."""
    try:
        return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None
