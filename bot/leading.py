"""Who answers for a unit: its leaders, or the stewards where it has none."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.people import Person, Role
from bot.ports.store import Transaction


async def answering(organisation: str, unit: str, tx: Transaction) -> tuple[Person, ...]:
    """The leaders of a unit, or the stewards where it has none."""
    return await tx.people.leaders(organisation, unit) or await tx.people.stewards(organisation)


async def units_answered_by(person: Person, tx: Transaction) -> Collection[str]:
    """The units that this person answers for."""
    match person.role:
        case Role.LEADER:
            return {person.unit}
        case Role.STEWARD:
            tree = await tx.people.tree(person.organisation)
            return tree.units.keys() - await tx.people.units_with_leader(person.organisation)
        case Role.STAFF:
            return ()
