"""Reading comments from the files people have."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adapters.language.texts import Columns, TextsError, band, read_column, read_texts
from bot.domain.themes import Sentiment


def save(folder: Path, name: str, contents: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    return file


def said(path: Path, columns: Columns = Columns()) -> list[str]:  # noqa: B008 - frozen
    return [comment.text for comment in read_texts(path, columns).comments]


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        ("a.csv", "id,comment\n1,One thing\n2,Another\n"),
        ("bom.csv", "\ufeffcomment,id\nOne thing,1\nAnother,2\n"),
        ("longest.csv", "id;what they wrote\n1;One thing\n2;Another\n"),
        ("named.jsonl", '{"id": 1, "text": "One thing"}\n\n{"text": "Another"}\n'),
        ("bare.jsonl", '"One thing"\n"Another"\n'),
        ("a.txt", "One thing\r\n\r\nAnother\r\n"),
    ],
)
def test_texts_are_found_in_every_kind_of_file(tmp_path: Path, name: str, contents: str) -> None:
    """The text column is guessed, the header is no record, and a byte order mark is not part of a name."""
    assert said(save(tmp_path, name, contents)) == ["One thing", "Another"]


def test_named_columns_are_read(tmp_path: Path) -> None:
    """Scale, question and day come with each text."""
    file = save(tmp_path, "a.csv", "t,s,q,d\nFine,4,Why?,31/01/2026\nPoor,2,Why?,2026-02-01\n,x,,\n")
    texts = read_texts(file, Columns("t", "d", "s", "q"))
    assert [comment.band for comment in texts.comments] == [Sentiment.POSITIVE, Sentiment.NEGATIVE, None]
    assert [comment.question for comment in texts.comments] == ["Why?", "Why?", ""]
    assert texts.days == (date(2026, 1, 31), date(2026, 2, 1), None)


@pytest.mark.parametrize(
    ("answer", "felt", "turned"),
    [
        ("1", Sentiment.NEGATIVE, Sentiment.POSITIVE),
        ("3.0", Sentiment.NEUTRAL, Sentiment.NEUTRAL),
        ("5", Sentiment.POSITIVE, Sentiment.NEGATIVE),
        ("6", None, None),
        ("", None, None),
        ("nan", None, None),
    ],
)
def test_five_is_best_unless_reversed(answer: str, felt: Sentiment | None, turned: Sentiment | None) -> None:
    """An answer from 1 to 5 is a feeling; anything else is no answer."""
    assert band(answer) is felt
    assert band(answer, reverse=True) is turned


@pytest.mark.parametrize(
    ("name", "contents", "columns", "told"),
    [
        ("a.csv", "id,comment\n1,One\n", Columns("words"), "no column 'words'; the columns are id, comment"),
        ("a.csv", "comment\n", Columns(), "holds no texts"),
        ("a.txt", "", Columns(), "holds no texts"),
        ("a.csv", b"comment\ncaf\xe9\n", Columns(), "not in UTF-8"),
        ("a.jsonl", '{"text": "One"}\n{oops\n', Columns(), "line 2 is not JSON"),
        ("a.jsonl", "[1]\n", Columns(), "line 1 is neither"),
        ("a.xlsx", b"", Columns(), r"not a \.csv"),
        ("a.csv", "comment,s\nOne,good\n", Columns(scale="s"), "no answer from 1 to 5"),
        ("a.csv", "comment,d\nOne,soon\n", Columns(date="d"), "'d' holds no date like"),
    ],
)
def test_every_fault_says_what_to_do(
    tmp_path: Path, name: str, contents: str | bytes, columns: Columns, told: str
) -> None:
    """A file that cannot be read is answered with one plain sentence."""
    with pytest.raises(TextsError, match=told):
        read_texts(save(tmp_path, name, contents), columns)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A wrong path is answered with the path."""
    with pytest.raises(TextsError, match=r"none\.csv cannot be read: no such file"):
        read_texts(tmp_path / "none.csv", Columns())


def test_a_roster_is_a_column_of_names(tmp_path: Path) -> None:
    """The table of people can serve as the roster."""
    file = save(tmp_path, "people.csv", "key,name,email\n1,Jo Bloggs,averyveryverylongaddress@example.org\n")
    assert read_column(file, "name") == ("Jo Bloggs",)
