"""All that can be asked for, as the features declare it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from bot.core import Handler
from bot.feature import Door, Feature, Typed, Verb
from bot.wire import Command


@dataclass(frozen=True, slots=True)
class Menu:
    """Slash commands, words after /100days and buttons, in the order in which they are offered."""

    typed: tuple[Typed, ...]
    verbs: tuple[Verb, ...]
    doors: tuple[Door, ...]
    handlers: Mapping[type[Command], Handler]

    @classmethod
    def of(cls, features: Iterable[Feature]) -> Self:
        """What these features offer. The buttons that are named first come first, whosever they are."""
        features = tuple(features)
        doors = [door for feature in features for door in feature.doors]
        return cls(
            typed=tuple(typed for feature in features for typed in feature.typed),
            verbs=tuple(verb for feature in features for verb in feature.verbs),
            doors=tuple(sorted(doors, key=lambda door: not door.main)),
            handlers={kind: route.handler for feature in features for kind, route in feature.commands.items()},
        )

    @property
    def by_word(self) -> Mapping[str, Verb]:
        """Every word that may follow /100days."""
        return {word: verb for verb in self.verbs for word in verb.words}
