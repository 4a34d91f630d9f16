"""`hundred-days themes` as a person or a script meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from bot.cli.themes import themes

USUAL = ["My manager is kind and helpful to everybody", "The rota is always fixed far too late for us"]


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    file = tmp_path / "comments.csv"
    rows = ["The pay is terrible and Zebedee knows it, ask z@b.org", "Mae fy nghyflog yn rhy isel"]
    file.write_text("\n".join(["text", *(f'"{row}"' for row in rows)]), encoding="utf-8")
    return file


def run(*arguments: object) -> Result:
    app = Typer()
    app.command()(themes)
    wide = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=wide)


def test_json_is_all_that_a_script_gets(comments: Path) -> None:
    """Standard output is one JSON object with the promised names, and holds none of the texts."""
    result = run(comments, "--json")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert list(data) == ["texts", "languages", "themes", "items"]
    assert (data["texts"], data["languages"]) == (2, {"en": 1, "cy": 1})
    (pay,) = data["themes"]
    assert list(pay) == ["key", "name", "kind", "rows", "sentiment", "quotes"]
    assert (pay["key"], pay["kind"], pay["rows"]) == ("pay", "known", [0, 1])
    assert pay["sentiment"] == {"negative": 1, "neutral": 0, "positive": 0}
    assert data["items"] == [
        {"row": 0, "language": "en", "sentiment": "negative", "themes": ["pay"]},
        {"row": 1, "language": "cy", "sentiment": None, "themes": ["pay"]},
    ]


def test_quotes_are_redacted(comments: Path, tmp_path: Path) -> None:
    """A person reads a table and quotes in which nobody is named."""
    roster = tmp_path / "roster.txt"
    roster.write_text("Zebedee Spring\n", encoding="utf-8")
    shown = run(comments, "--roster", roster).stdout
    assert "Pay and benefits" in shown
    assert "[name] knows it, ask [email]" in " ".join(shown.split())


def test_dates_tell_what_is_new(tmp_path: Path) -> None:
    """With a date column, the last seven days are compared with the four weeks before."""
    old = [f"2026-01-{day:02},{text}" for day in range(5, 26) for text in USUAL * 3]
    new = [f"2026-01-31,The lift doors jammed on floor {floor}" for floor in "1234567"]
    file = tmp_path / "dated.csv"
    file.write_text("\n".join(["when,text", *old, *new]), encoding="utf-8")
    found = json.loads(run(file, "--date", "when", "--json").stdout)["themes"]
    (burst,) = [theme for theme in found if theme["kind"] == "emerging"]
    assert burst["rows"] == list(range(len(old), len(old) + 7))


def test_a_fault_is_one_sentence_and_exit_code_two(tmp_path: Path) -> None:
    """A mistake is answered on stderr, without a traceback and with nothing on stdout."""
    result = run(tmp_path / "none.csv", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "cannot be read" in result.stderr


def test_help_teaches() -> None:
    """The help has an example and says which end of the scale is best."""
    shown = " ".join(run("--help").stdout.split())
    assert "comments.csv" in shown
    assert "5 is best" in shown
