"""What a pulse sends to whom it asks."""

from __future__ import annotations

from dataclasses import dataclass

from bot.composing import Reader
from bot.domain.pulses import Pulse
from bot.features.pulses.screens import asking
from bot.views import View
from bot.wire import Notice


@dataclass(frozen=True, slots=True)
class PulseAsked(Notice):
    """A pulse has opened."""

    pulse: str


@dataclass(frozen=True, slots=True)
class PulseReminder(Notice):
    """A pulse is still open, for whoever has not answered it."""

    pulse: str


async def compose_asked(notice: PulseAsked, reader: Reader) -> View | None:
    """The pulse, for somebody on its roster, while it is open."""
    pulse = await _still_asking(notice.pulse, reader)
    if pulse is None or reader.person is None:
        return None
    answered = await reader.tx.ballots.items_answered(pulse, reader.person.id)
    return asking(pulse, answered, reader.words)


async def compose_reminder(notice: PulseReminder, reader: Reader) -> View | None:
    """The pulse once more, only for somebody who has answered nothing. Whoever has is not told apart afterwards."""
    pulse = await _still_asking(notice.pulse, reader)
    if pulse is None or reader.person is None:
        return None
    if await reader.tx.ballots.items_answered(pulse, reader.person.id):
        return None
    return asking(pulse, frozenset(), reader.words, reminder=True)


async def _still_asking(pulse_id: str, reader: Reader) -> Pulse | None:
    """The pulse, if it is open and this person has not asked to be left alone meanwhile."""
    pulse = await reader.tx.pulses.get(pulse_id)
    paused = reader.person is None or reader.person.paused
    return pulse if pulse and pulse.open_at(reader.now) and not paused else None
