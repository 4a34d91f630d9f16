"""Names for things: random, 128 bits, so that no id can be guessed from another and none tells an order."""

from __future__ import annotations

import secrets

ID_BYTES = 16


def new_id() -> str:
    """A fresh id of 32 hexadecimal digits."""
    return secrets.token_hex(ID_BYTES)
