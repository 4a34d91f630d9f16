"""The app as a Teams administrator uploads it: a manifest and two icons in a zip."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from urllib.parse import urlsplit

from adapters.teams import icons
from bot.errors import Misconfigured
from bot.feature import Typed
from bot.routes import SLASH

Json = dict[str, Any]
SCHEMA = "1.19"
VERSION = "1.0.0"
STAMP = (2026, 1, 1, 0, 0, 0)
SHORT = "Be heard every week, and see what changed."
FULL = (
    "Hundred Days asks short pulses, gathers stories of change, carries two-way conversations between staff and "
    "leaders, and posts a weekly digest of what people say. Pulse answers are sealed, and results appear only where "
    "enough people have answered. It reads what you say to it, and no other message."
)


def manifest(public_url: str, app_id: str) -> Json:
    """The manifest, filled in. It asks for no permission to read messages."""
    url = public_url.rstrip("/")
    if not app_id or urlsplit(url).scheme != "https":
        raise Misconfigured("The Teams app needs TEAMS_APP_ID and a HUNDRED_DAYS_PUBLIC_URL that begins with https.")
    return {
        "$schema": f"https://developer.microsoft.com/en-us/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": VERSION,
        "id": app_id,
        "developer": {
            "name": "Hundred Days",
            "websiteUrl": url,
            "privacyUrl": f"{url}/privacy",
            "termsOfUseUrl": url,
        },
        "name": {"short": "Hundred Days", "full": "Hundred Days: pulses, stories and feedback"},
        "description": {"short": SHORT, "full": FULL},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#123C54",
        "defaultInstallScope": "personal",
        "bots": [_bot(app_id)],
        "validDomains": [urlsplit(url).netloc],
    }


def package(public_url: str, app_id: str) -> bytes:
    """The zip to upload. The same settings give the same bytes."""
    described = json.dumps(manifest(public_url, app_id), indent=2).encode()
    files = {"manifest.json": described, "color.png": icons.color(), "outline.png": icons.outline()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content)
    return target.getvalue()


def _bot(app_id: str) -> Json:
    commands = [{"title": typed.word, "description": _described(typed)} for typed in SLASH]
    scopes = ["personal", "team"]
    return {
        "botId": app_id,
        "scopes": scopes,
        "isNotificationOnly": False,
        "supportsFiles": False,
        "commandLists": [{"scopes": [scope], "commands": commands} for scope in scopes],
    }


def _described(typed: Typed) -> str:
    """What a command does, with an example as somebody would type it in Teams, where there are no slashes."""
    return f"{typed.does}, such as: {typed.word} {typed.example}" if typed.example else typed.does
