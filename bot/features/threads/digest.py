"""What the weekly digest says of conversations."""

from __future__ import annotations

from bot.composing import Reader
from bot.domain.digests import DigestWeek
from bot.domain.threads import Side
from bot.feature import Said
from bot.views import Heading, text
from bot.words import N_, Words


async def waiting(week: DigestWeek, reader: Reader) -> Said:
    """That conversations wait for a leader of the unit or below it. Never how many: a few of them are a few people."""
    below = [unit for unit in week.tree.units if week.tree.inside(unit, week.unit)]
    threads = await reader.tx.threads.of_units(reader.organisation.id, below)
    waits = [seen for thread in threads if (seen := thread.seen_by(Side.LEADER, reader.now)).waiting]
    if not waits:
        return Said()
    days = max((reader.today - thread.entries[-1].day).days for thread in waits)
    return Said((Heading(reader.words(N_("Waiting for an answer"))), text(_longest(days, reader.words))))


def _longest(days: int, t: Words) -> str:
    longest = t.many("The longest has waited {n} day.", "The longest has waited {n} days.", days) if days else ""
    return t(N_("At least one conversation waits for a leader. {longest}"), longest=longest).strip()
