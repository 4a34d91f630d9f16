"""Groups of people whose answers to one question are told together, and never apart, for a season.

Whoever knows two numbers that differ in one person knows that person's answer. So for each question everybody is in one
*cell*, of k people or more, who are counted together or not at all as long as the season lasts: a team, part of a large
one, or those of several who are too few by themselves. Every number is about whole cells. Whoever comes waits for a
cell that can take them. A cell that somebody has left is not counted, until a crowd has left it and others: then all
of these are one *pool*, told only as a whole.

A season ends for a group when it was not told for thirteen weeks: its people may think differently by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from bot.domain.keeping import Keeping
from bot.domain.people import Labels, Tree
from bot.words import N_

SEASON = timedelta(weeks=13)
"""How long an answer may still be what its giver thinks."""
COUNTED = Keeping(
    N_("With whom your answers may be counted, under a code instead of your name"),
    N_("{weeks} weeks after something was last told of these people; never whether you answered"),
    SEASON,
)
RECOGNITION = Keeping(
    N_("A code by which you are recognised in another list"),
    N_("{weeks} weeks after you were last in one"),
    timedelta(weeks=18),
)
Token = bytes
"""What somebody is known by: the same in every list, programme and organisation of an installation, and no name."""
NOWHERE = Labels("")
SIGNATURES = 2**128


class Kind(StrEnum):
    """Everybody who is counted is in one cell; `left` are those who have left the cells of a pool."""

    CELL = "cell"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Group:
    """People whose sum was told, or can be worked out from what was told; `told` is when, last.

    `labels` are the unit that a cell is counted in, and the place and grade that all its people share, as it was when
    it was made. Cells of one `pool` are told together. Those in `unvouched` belong to it and hide nobody. From `ends`
    on it is told no more, so that its people can be counted where they are by then.
    """

    id: str
    kind: Kind
    pool: str
    members: frozenset[Token]
    told: date
    labels: Labels = NOWHERE
    unvouched: frozenset[Token] = frozenset()
    ends: date | None = None

    def live(self, day: date) -> bool:
        """Whether what was told of it may still be what its people think."""
        return self.told > day - SEASON


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in the list of staff, with their labels; `asked`, or away this week, which is not leaving.

    `hides` says that they count towards k: they were asked, and a platform's own directory vouches for them. `waits`
    says that they may be somebody who is counted under another token: they are taken into no cell.
    """

    labels: Labels
    asked: bool = True
    hides: bool = True
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What groups must keep to on a day, in this tree: no sum about fewer than `k` who hide somebody."""

    tree: Tree
    k: int
    day: date

    @property
    def crowd(self) -> int:
        """How many come, or leave, to be told together: that five of them agree is not rare, that ten do is."""
        return 2 * self.k


@dataclass(frozen=True, eq=False)
class Pool:
    """Cells that are told together, less those who have left them since each was told by itself.

    Most pools are one cell that nobody has left.
    """

    id: str
    cells: tuple[Group, ...]
    left: tuple[Group, ...] = ()

    @cached_property
    def gone(self) -> frozenset[Token]:
        """Those who were taken out of it."""
        return union(group.members for group in self.left)

    @cached_property
    def members(self) -> frozenset[Token]:
        """Everybody whose answers are told in it."""
        return union(cell.members for cell in self.cells) - self.gone

    @cached_property
    def unvouched(self) -> frozenset[Token]:
        """Those of its members, now or once, who hide nobody."""
        return union(cell.unvouched for cell in self.cells)

    @cached_property
    def signature(self) -> int:
        """A number that stands for exactly its members; the sum of two stands for both together."""
        return sum(int.from_bytes(sha256(token).digest()[:16]) for token in self.members) % SIGNATURES

    @property
    def ends(self) -> date | None:
        """The day from which it is told no more."""
        return min((cell.ends for cell in self.cells if cell.ends), default=None)

    def labels(self, tree: Tree) -> Labels:
        """The smallest unit that all its cells are in, and what else they share."""
        return common([cell.labels for cell in self.cells], tree)

    def told(self, day: date) -> tuple[Group, ...]:
        """Its groups as they are to be kept once it was told on a day."""
        cells = (replace(cell, pool=self.id, ends=self.ends, told=max(cell.told, day)) for cell in self.cells)
        return (*cells, *(replace(group, pool=self.id) for group in self.left))


def pools_of(groups: Iterable[Group]) -> list[Pool]:
    """The pools that groups stand in, in the order of their ids."""
    kinds: dict[Kind, dict[str, list[Group]]] = {kind: {} for kind in Kind}
    for group in groups:
        kinds[group.kind].setdefault(group.pool, []).append(group)
    left = kinds[Kind.LEFT]
    return [Pool(pool, tuple(own), tuple(left.get(pool, ()))) for pool, own in sorted(kinds[Kind.CELL].items())]


def union(sets: Iterable[frozenset[Token]]) -> frozenset[Token]:
    """Everybody who is in any of these."""
    return frozenset[Token]().union(*sets)


def common(labels: Sequence[Labels], tree: Tree) -> Labels:
    """The smallest unit that holds all of these, and the place and the grade that they share.

    A unit that is not in the tree any more counts as the whole organisation.
    """
    places, grades = {each.place for each in labels}, {each.grade for each in labels}
    return Labels(
        common_unit(list(dict.fromkeys(each.unit for each in labels)), tree),
        places.pop() if len(places) == 1 else "",
        grades.pop() if len(grades) == 1 else "",
    )


def common_unit(units: Sequence[str], tree: Tree) -> str:
    """The smallest unit that holds all of these."""
    if any(unit not in tree.units for unit in units):
        return tree.root.id
    paths = [set(tree.up(unit)) for unit in units]
    return next(above for above in tree.up(units[0]) if all(above in path for path in paths))
