"""The app package that an administrator uploads."""

from __future__ import annotations

import io
import json
import struct
import zipfile

import pytest

from adapters.teams.manifest import manifest, package
from bot.errors import Misconfigured
from bot.routes import TYPED

URL, APP = "https://days.example.gov.uk/", "3b6f1c52-0000-4000-8000-0000000000b0"


def test_manifest_offers_every_typed_command() -> None:
    """In a chat of one's own and in a team, Teams suggests exactly the commands that we understand."""
    [bot] = manifest(URL, APP)["bots"]
    assert {scope for group in bot["commandLists"] for scope in group["scopes"]} == {"personal", "team"}
    for group in bot["commandLists"]:
        assert {command["title"] for command in group["commands"]} == set(TYPED)
        assert all(len(command["description"]) <= 128 for command in group["commands"])


def test_manifest_keeps_to_its_lengths() -> None:
    """What Teams shows of the app is as long as it may be, and no permission to read messages is asked for."""
    made = manifest(URL, APP)
    assert len(made["name"]["short"]) <= 30
    assert len(made["name"]["full"]) <= 100
    assert len(made["description"]["short"]) <= 80
    assert len(made["description"]["full"]) <= 4000
    assert made["validDomains"] == ["days.example.gov.uk"]
    assert "authorization" not in made


@pytest.mark.parametrize(("url", "app"), [("http://days.example.gov.uk", APP), ("", APP), (URL, "")])
def test_manifest_needs_an_address_and_an_app(url: str, app: str) -> None:
    """Without an app id or an https address there is no app to package."""
    with pytest.raises(Misconfigured, match="TEAMS_APP_ID"):
        manifest(url, app)


def test_package_holds_the_manifest_and_two_icons() -> None:
    """The zip has the three files at its top, the icons in the sizes that Teams wants, and is the same every time."""
    made = package(URL, APP)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert set(archive.namelist()) == {"manifest.json", "color.png", "outline.png"}
        assert json.loads(archive.read("manifest.json"))["id"] == APP
        sizes = {name: struct.unpack(">2I", archive.read(name)[16:24]) for name in ("color.png", "outline.png")}
    assert sizes == {"color.png": (192, 192), "outline.png": (32, 32)}
