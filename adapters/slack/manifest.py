"""Slack's app manifest, filled in for one installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).parents[2] / "manifest.json"
PLACEHOLDER = "https://hundred-days.example"


def manifest(public_url: str) -> dict[str, Any]:
    """The template at the root of the project, with its addresses on this installation's host."""
    filled = TEMPLATE.read_text(encoding="utf-8").replace(PLACEHOLDER, public_url.rstrip("/"))
    written: dict[str, Any] = json.loads(filled)
    return written
