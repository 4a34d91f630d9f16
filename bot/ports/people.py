"""Persons, units, accounts, and how somebody is let in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.domain.people import Address, Identity, Organisation, Person, Platform, Tree, Unit
from bot.domain.sessions import Pass
from bot.domain.trustees import Trustee


@dataclass(frozen=True, slots=True)
class Member:
    """A known account: the person behind it, their organisation, and what the platform needs to reach them."""

    person: Person
    organisation: Organisation
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entrant:
    """A person as a list of staff names them, before they are stored. `accounts` are those the list knows."""

    person: Person
    accounts: tuple[Identity, ...] = ()


class People(Protocol):
    """Persons, units and accounts."""

    async def tree(self, organisation: str) -> Tree:
        """The units of an organisation."""

    async def add_unit(self, organisation: str, unit: Unit) -> None:
        """Store a new unit."""

    async def get(self, person: str) -> Person | None:
        """The person; None where they have left, or there is none of this id."""

    async def preload(self, persons: Collection[str]) -> None:
        """Read these people and their addresses at once: each is about to be asked for, in this transaction."""

    async def list_all(self, organisation: str) -> tuple[Person, ...]:
        """Everybody who is in the list of an organisation."""

    async def names_to_hide(self, organisation: str) -> frozenset[str]:
        """What colleagues may be called by in what people write, with those who left not long ago."""

    async def member_by_account(self, identity: Identity) -> Member | None:
        """Who an account is, in which organisation; None for a stranger."""

    async def by_email(self, organisation: str, email: str) -> Person | None:
        """The one person with this address; None where nobody or several have it."""

    async def enter(self, organisation: str, entrants: Sequence[Entrant]) -> None:
        """Add or change people by their key, with their accounts. Who had left and is listed again is back."""

    async def depart(self, organisation: str, listed: Collection[str], today: date) -> int:
        """Whoever is not among these keys has left: nothing leads to them any more but where they were counted.

        Their name stays for a while, so that it is taken out of what others write. Returns how many left.
        """

    async def count_absent(self, organisation: str, listed: Collection[str]) -> int:
        """How many people are not among these keys."""

    async def shared_emails(self, organisation: str) -> Mapping[str, tuple[str, ...]]:
        """The keys of the people who have an e-mail address that others have too, by that address."""

    async def waiting_accounts(self, organisation: str) -> Mapping[Platform, int]:
        """How many accounts are known from a list, and wait for their workspace to be connected."""

    async def link(self, identity: Identity, person: Person, details: Mapping[str, str]) -> None:
        """Note that an account is a person's, and what the platform needs to reach it."""

    async def save_settings(self, person: Person) -> None:
        """Keep a person's own settings."""

    async def address(self, person: str) -> Address | None:
        """Where to write to a person; None where they have no account that can be reached."""

    async def possible_writers(self, organisation: str) -> Mapping[str, int]:
        """How many people in each unit could have written something: those with an account who do not lead it."""

    async def leaders(self, organisation: str, unit: str) -> tuple[Person, ...]:
        """Those who lead a unit."""

    async def units_with_leader(self, organisation: str) -> frozenset[str]:
        """The units that have a leader."""

    async def stewards(self, organisation: str) -> tuple[Person, ...]:
        """Those who run the programmes of an organisation."""

    async def without_chat(self, organisation: str) -> tuple[Person, ...]:
        """Everybody who has no account on Slack or Teams."""

    async def count_reachable(self, organisation: str) -> int:
        """How many people have an account to write to."""


class Codes(Protocol):
    """One-time codes that let a person into the pages, known by their hashes."""

    async def issue(self, passes: Mapping[str, Pass]) -> None:
        """Keep these, by hash, in place of earlier ones for the same people and purposes."""

    async def redeem(self, code_hash: str, now: datetime) -> Pass | None:
        """Use one up; what it was good for, or None if it is not valid any more."""


class Trustees(Protocol):
    """Those whose passphrase is needed to close a pulse."""

    async def for_organisation(self, organisation: str) -> Trustee | None:
        """The trustee for an organisation's next pulse, if it has one."""

    async def get(self, trustee: str) -> Trustee | None:
        """The trustee; None where there is none of this id."""

    async def appoint(self, trustee: Trustee) -> None:
        """From the next pulse on, in place of an earlier one."""

    async def dismiss(self, organisation: str) -> bool:
        """From the next pulse on there is none. False if there was none."""
