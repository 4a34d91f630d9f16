"""The command that checks: its exit status, its words, and its report for scripts."""

from __future__ import annotations

import json

import pytest

from bot.audit import check as checking
from bot.audit.findings import PROMISES
from tests.attack.installation import FEW, lived
from tests.conftest import Databases, apart
from tests.terminal import Terminal


def test_the_command_on_a_sound_installation(
    empty_sqlite: Databases, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 0, and sixteen promises in plain words with what was found; what it is doing is said aside."""
    monkeypatch.setattr(checking, "FAST", FEW)
    apart(lived(empty_sqlite.sqlite(terminal.folder), terminal.folder))
    ran = terminal.run("privacy-check", "--fast")
    assert ran.status == 0, ran
    assert "16 promises: 16 held, 0 cannot tell, 0 broken" in ran.out
    assert all(words in ran.out for words in PROMISES.values())
    assert "Rehearsing" in ran.err


@pytest.mark.unseeded
def test_the_command_on_an_installation_that_leaks(
    empty_postgresql: Databases, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL: status 1 with a planted tally of three; the report for scripts says which promise it breaks.

    Its words are searched for in the files of the server, so they are other ones in each run. By chance a rehearsal
    seems to leak once in twelve million: see `ONCE_IN`.
    """
    monkeypatch.setattr(checking, "FAST", FEW)
    with empty_postgresql.copied(terminal.folder) as url:
        live = apart(lived(url, terminal.folder))
        apart(live.run("UPDATE numbers SET share = 37"))
        terminal.configure(HUNDRED_DAYS_DATABASE_URL=url)
        ran = terminal.run("privacy-check", "--fast", "--json")
        assert ran.status == 1, ran
        said = json.loads(ran.out)
        assert [p["promise"] for p in said["promises"] if p["verdict"] == "broken"] == ["P5"]
        assert [p["promise"] for p in said["promises"] if p["verdict"] == "cannot tell"] == []


def test_the_command_needs_something_to_check(terminal: Terminal) -> None:
    """Without a database, or with an older schema, it says what to do and does nothing."""
    ran = terminal.run("privacy-check")
    assert ran.status == 2
    assert "Start `serve` first" in ran.err
    assert not (terminal.folder / "data" / "test.sqlite").exists()
