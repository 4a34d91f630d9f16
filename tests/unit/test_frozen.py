"""Data is not changed once it is made: so a number that was worked out stays what it was."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import pytest

from bot import domain


def dataclasses_of_the_rules() -> Iterator[type[Any]]:
    for found in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}."):
        module = import_module(found.name)
        yield from (
            kind
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if kind.__module__ == module.__name__ and is_dataclass(kind)
        )


@pytest.mark.parametrize("kind", list(dataclasses_of_the_rules()), ids=lambda kind: kind.__qualname__)
def test_data_of_the_rules_is_frozen(kind: type[Any]) -> None:
    """And nothing can be hung onto it, but for what it works out once and keeps."""
    assert kind.__dataclass_params__.frozen
    keeps = any(isinstance(value, cached_property) for value in vars(kind).values())
    assert keeps or "__slots__" in vars(kind)
