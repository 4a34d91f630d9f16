"""Slack's app manifest, filled in for one installation.

The template at the root of the project can be pasted into Slack as it is. Its slash commands are those that the
features declare: `python -m adapters.slack.manifest` writes them into it, and a test says where that was forgotten.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.feature import Typed
from bot.routes import SLASH

TEMPLATE = Path(__file__).parents[2] / "manifest.json"
PLACEHOLDER = "https://hundred-days.example"


def manifest(public_url: str) -> dict[str, Any]:
    """The template at the root of the project, with its addresses on this installation's host."""
    filled = json.dumps(template()).replace(PLACEHOLDER, public_url.rstrip("/"))
    written: dict[str, Any] = json.loads(filled)
    return written


def template() -> dict[str, Any]:
    """The template with the slash commands that there are."""
    read: dict[str, Any] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    read["features"]["slash_commands"] = [_command(typed) for typed in SLASH]
    return read


def written(made: dict[str, Any]) -> str:
    """A manifest as it stands in a file."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _command(typed: Typed) -> dict[str, Any]:
    described = {"command": f"/{typed.word}", "url": f"{PLACEHOLDER}/slack/events", "description": typed.does}
    hint = {"usage_hint": f"[{typed.example}]"} if typed.example else {}
    return {**described, **hint, "should_escape": True}


if __name__ == "__main__":
    TEMPLATE.write_text(written(template()), encoding="utf-8")
