"""The README, done as it is printed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Timer

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FROM_HERE = ("Makefile", "pyproject.toml", "requirements")
OURS = ("HUNDRED_DAYS_", "SLACK_", "TEAMS_", "VAULT_")
PATIENCE = 600.0
WATCHED = "trap 'echo \"$BASH_COMMAND\" >> failed' ERR\n"


def blocks(heading: str) -> list[str]:
    """What is to be typed under a heading."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def machine(folder: Path) -> dict[str, str]:
    """A machine in a folder: our sources, the command line where the README has it, and a home of its own.

    `make` says what it would do and does not do it: installing takes minutes, and needs a network.
    """
    for name in FROM_HERE:
        (folder / name).symlink_to(ROOT / name)
    path = folder / ".venv" / "bin" / "hundred-days"
    path.parent.mkdir(parents=True)
    path.write_text(f'#!/bin/sh\nexec {sys.executable} -m bot "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {
        "HUNDRED_DAYS_PORT": str(port),
        "MAKEFLAGS": "n",
        "HOME": str(folder / "home"),
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
    }


def test_installing_it_works_in_the_order_printed(tmp_path: Path) -> None:
    """One terminal, one command after the other, and none fails: it serves, and Ctrl+C ends it."""
    typed = "".join(blocks("Install it"))
    assert "organisation create" in typed and typed.rstrip().splitlines()[-1].startswith(".venv/bin/hundred-days serve")
    script = tmp_path / "typed"
    script.write_text(WATCHED + typed, encoding="utf-8")
    said = []
    with subprocess.Popen(
        ["bash", script],
        cwd=tmp_path,
        env=machine(tmp_path),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as shell:
        assert shell.stdout is not None
        too_long = Timer(PATIENCE, os.killpg, (shell.pid, signal.SIGKILL))
        too_long.start()
        for line in shell.stdout:
            said.append(line)
            if "serve.listening" in line:
                os.killpg(shell.pid, signal.SIGINT)
        too_long.cancel()
    assert not (tmp_path / "failed").exists(), "".join(said)
    assert (tmp_path / "home" / "hundred-days-data" / "hundred-days.sqlite").exists()
    assert "3 people are in the list." in "".join(said)
    assert [json.loads(line)["event"] for line in said if line.startswith("{")][-1] == "serve.stopped"
    assert "Traceback" not in "".join(said)
