"""Rehearsals for the tests of the attacks: the same week that the check of an installation lives through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from bot.audit.crowd import Plan
from bot.audit.loot import Loot, Night
from bot.audit.place import Place
from bot.audit.rehearsal import rehearse
from bot.audit.thief import Rows, Tables
from bot.host.settings import Settings
from storage.engine import sqlite_file
from tests import seeds
from tests.soak.figures import SOAK

PEOPLE = 200 if SOAK else 48
ENGINES = ("sqlite", "postgresql")
WEEKS = [(engine, seed) for seed, engine in enumerate(ENGINES)]
"""A week on each kind of database; in the soak twenty on each."""
if SOAK:
    WEEKS = [(engine, seed) for engine in ENGINES for seed in range(20)]


def place_of(database: str, folder: Path) -> Place:
    """A database of a test as a place to rehearse in."""
    return Place(Settings(database=SecretStr(database), keys=folder / "keys"), sqlite_file(database))


async def a_week(database: str, folder: Path, seed: int = 0, people: int = PEOPLE) -> Loot:
    """The loot of one week."""
    return await rehearse(place_of(database, folder), Plan(people, seed, seeds.fresh()))


def changed(tables: Tables, **given: Rows) -> Tables:
    """The same tables, except these."""
    return {**tables, **given}


def rows(tables: Tables, table: str, change: Callable[[dict[str, object]], Mapping[str, object]]) -> Tables:
    """The same tables, with each row of one changed."""
    return changed(tables, **{table: [{**row, **change(row)} for row in tables[table]]})


def closed(loot: Loot, tables: Tables) -> Loot:
    """The same loot, but that the database looked like this after the close."""
    return replace(loot, closed=tables, ended=tables)


def nightly(loot: Loot, change: Callable[[Tables], Tables]) -> Loot:
    """The same loot, but that every night's copy is changed."""
    return replace(loot, nights=[Night(night.name, change(night.tables)) for night in loot.nights])
