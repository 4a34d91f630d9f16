"""How much each person writes in a day: kept in memory, in this process only, and no longer than the day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.domain.limits import A_DAY, TOO_MUCH
from bot.errors import Refusal


@dataclass(slots=True)
class WritingLimits:
    """Stories, conversations and ideas together."""

    _taken: dict[tuple[str, date], int] = field(default_factory=dict)

    def take(self, person: str, today: date) -> None:
        """Count one more. Refuses where it was too much. Yesterday is kept: elsewhere it may still be that day."""
        yesterday = today - timedelta(days=1)
        self._taken = {taken: n for taken, n in self._taken.items() if taken[1] >= yesterday}
        taken = self._taken.get((person, today), 0)
        if taken >= A_DAY:
            raise Refusal(TOO_MUCH)
        self._taken[person, today] = taken + 1
