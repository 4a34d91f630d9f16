"""Examples of every feature: a module of the feature's name for each that needs one, with its `EXAMPLE`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec

from bot.feature import Feature
from bot.routes import FEATURES
from bot.wire import Command
from tests.examples.councils import Councils
from tests.examples.example import Example


def example_of(feature: Feature) -> Example:
    """How a feature's commands are rightly used."""
    name = f"{__name__}.{feature.name}"
    if find_spec(name) is None:
        return Example()
    found = import_module(name).EXAMPLE
    assert isinstance(found, Example)
    return found


EXAMPLES = {feature.name: example_of(feature) for feature in FEATURES}
HOME_OF = {kind: feature.name for feature in FEATURES for kind in feature.commands}


def things_of(kind: type[Command]) -> set[str]:
    """The fields of a command that name something that is somebody's."""
    return {field.name for field in fields(kind)} & EXAMPLES[HOME_OF[kind]].things.keys()


USING = [kind for kind in HOME_OF if things_of(kind) and kind not in EXAMPLES[HOME_OF[kind]].explains]
"""Every command that names a thing of somebody's and does more than explain."""


async def right_values(councils: Councils, workspace: str, account: str, kind: type[Command]) -> dict[str, str]:
    """What this account could rightly send with a command, about things of its own."""
    example = EXAMPLES[HOME_OF[kind]]
    if kind in example.given:
        return dict(await example.given[kind](councils, workspace, account))
    names = {field.name for field in fields(kind)}
    values = {name: value for name, value in example.fields.items() if name in names}
    return values | {name: await example.things[name](councils, workspace, account) for name in things_of(kind)}


async def assert_untouched(councils: Councils, kind: type[Command], values: Mapping[str, str]) -> None:
    """The things that these values name are as they were."""
    await EXAMPLES[HOME_OF[kind]].untouched(councils, values)
