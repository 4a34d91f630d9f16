"""A clock that can be set forward, and goes on from there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(slots=True)
class PracticeClock:
    """Called, it gives the practice time. It remembers itself in a file, so that a restart goes on where it stopped."""

    file: Path
    _base: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    _since: float = 0.0

    @classmethod
    def opened(cls, file: Path, otherwise: datetime) -> PracticeClock:
        """The clock as it was left, or set to a time of its own."""
        clock = cls(file)
        clock.set(datetime.fromisoformat(file.read_text()) if file.exists() else otherwise)
        return clock

    def __call__(self) -> datetime:
        return self._base + timedelta(seconds=time.monotonic() - self._since)

    def set(self, to: datetime) -> None:
        """Go on from `to`."""
        self._base, self._since = to, time.monotonic()
        self.keep()

    def keep(self) -> None:
        """Remember where it stands."""
        self.file.write_text(self().isoformat())
