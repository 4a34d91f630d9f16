"""How long one answer may take, however often it is tried: somebody is waiting for it, and so is Teams."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.teams import limits
from bot.ports.clock import Clock

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How time passes, and where chance comes from."""

    sleep: Sleep = asyncio.sleep
    chance: Callable[[], float] = random.random


@dataclass(slots=True)
class Patience:
    """Waits between two tries: for as long as Teams asks, or else longer each time, until it would be too long.

    What is left of the time is as long as a try may last, too.
    """

    clock: Clock
    seconds: float
    waiting: Waiting
    _tried: int = 0
    _until: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Begin to wait now."""
        self._until = self.clock() + timedelta(seconds=self.seconds)

    @property
    def left(self) -> float:
        """How many seconds there are yet."""
        return (self._until - self.clock()).total_seconds()

    async def waits(self, asked: float = 0.0) -> bool:
        """Wait before another try. False, at once, where there is no time for one."""
        pause = asked or self._drawn()
        self._tried += 1
        if self._tried > limits.RETRIES or pause + limits.TRY_SECONDS > self.left:
            return False
        await self.waiting.sleep(pause)
        return True

    def _drawn(self) -> float:
        """Twice as long each time, and not at the same moment as everybody else."""
        longest: float = limits.PAUSE_SECONDS * 2**self._tried
        return longest * (1 + self.waiting.chance()) / 2
