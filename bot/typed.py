"""What was typed as a command, and which command was meant where a finger slipped."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST = 4
LONG = 8


def divided(said: str) -> tuple[str, str]:
    """The first word, without a slash and in small letters, and what stands after it."""
    first, rest, *_ = (*said.strip().removeprefix("/").split(maxsplit=1), "", "")
    return first.lower(), rest.strip()


def meant(word: str, known: Iterable[str]) -> str:
    """The known word that this one was meant to be; nothing where it is no slip of the finger.

    A slip leaves the first letter and changes one more, or two of a long word: by that, `sotry` is `story` and `sorry`
    is not, nor is `there` the command `here`. Ratios of letters, as difflib has them, cannot tell these apart.
    """
    near = [(_slips(word, other), other) for other in known if other[:1] == word[:1] and len(other) >= SHORTEST]
    close = [(slips, other) for slips, other in near if slips <= (2 if len(other) >= LONG else 1)]
    return min(close)[1] if close else ""


def _slips(one: str, other: str) -> int:
    """How many letters were left out, added, changed or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cheapest = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            swapped = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted
            row.append(min(cheapest, last[j - 2] + 1) if swapped else cheapest)
    return row[-1]
