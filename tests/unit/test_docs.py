"""What the documents promise is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.__main__ import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    """Each relative link and picture of a document names a file that is there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_attack_that_the_privacy_page_names_exists() -> None:
    """The page that a sceptic reads names tests by name: none of them may be gone."""
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = [name.rstrip("_*") for name in re.findall(r"(?<=[`:])test_\w+", page)]
    assert named
    assert [name for name in named if name not in tests and not list((ROOT / "tests").rglob(f"{name}.py"))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_a_document_names_is_there(document: Path) -> None:
    """What it tells somebody to type is a command of ours, with the options that it has."""
    words = document.read_text(encoding="utf-8")
    inside = re.findall(r"`(?:\.venv/bin/)?hundred-days ([^`]+)`", words.replace("\n", " "))
    typed = [*inside, *re.findall(r"^\.venv/bin/hundred-days ([^\n#]+)", words, re.MULTILINE)]
    assert [command for command in typed if not known(command)] == []


def known(typed: str) -> bool:
    """Whether the command line would understand this."""
    here: Any = get_command(app)
    words = typed.split()
    depth = 0
    while words and words[0] in getattr(here, "commands", {}):
        here, depth = here.commands[words.pop(0)], depth + 1
    options = {name for parameter in here.params for name in parameter.opts} | {"--help"}
    named = {word.rstrip(",.:") for word in words if word.startswith("--")}
    return named <= options and (depth > 0 or bool(named))


def test_every_setting_is_documented() -> None:
    """Each environment variable that a steward sets stands in the guide or in `doctor`'s advice."""
    guide = (ROOT / "docs" / "stewards.md").read_text(encoding="utf-8")
    settings = (ROOT / "bot" / "host" / "settings.py").read_text(encoding="utf-8")
    for_tests = {"SLACK_API_URL", "TEAMS_OPENID_URL", "TEAMS_TOKEN_URL", "TEAMS_SERVICE_HOSTS"}
    assert set(re.findall(r'alias="(\w+)"', settings)) - for_tests <= set(re.findall(r"`(\w+)`", guide))
