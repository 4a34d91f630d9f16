"""Starting things from a terminal, and what every command says of itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator

import pytest
from typer.main import get_command

from bot.__main__ import app
from storage.engine import open_engines
from storage.migrate import newest, revision
from tests.terminal import Terminal

AT_LAST = 120.0
"""Seconds. A busy machine takes its time to start; nobody waits so long for one that does start."""
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]
INSIDE = {
    name: sorted(getattr(group, "commands", {}))
    for name, group in get_command(app).commands.items()  # type: ignore[attr-defined]
}
EVERY = [*((name,) for name in COMMANDS), *((name, inner) for name, inners in INSIDE.items() for inner in inners)]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens already."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_explains_itself(terminal: Terminal, words: tuple[str, ...]) -> None:
    """`--help` says in a sentence what a command does, and asks for no configuration."""
    terminal.configure(HUNDRED_DAYS_DATABASE_URL="", HUNDRED_DAYS_KEYS="")
    out = terminal.does(*words, "--help")
    usage, _, rest = out.partition("Usage: ")[2].partition("\n")
    assert " ".join(words) in usage
    assert len(rest.strip().splitlines()[0].split()) >= 3


def test_a_newcomer_is_told_where_to_start() -> None:
    """The commands that the documents name are there."""
    assert {"serve", "practice", "doctor", "migrate", "import-people", "themes", "package-teams"} <= set(COMMANDS)
    assert (INSIDE["pulse"], INSIDE["manifest"]) == (["close", "give-up", "open"], ["slack", "teams"])


def test_without_a_word_the_help_is_shown(terminal: Terminal) -> None:
    """Who types the name alone reads what there is, and where to begin."""
    ran = terminal.run()
    assert "hundred-days practice" in " ".join((ran.out + ran.err).split())


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_without_configuration_the_message_says_what_is_missing(terminal: Terminal, command: str) -> None:
    """Both variables are named at once, with where to read on: exit status 2 and no trace."""
    terminal.configure(HUNDRED_DAYS_DATABASE_URL="", HUNDRED_DAYS_KEYS="")
    ran = terminal.run(command)
    assert (ran.status, ran.out) == (2, "")
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == [
        "HUNDRED_DAYS_DATABASE_URL",
        "HUNDRED_DAYS_KEYS",
    ]
    assert "hundred-days doctor" in ran.err
    assert "Traceback" not in ran.err


def test_keys_beside_the_database_are_refused(terminal: Terminal) -> None:
    """A backup of the database's folder would hold the keys: the start says so and stops."""
    terminal.configure(HUNDRED_DAYS_KEYS=str(terminal.folder / "data" / "keys"))
    ran = terminal.run("serve")
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "outside the backups" in ran.err
    assert not (terminal.folder / "data" / "keys").exists()


def test_serve_answers_until_it_is_stopped(terminal: Terminal) -> None:
    """It makes the schema, answers on its port, and ends without a trace when it is interrupted.

    Its log says where it listens and what it uses, and that it stops: nothing else, and no address with a password.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    terminal.configure(HUNDRED_DAYS_PORT=str(port), HUNDRED_DAYS_PUBLIC_URL="https://days.council.example/pulse")
    answered: list[bytes] = []
    ended = threading.Event()

    def interrupt() -> None:
        until = time.monotonic() + AT_LAST
        while time.monotonic() < until and not answered and not ended.wait(0.05):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as page:
                answered.append(page.read())
        if not ended.is_set():
            os.kill(os.getpid(), signal.SIGINT)

    caller = threading.Thread(target=interrupt)
    caller.start()
    ran = terminal.run("serve")
    ended.set()
    caller.join()
    assert answered == [b"ready\n"]
    assert (ran.status, ran.err) == (0, "")
    listens, *stops = [json.loads(line) for line in ran.out.splitlines()]
    assert [line["event"] for line in (listens, *stops)] == ["serve.listening", "serve.stopping", "serve.stopped"]
    assert listens["address"] == f"127.0.0.1:{port}"
    assert listens["public"] == "days.council.example"
    assert (listens["platforms"], listens["database"]) == (["the pages"], "SQLite")
    assert str(terminal.folder) not in ran.out


def test_practice_on_a_port_in_use_says_what_to_do(terminal: Terminal, taken: int) -> None:
    """The port is named and another one suggested, in one sentence."""
    ran = terminal.run("practice", "--port", taken, "--folder", terminal.folder / "practice")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert f"Port {taken} is in use" in ran.err
    assert "--port 8090" in ran.err


async def test_migrate_makes_the_newest_schema(terminal: Terminal) -> None:
    """From nothing to what this version expects; a second time changes nothing."""
    for _ in range(2):
        assert "The database is up to date." in await asyncio.to_thread(terminal.does, "migrate")
    engines = open_engines(terminal.database)
    try:
        assert await revision(engines) == newest()
    finally:
        await engines.dispose()


def test_where_nobody_can_listen_is_said_in_a_sentence(terminal: Terminal, taken: int) -> None:
    """A port in use and a host that is none: one sentence with what to set, and no trace."""
    for host, port, why in (("127.0.0.1", taken, "in use"), ("no such host", 8080, "no such host")):
        terminal.configure(HUNDRED_DAYS_HOST=host, HUNDRED_DAYS_PORT=str(port))
        ran = terminal.run("serve")
        assert (ran.status, ran.err.count("\n")) == (2, 1), ran
        assert f"{host}:{port}" in ran.err and why in ran.err and "HUNDRED_DAYS_PORT" in ran.err


def test_a_folder_that_can_not_be_made_is_said_in_a_sentence(terminal: Terminal) -> None:
    """Where the database or the practice workspace cannot be: one sentence with the folder, and doctor sees it too."""
    (terminal.folder / "file").write_text("not a folder", encoding="utf-8")
    inside = terminal.folder / "file" / "data"
    practice = terminal.run("practice", "--folder", inside, "--port", 0)
    terminal.configure(HUNDRED_DAYS_DATABASE_URL=f"sqlite:///{inside}/days.sqlite")
    for ran in (practice, terminal.run("migrate")):
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert str(inside) in ran.err and "Not a directory" in ran.err
    assert "this user cannot make it" in terminal.run("doctor").out
