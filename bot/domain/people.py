"""People, where they sit in the organisation, and what their role lets them do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain import calendar
from bot.domain.keeping import Keeping
from bot.words import N_

THREAD_UNIT_MIN = 5

PERSON = Keeping(
    N_("Your name, e-mail, unit, place, grade, role and accounts"),
    N_("as long as you stand in your organisation's own list"),
)
LEFT = Keeping(
    N_("Your name and number in the list, once you have left it"),
    N_("{weeks} weeks, to keep your name out of quotes and two results from being compared"),
    timedelta(weeks=13),
)
SETTINGS = Keeping(N_("Your language and settings"), N_("until you change or erase them"))
INVITATIONS = Keeping(
    N_("An invitation to connect a workspace"), N_("until it is used, at most {days} days"), timedelta(days=14)
)
WORKSPACES = Keeping(
    N_("Accounts and channels of a workspace that removed the app"), N_("{days} days"), timedelta(days=30)
)


class Platform(StrEnum):
    """Where a person is met. `web` is our own: the practice workspace, and staff without a chat seat."""

    SLACK = "slack"
    TEAMS = "teams"
    WEB = "web"


class Role(StrEnum):
    """What a person may do. A leader leads the unit they belong to; a steward runs the programme."""

    STAFF = "staff"
    LEADER = "leader"
    STEWARD = "steward"


LEADING = frozenset({Role.LEADER, Role.STEWARD})
STEWARDS = frozenset({Role.STEWARD})


class Segment(StrEnum):
    """A label besides the unit by which results may be told apart."""

    PLACE = "place"
    GRADE = "grade"


@dataclass(frozen=True, slots=True)
class Labels:
    """What may be told apart in results, as it was when the pulse opened."""

    unit: str
    place: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a verified envelope says is speaking: one account on one workspace of one platform."""

    platform: Platform
    workspace: str
    user: str


def lane_of(platform: Platform | str, workspace: str) -> str:
    """What a workspace is called among those that may ask us to wait."""
    return f"{platform}:{workspace}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message can be sent: a person's account or a channel, with what else the platform needs to reach it."""

    platform: Platform
    workspace: str
    ref: str
    details: Mapping[str, str] = field(default_factory=dict)
    personal: bool = True


@dataclass(frozen=True, slots=True)
class Organisation:
    """One public body. It may span several Slack workspaces and Teams tenants.

    `pages_hide` says that people without a chat account count towards k, though no directory vouches for them.
    """

    id: str
    name: str
    zone: str = "Europe/London"
    nation: str = "ENG"
    pages_hide: bool = True

    @property
    def tz(self) -> ZoneInfo:
        """The time zone that its week is planned in."""
        return ZoneInfo(self.zone)

    def next_batch(self, now: datetime) -> datetime:
        """When what is waiting here is handed over next: at nine or three on a day on which people work."""
        return calendar.next_batch(now, self.tz, calendar.bank_holidays(self.nation))


@dataclass(frozen=True, slots=True)
class Unit:
    """A node of the organisation tree. The root has no parent."""

    id: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One human, whatever number of accounts they have. `paused` people are asked nothing."""

    id: str
    organisation: str
    key: str
    name: str
    unit: str
    role: Role = Role.STAFF
    place: str = ""
    grade: str = ""
    email: str = ""
    language: str = "en"
    zone: str = "Europe/London"
    paused: bool = False

    @property
    def tz(self) -> ZoneInfo:
        """The person's own time zone."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Tree:
    """The units of one organisation."""

    units: Mapping[str, Unit]
    below: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, units: Iterable[Unit]) -> Tree:
        """A tree of these units. The children of each stand in the order of their names."""
        below: dict[str, tuple[str, ...]] = {}
        ordered = sorted(units, key=lambda unit: (unit.name, unit.id))
        for unit in ordered:
            if unit.parent is not None:
                below[unit.parent] = (*below.get(unit.parent, ()), unit.id)
        return cls({unit.id: unit for unit in ordered}, below)

    @property
    def root(self) -> Unit:
        """The unit that is the whole organisation."""
        return next(unit for unit in self.units.values() if unit.parent is None)

    def up(self, unit: str) -> tuple[str, ...]:
        """The unit itself, its parent, and so on to the root."""
        path = [unit]
        while (parent := self.units[path[-1]].parent) is not None:
            path.append(parent)
        return tuple(path)

    def children(self, unit: str) -> tuple[str, ...]:
        """The units directly below."""
        return self.below.get(unit, ())

    def inside(self, unit: str, outer: str) -> bool:
        """Whether `unit` is `outer` or somewhere below it."""
        return outer in self.up(unit)

    def totals(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Sum counts by unit up the tree: what each unit holds together with everything below it."""
        sums = dict.fromkeys(self.units, 0)
        for unit, n in counts.items():
            for above in self.up(unit):
                sums[above] += n
        return sums

    def one_up(self, heads: Mapping[str, int]) -> dict[str, int]:
        """The same people, each counted in the unit above their own, and those of the root in the root."""
        counts = dict.fromkeys(self.units, 0)
        for unit, n in heads.items():
            counts[self.units[unit].parent or unit] += n
        return counts

    def shelters(self, heads: Mapping[str, int], led: Collection[str], least: int = THREAD_UNIT_MIN) -> dict[str, int]:
        """From how many people the words that reach each unit may come: its own, and those whose words rise to it.

        Words stay in a unit that is led and in which they may come from at least `least`. From every other one they
        rise, so whoever is below a unit that keeps its words hides nobody above it.
        """
        counts = dict.fromkeys(self.units, 0) | dict(heads)
        for unit in sorted(self.units, key=lambda unit: len(self.up(unit)), reverse=True):
            above = self.units[unit].parent
            if above is not None and (unit not in led or counts[unit] < least):
                counts[above] += counts[unit]
        return counts


def without(people: Iterable[Person], heads: Mapping[str, int]) -> dict[str, int]:
    """The heads of each unit less these people."""
    counts = dict(heads)
    for person in people:
        counts[person.unit] = max(0, counts.get(person.unit, 0) - 1)
    return counts
