"""How often something may be done: a few times in a while, for each who does it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_KEPT = 10_000


@dataclass(slots=True)
class Pace:
    """At most `most` times in `seconds`, by name. In the memory of this process only, and no longer than that."""

    most: int
    seconds: float
    tick: Callable[[], float] = time.monotonic
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def full(self, name: str) -> bool:
        """Whether it has been done as often as it may be."""
        return len(self._lately(name)) >= self.most

    def note(self, name: str) -> None:
        """It has been done once more."""
        if name not in self._times and len(self._times) >= MOST_KEPT:
            self._forget()
        self._times.setdefault(name, deque()).append(self.tick())

    def allows(self, name: str) -> bool:
        """Whether it may be done now; if so, it is noted."""
        if self.full(name):
            return False
        self.note(name)
        return True

    def _lately(self, name: str) -> deque[float]:
        times = self._times.get(name, deque())
        while times and times[0] <= self.tick() - self.seconds:
            times.popleft()
        return times

    def _forget(self) -> None:
        """Drop whoever has done nothing lately; where that is nobody, those who were first."""
        self._times = {name: times for name in list(self._times) if (times := self._lately(name))}
        for name in list(self._times)[: max(0, len(self._times) - MOST_KEPT + 1)]:
            del self._times[name]
