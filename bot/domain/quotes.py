"""Whether a comment may be quoted: its writer has allowed it, and somebody has looked whether it names anybody."""

from __future__ import annotations

from enum import StrEnum


class Review(StrEnum):
    """What a steward has said about quoting a comment. Nobody looked: it is not quoted."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
