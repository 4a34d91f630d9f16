"""The time, as the core asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""What says which time it is: an aware one, in UTC. Tests and the practice workspace bring their own."""
