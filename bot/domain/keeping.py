"""How long something is kept of people, in words for them and, where a clock ends it, as a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept and how long, in words that `time` fills in. Without a `time` it ends as they say, by no clock."""

    what: str
    how_long: str
    time: timedelta | None = None

    @property
    def numbers(self) -> dict[str, int]:
        """What fills in the words."""
        days = self.time.days if self.time else 0
        return {"days": days, "weeks": days // 7}

    def lasts(self) -> timedelta:
        """How long it is kept. Raises `ValueError` where no clock ends it."""
        if self.time is None:
            raise ValueError(f"no clock ends: {self.what}")
        return self.time
