"""What Slack and Teams are told about an installation, as an administrator prints it."""

from __future__ import annotations

import json
import zipfile

from adapters.teams import icons
from tests.terminal import Terminal

URL = "https://days.council.example"
TEAMS = {
    "TEAMS_APP_ID": "3b6f1c52-0000-4000-8000-0000000000b0",
    "TEAMS_APP_PASSWORD": "zq-secret",
    "TEAMS_TENANT_ID": "3b6f1c52-0000-4000-8000-0000000000b1",
}


def test_slack_s_manifest_is_all_that_is_printed(terminal: Terminal) -> None:
    """Standard output is JSON to be pasted, with this installation's address everywhere and no other's."""
    terminal.configure(HUNDRED_DAYS_PUBLIC_URL=f"{URL}/")
    printed = terminal.does("manifest", "slack")
    made = json.loads(printed)
    assert {command["url"] for command in made["features"]["slash_commands"]} == {f"{URL}/slack/events"}
    assert "hundred-days.example" not in printed


def test_teams_manifest_is_all_that_is_printed(terminal: Terminal) -> None:
    """Standard output is JSON with the app's id and this installation's host, and not its secret."""
    terminal.configure(HUNDRED_DAYS_PUBLIC_URL=URL, **TEAMS)
    printed = terminal.does("manifest", "teams")
    made = json.loads(printed)
    assert (made["id"], made["validDomains"]) == (TEAMS["TEAMS_APP_ID"], ["days.council.example"])
    assert TEAMS["TEAMS_APP_PASSWORD"] not in printed


def test_a_manifest_needs_an_address(terminal: Terminal) -> None:
    """Without the public address each of them names the variable to set."""
    terminal.configure(**TEAMS)
    for words in (("manifest", "slack"), ("manifest", "teams"), ("package-teams", terminal.folder / "app.zip")):
        ran = terminal.run(*words)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1), words
        assert "Set HUNDRED_DAYS_PUBLIC_URL" in ran.err
    assert not (terminal.folder / "app.zip").exists()


def test_teams_needs_its_app(terminal: Terminal) -> None:
    """Without the app's id each of the Teams commands names the variable to set."""
    terminal.configure(HUNDRED_DAYS_PUBLIC_URL=URL)
    for words in (("manifest", "teams"), ("package-teams", terminal.folder / "app.zip")):
        ran = terminal.run(*words)
        assert (ran.status, ran.out) == (2, "")
        assert "Set TEAMS_APP_ID" in ran.err


def test_the_package_is_written_where_it_was_asked(terminal: Terminal) -> None:
    """A zip with the manifest and the icons, ready to upload."""
    terminal.patch.setattr(icons, "color", lambda: b"drawn elsewhere")
    terminal.configure(HUNDRED_DAYS_PUBLIC_URL=URL, **TEAMS)
    file = terminal.folder / "app.zip"
    assert terminal.does("package-teams", file).strip() == f"{file} is ready to upload."
    with zipfile.ZipFile(file) as archive:
        assert set(archive.namelist()) == {"manifest.json", "color.png", "outline.png"}
        assert json.loads(archive.read("manifest.json"))["id"] == TEAMS["TEAMS_APP_ID"]
