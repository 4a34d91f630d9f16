"""The shape of the house: what a feature may not forget, and how large a room may be."""

from __future__ import annotations

import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from bot import features, ports
from bot.feature import Feature
from bot.routes import COMMANDS, DECLARED, FEATURES, NOTICES
from bot.wire import Command, Message, Notice

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LONGEST_FILE = 350
COUNTED_WITH_ONES_DATA = {"access", "channels"}
"""One-time codes are counted by `mydata` itself; what channels hold is about workspaces."""
FROZEN = {"tests/upgrade/make.py", "storage/migrations/versions/0001_the_first_schema.py"}
"""What was written once for an old version, and is never changed."""


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(features.__path__, f"{features.__name__}."):
        yield import_module(found.name)


def kinds(base: type[Message]) -> set[type[Message]]:
    """Every kind of message that a module of a feature defines."""
    return {
        kind
        for module in modules()
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, base) and kind.__module__ == module.__name__
    }


def test_every_feature_is_in_the_tuple() -> None:
    """A package or module of `bot.features` that is in no table would be dead, and nobody would notice."""
    assert {feature.name for feature in FEATURES} == {found.name for found in pkgutil.iter_modules(features.__path__)}
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)


@pytest.mark.parametrize(("base", "table"), [(Command, COMMANDS), (Notice, NOTICES)])
def test_every_command_and_notice_is_declared(base: type[Message], table: dict[type[Message], object]) -> None:
    """One that is defined and not declared would be a button that no longer works, or a delivery nobody can read."""
    assert kinds(base) == set(table)


def test_no_two_features_offer_the_same() -> None:
    """A command, a notice, a slash command or a word after /100days is one feature's only."""
    for offered in (
        [kind for feature in FEATURES for kind in feature.commands],
        [kind for feature in FEATURES for kind in feature.notices],
        [typed.word for feature in FEATURES for typed in feature.typed],
        [word for feature in FEATURES for verb in feature.verbs for word in verb.words],
    ):
        assert len(set(offered)) == len(offered)


@pytest.mark.parametrize("feature", FEATURES, ids=[feature.name for feature in FEATURES])
def test_what_a_feature_offers_it_answers(feature: Feature) -> None:
    """Every button of the front page and every slash command is a command that somebody answers."""
    offered = {type(door.sends) for door in feature.doors} | {typed.command for typed in feature.typed}
    assert offered <= set(feature.commands)


@pytest.mark.parametrize("feature", DECLARED, ids=[feature.name for feature in DECLARED])
def test_what_is_held_about_a_person_is_shown_and_forgotten(feature: Feature) -> None:
    """A feature that holds something shows its person how much, and says how it is erased."""
    assert bool(feature.own_data) == bool(feature.erasure)
    assert bool(feature.holds) == bool(feature.own_data) or feature.name in COUNTED_WITH_ONES_DATA


def test_what_is_made_of_the_others_declares_nothing_that_is_made_of_it() -> None:
    """Digests, one's own data and the front door are made of `DECLARED`: what they declared of this would be lost."""
    made = [feature for feature in FEATURES if feature not in DECLARED]
    assert {feature.name for feature in made} == {"digests", "mydata", "home"}
    assert all(not feature.own_data and not feature.erasure for feature in made)


def test_rooms_are_small() -> None:
    """No file of code or tests is longer than 350 lines."""
    files = [path for room in ("bot", "adapters", "storage", "tests") for path in (ROOT / room).rglob("*.py")]
    long = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE and name not in FROZEN} == {}


def test_the_smallest_feature_of_contributing_is_one() -> None:
    """The skeleton that newcomers start from is a feature, as it is printed."""
    [code] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    name = "applause"
    made = ModuleType(name)
    sys.modules[name] = made
    try:
        exec(compile(code, name, "exec"), vars(made))
    finally:
        del sys.modules[name]
    feature = vars(made)["FEATURE"]
    assert isinstance(feature, Feature)
    assert {typed.command for typed in feature.typed} == set(feature.commands)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:bot|storage|tests|adapters)/[\w/]+\.py)`", TEXT))))
def test_every_file_that_contributing_names_is_there(path: str) -> None:
    """A name that leads nowhere would cost each newcomer a search."""
    assert (ROOT / path).exists()


def test_every_method_of_a_port_says_what_it_does() -> None:
    """A port is all that a feature knows of a repository: what it returns and raises stands there, not in the SQL."""
    silent = [
        f"{module.__name__}.{name}.{method}"
        for module in (
            import_module(f"{ports.__name__}.{found.name}") for found in pkgutil.iter_modules(ports.__path__)
        )
        for name, port in inspect.getmembers(module, inspect.isclass)
        if port.__module__ == module.__name__ and getattr(port, "_is_protocol", False)
        for method, function in vars(port).items()
        if inspect.isfunction(function) and not method.startswith("_") and not function.__doc__
    ]
    assert silent == []
