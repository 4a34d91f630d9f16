"""How much people write."""

from __future__ import annotations

from datetime import date
from typing import Protocol


class Limits(Protocol):
    """What each person has written, of every kind together. It stands nowhere but in memory."""

    def take(self, person: str, today: date) -> None:
        """Count one more thing that a person writes. Raises `Refusal` where it is too much for a day."""
