"""The digest's own sections."""

from __future__ import annotations

from bot.composing import Reader
from bot.domain.digests import DigestWeek
from bot.feature import Said
from bot.features.digests.screens import by_segment, participation, scores, themes


async def numbers(week: DigestWeek, reader: Reader) -> Said:
    """How many answered, and what. A channel gets no places and grades."""
    t = reader.words
    segments = by_segment(week, t) if reader.channel is None else ()
    return Said((*participation(week, t), *scores(week, t), *segments))


async def written_about(week: DigestWeek, reader: Reader) -> Said:
    """What people wrote about."""
    return Said(tuple(themes(week, reader.words)))
