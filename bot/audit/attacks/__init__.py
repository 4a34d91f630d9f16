"""The attacks, a file a kind of thief. Each takes what was carried off from a rehearsal, and says what it tells."""

from __future__ import annotations

from collections.abc import Iterator

from bot.audit.attacks import backers, order, outside, remains, season, secrets_kept, written
from bot.audit.findings import Finding
from bot.audit.loot import Loot

ATTACKS = (
    order.attack,
    secrets_kept.attack,
    remains.attack,
    season.attack,
    written.attack,
    backers.attack,
    outside.attack,
)


def everything(loot: Loot) -> Iterator[Finding]:
    """What all attacks found."""
    for attack in ATTACKS:
        yield from attack(loot)
