"""Whether the tests notice a change in what decides what is shown: `python -m tests.mutants [MODULE ...]`.

Every mutant of each module is tried against the module's own tests. Those that survive are named in `left.toml` with
the reason. It ends with 1 where another survives, where one that is named there does not, or where fewer than 95 of 100
are killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from tests.mutants.making import Mutant, mutants_of
from tests.scratch import scratch
from tests.soak.figures import Figure

ROOT = Path(__file__).parents[2]
TREE = ("bot", "adapters", "storage", "tests", "pyproject.toml")
LEFT = Path(__file__).with_name("left.toml")
GOAL = 95
LONGEST = 60
"""Seconds that the tests of a module may take, several times what they need: a mutant that goes on is noticed."""
PYTEST = (sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov")
FROZEN = "tests/unit/test_frozen.py"
NUMBERS = ("tests/unit/test_shares.py", "tests/unit/test_numbers.py", "tests/unit/test_ballots.py", FROZEN)
CELLS = ("tests/unit/test_cells.py", "tests/unit/test_rising.py", "tests/unit/test_season_rule.py")
SEASON = (*CELLS, "tests/attack/test_season.py", FROZEN)
PUBLISHING = ("tests/unit/test_publishing.py", "tests/attack/test_subtraction.py", FROZEN)
DIGESTS = ("tests/unit/test_digest_rules.py", "tests/quotes/test_rules.py", FROZEN)
TESTS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("shares", "numbers", "ballots"), NUMBERS),
    **dict.fromkeys(("results", "counting"), ("tests/unit/test_counting.py", *NUMBERS)),
    **dict.fromkeys(("season", "groups", "cells", "rising"), SEASON),
    "publishing": PUBLISHING,
    "digests": DIGESTS,
}
"""The modules of `bot.domain` that decide what is shown, and what shows that each of them does."""


def survivors(module: str) -> tuple[int, list[Mutant]]:
    """How many mutants a module has, and those that its tests do not notice."""
    path, workers = Path("bot", "domain", f"{module}.py"), os.cpu_count() or 1
    mutants = list(mutants_of((ROOT / path).read_text(encoding="utf-8")))
    with TemporaryDirectory() as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            trees.put(_copied(Path(folder) / str(number), path))

        def survives(mutant: Mutant) -> bool:
            with _borrowed(trees) as tree:
                (tree / path).write_text(mutant.source, encoding="utf-8")
                return _passes(tree, TESTS[module])

        with _borrowed(trees) as tree:
            assert _passes(tree, TESTS[module]), f"The tests of {module} fail without any mutant."
        with ThreadPoolExecutor(workers) as pool:
            return len(mutants), [m for m, lives in zip(mutants, pool.map(survives, mutants), strict=True) if lives]


def reasons() -> Mapping[tuple[str, str, str], str]:
    """Why a mutant is left alive, by its module and what is changed into what."""
    named = tomllib.loads(LEFT.read_text(encoding="utf-8"))
    return {(module, each["was"], each["reads"]): each["why"] for module in named for each in named[module]}


@contextmanager
def _borrowed(trees: SimpleQueue[Path]) -> Iterator[Path]:
    tree = trees.get()
    try:
        yield tree
    finally:
        trees.put(tree)


def _copied(tree: Path, mutated: Path) -> Path:
    """The product by itself, with what was compiled of it, but for what changes within a second and keeps its size."""
    tree.mkdir()
    for name in TREE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tree / name)
    for compiled in (tree / mutated.parent / "__pycache__").glob(f"{mutated.stem}.*"):
        compiled.unlink()
    return tree


def _passes(tree: Path, tests: Sequence[str]) -> bool:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    try:
        ended = subprocess.run(
            [*PYTEST, *tests], cwd=tree, env=environment, capture_output=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def main(names: Sequence[str]) -> int:
    """Nought where all is as promised."""
    unknown = set(names) - {*TESTS}
    if unknown:
        print(f"There is no {', '.join(sorted(unknown))}. There are: {', '.join(TESTS)}.")
        return 2
    modules = list(names or TESTS)
    known = {key: why for key, why in reasons().items() if key[0] in modules}
    found, killed, made = set[tuple[str, str, str]](), 0, 0
    for module in modules:
        n, left = survivors(module)
        killed, made = killed + n - len(left), made + n
        print(f"{module}: {n - len(left)} of {n} killed.", flush=True)
        for mutant in left:
            key = (module, mutant.was, mutant.reads)
            found.add(key)
            print(
                f"  {mutant.was}\n  {mutant.reads}\n    {known.get(key, 'SURVIVES, and nobody has said why.')}",
                flush=True,
            )
    for module, was, reads in known.keys() - found:
        print(f"{module} has a reason for what does not survive:\n  {was}\n  {reads}")
    figures = (
        Figure(f"Mutants killed in {', '.join(modules)}", 100 * killed / made, "%", at_least=GOAL),
        Figure("Mutants that survive without a reason being named", len(found - known.keys()), "", at_most=0),
        Figure("Reasons for mutants that do not survive", len(known.keys() - found), "", at_most=0),
    )
    kept = [figure.keep() for figure in figures]
    return int(any(figure.missed for figure in kept))


if __name__ == "__main__":
    with scratch() as where:
        os.environ.update(where)
        sys.exit(main(sys.argv[1:]))
