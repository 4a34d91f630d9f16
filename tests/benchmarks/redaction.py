"""Taking the names of ten thousand people out of five thousand comments, beside the same comments without a roster."""

from __future__ import annotations

import random
import time

from adapters.language.redact import redact
from adapters.language.roster import ordinary_words
from tests.benchmarks.digest import texts

NAMES, COMMENTS = 10_000, 5_000
SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnpr" for vowel in "aeio"]


async def run() -> str:
    """A line with both times, their ratio, and how long the roster takes to learn."""
    chance = random.Random(3)
    first, last = ([_name(chance) for _ in range(n)] for n in (1_500, 6_000))
    names = frozenset(f"{chance.choice(first)} {chance.choice(last)} {n % 7}" for n in range(NAMES))
    # Every comment names somebody rightly and somebody else with a slip.
    comments = [f"{text} {chance.choice(first)} and {chance.choice(last)[1:]}." for text in texts()[:COMMENTS]]
    ordinary_words()
    learnt, ours, bare = _seconds([""], names), _seconds(comments, names), _seconds(comments, frozenset())
    return (
        f"Redaction of {COMMENTS:,} comments with {len(names):,} names: {ours:.1f} s of processor; {learnt:.1f} s to "
        f"learn the roster; without one {bare:.1f} s; ratio {ours / bare:.1f}"
    )


def _name(chance: random.Random) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(chance.choice((2, 3, 3)))).title() + chance.choice("nsrl")


def _seconds(comments: list[str], names: frozenset[str]) -> float:
    began = time.process_time()
    for comment in comments:
        redact(comment, names)
    return time.process_time() - began
