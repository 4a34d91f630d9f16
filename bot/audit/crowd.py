"""Invented people, who answer, comment, tell stories, speak up and offer ideas, each the same way every time."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.audit.loot import Marks

HEADER = "key,name,email,unit,parent_unit,place,grade,role,language,timezone,slack_id,teams_id,web_id"
ROOT = "Rehearsal"
TEAM = 16
PLACES = ("North", "South", "East", "West")
GRADES = ("Junior", "Senior", "Principal")
ANSWERING, TALKING = 0.7, 0.12
INSISTING = 10
"""One in so many of those who answer sends it again and again."""
WATCHING = 4
BACKED = (1, 2)
"""Whose ideas people back: those of the next ones who offer any."""
STEWARD = "steward"
DAYS = (0.4, 0.65, 0.9, 1.0)
"""How many of those who will answer have done so by the end of each day."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a rehearsal is. Two with one seed go alike except for what is random in the product itself.

    All that is written carries the mark, so that what is found in the files of a server is of no other rehearsal.
    """

    people: int = 200
    seed: int = 0
    mark: str = field(default_factory=lambda: secrets.token_hex(5))


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody's account, and who will do what, in the order they do it."""

    marks: Marks
    staff: Sequence[str]
    leaders: Mapping[str, str]
    answering: Sequence[str]
    changing: frozenset[str]
    insisting: frozenset[str]
    telling: Sequence[str]
    speaking: Sequence[str]
    scores: Mapping[tuple[str, int], int]
    csv: bytes

    @classmethod
    def of(cls, plan: Plan) -> Crowd:
        """A crowd of this size."""
        chance = random.Random(plan.seed)  # noqa: S311 (a story to be told, not a secret)
        marks = Marks(*(f"zq{kind}{plan.mark}" for kind in ("person", "answer", "draft", "story", "thread", "idea")))
        everybody = [f"{marks.person}n{number}" for number in range(plan.people)]
        teams = max(2, plan.people // TEAM)
        staff = everybody[teams:]
        few = max(16, int(plan.people * TALKING))
        answering = chance.sample(everybody, int(plan.people * ANSWERING))
        return cls(
            marks=marks,
            staff=staff,
            leaders={f"Team {n}": account for n, account in enumerate(everybody[:teams])},
            answering=answering,
            changing=frozenset(chance.sample(answering, len(answering) // 2)),
            telling=chance.sample(staff, few),
            speaking=chance.sample(staff, few),
            scores={(account, item): chance.randint(1, 5) for account in everybody for item in range(5)},
            csv=_staff_list(everybody, teams, chance),
            insisting=frozenset(chance.sample(answering, max(2, len(answering) // INSISTING))),
        )

    @property
    def watching(self) -> Sequence[str]:
        """A few leaders to whom somebody will write."""
        leaders = list(self.leaders.values())
        return sorted({leaders[self.staff.index(author) % len(leaders)] for author in self.speaking[:WATCHING]})

    @property
    def offering(self) -> Sequence[str]:
        """Who offers an idea: those who speak up, the last of them first, so that one order is not the other."""
        return self.speaking[::-1]

    @property
    def backing(self) -> Sequence[tuple[str, str]]:
        """Who backs whose idea. Each of those who offer one backs two others."""
        authors = self.offering
        return [(who, authors[(n + ahead) % len(authors)]) for ahead in BACKED for n, who in enumerate(authors)]

    def on_day(self, day: int) -> Sequence[str]:
        """Who answers for the first time on this day."""
        n = len(self.answering)
        return self.answering[int(n * (DAYS[day - 1] if day else 0)) : int(n * DAYS[day])]

    def comment(self, account: str) -> str:
        """What this person means to say."""
        return f"{self.marks.answer} {account} says that something ought to be done about the forms"

    def idea(self, account: str) -> str:
        """What this person would like to be better."""
        return f"{self.marks.idea} {account} would do without the forms"

    def draft(self, account: str) -> str:
        """What this person said first, and thought better of."""
        return f"{self.marks.draft} {account} was angry"


def _staff_list(everybody: Sequence[str], teams: int, chance: random.Random) -> bytes:
    rows = [HEADER, _row(STEWARD, "", "", "Head Office", "", "steward")]
    for number, account in enumerate(everybody):
        team = number % teams
        home = PLACES[team % len(PLACES)] if chance.random() < 0.95 else chance.choice(PLACES)
        role = "leader" if number < teams else "staff"
        rows.append(
            _row(account, f"Team {team}", f"Division {team % max(1, teams // 3)}", home, chance.choice(GRADES), role)
        )
    rows += [_row(f"division{n}", f"Division {n}", ROOT, "North", "", "leader") for n in range(max(1, teams // 3))]
    return "\n".join(rows).encode()


def _row(account: str, unit: str, parent: str, place: str, grade: str, role: str) -> str:
    name, mail = f"Person {account}", f"{account}@rehearsal.invalid"
    cells = [account, name, mail, unit, parent, place, grade, role, "en", "Europe/London", "", "", account]
    return ",".join(cells)
