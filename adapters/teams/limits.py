"""What Teams takes, and where we stop before it does."""

from __future__ import annotations

import json
from typing import Any

CARD_BYTES = 76_000
ORDINARY_BYTES = 25_000
BODY_BYTES = 256 * 1024
DEPTH = 100
NAME_BYTES = 600
CARD_VERSION = "1.5"

TITLE = 150
TEXT = 4_000
VALUE = 3_000
LABEL = 200
BUTTON = 80
HINT = 500
SPOKEN = 500
TYPED = 8_000
LINES = 60
ROWS = 50
OPTIONS = 100
ACTIONS_IN_A_ROW = 6
DIALOG_TITLE = 64
EXPANDED_OPTIONS = 7

TOKEN_EARLY_SECONDS = 300
CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 15.0
KEYS_SECONDS = 3.0
KEYS_REFETCH_SECONDS = 60
KEYS_LIFE_SECONDS = 24 * 3600
TOKEN_LEEWAY_SECONDS = 300
PAUSE_SECONDS = 0.5
RETRIES = 4
LOOKUP_SECONDS = 2.0
INVOKE_SECONDS = 3.0
MESSAGE_SECONDS = 8.0
TRY_SECONDS = 0.5
"""Somebody waits: so many seconds it may take in all to find out who they are, to get an answer out after a press, and
to get it out after typed words. With less than `TRY_SECONDS` left no try begins: it would only end in doubt."""
WAIT_SECONDS = 5.0
WAIT_MOST_SECONDS = 3600.0
REMEMBERED = 10_000
WELCOME_SECONDS = 600
HELD = 1_000
HELD_SECONDS = 600


def clip(text: str, longest: int) -> str:
    """The text, or as much of it as fits with an ellipsis at its end."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def size(payload: dict[str, Any]) -> int:
    """How many bytes a payload takes as Teams counts them: UTF-16."""
    return len(json.dumps(payload, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))
