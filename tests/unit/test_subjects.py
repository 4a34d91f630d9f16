"""Every column that can lead to a person is declared with all that becomes of it, and that is what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from sqlalchemy import Column, Date, ForeignKey, LargeBinary, MetaData, String, Table, TextClause, bindparam, text
from sqlalchemy.types import TypeEngine

import storage
from bot.domain.people import LEFT
from bot.domain.sessions import CODE_LASTS, Pass, Purpose
from bot.domain.threads import Hearing
from bot.features.pulses.notices import PulseReminder
from bot.features.quotes import QuotesWaiting
from bot.ports.outbox import Destination, When
from bot.routes import RETENTION
from storage.engine import open_engines
from storage.repositories import PERSONAL, SUBJECTS
from storage.rows.base import Row
from storage.rows.outbox import ENDED, DeliveryState
from storage.subject import Ends, ErasureEffect, Personal, Way
from tests.attack.test_erasure import COLLEAGUE, ME, WRITTEN, erase, lives, person_of
from tests.attack.thief import Rows, steal
from tests.unit.test_leavers import gone
from tests.world import CLOSES, OPENS, World

LEADING = re.compile(
    r"(^|_)(person|people|member|user|teller|author|voter|owner|colleague|email|slot|route|receipt)(_id|_key|_hash)?$"
)
"""What a column is called that leads to a person: who they are to it, or how they are found."""
REPOSITORY = re.compile(r"^Sql(?!Store$|Transaction$|Traces$)\w+$")
PLANT_A_GROUP = """
    INSERT INTO season_groups
    (id, organisation_id, item, kind, pool, unit_id, place, grade, members, unvouched, told, key)
    VALUES (:person, :here, 'an item', 'cell', :person, 'unit', '', '', :mark, :mark, :day, 'key')
"""
NOTHING = {"None", "", "{}"}
LONG_AFTER = OPENS + timedelta(days=400)
Loot = Mapping[str, Rows]
Key = tuple[str, ...]
Planted = set[tuple[Key, str]]
"""Rows, by their keys, each with what stands in one column of it."""


def undeclared(metadata: MetaData, people: Column[str]) -> set[str]:
    """Every column that can lead to a person, and does not say what becomes of it."""
    leading = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if LEADING.search(column.name) or column.references(people) or column is people
    }
    return leading - set(PERSONAL)


def test_every_column_that_leads_to_a_person_is_declared() -> None:
    """Erasing, leaving and the clock: a declaration cannot be made without saying what each does."""
    assert undeclared(Row.metadata, Row.metadata.tables["people"].c.id) == set()
    assert {each.keeping for each in PERSONAL.values()} <= set(RETENTION)
    assert set(PERSONAL) <= {
        f"{table.name}.{column.name}" for table in Row.metadata.sorted_tables for column in table.c
    }


NEW = ("x_person_id", "teller", "author_id", "voter", "slot", "route", "receipt_hash")


@pytest.mark.parametrize(
    ("name", "points"), [*((name, []) for name in NEW), ("told_by", [ForeignKey("people.id")])], ids=[*NEW, "told_by"]
)
def test_a_new_column_that_declares_nothing_is_found(name: str, points: list[ForeignKey]) -> None:
    """By its name, or because it points at people. A column beside it that leads to nobody is left alone."""
    made_up = MetaData()
    people = Table("people", made_up, Column("id", String(), primary_key=True))
    column = Column(name, String(), *points)
    Table("hunches", made_up, Column("id", String(), primary_key=True), column, Column("unit_id", String()))
    assert undeclared(made_up, people.c.id) == {f"hunches.{name}"}


@pytest.mark.parametrize("missing", ["keeping", "erased", "departed", "ends"])
def test_a_declaration_says_everything(missing: str) -> None:
    """What it is kept as, what erasing and leaving do, and what ends it."""
    [some, *_] = PERSONAL.values()
    said: dict[str, object] = {
        name: getattr(some, name) for name in ("column", "keeping", "erased", "departed", "ends")
    }
    del said[missing]
    declare: Callable[..., Personal] = Personal
    with pytest.raises(TypeError, match=missing):
        declare(**said)


def test_what_a_clock_ends_has_a_purge_that_keeps_the_promise() -> None:
    """In the subject that declares the column."""
    for subject in SUBJECTS:
        kept = {purge.keeps for purge in subject.purges}
        assert {each.keeping for each in subject.personal if each.ends is Ends.CLOCK} <= kept, subject.name


def test_every_repository_has_a_subject_that_is_gone_through() -> None:
    """A new one cannot be left out of the list, nor one table be declared by two."""
    modules = [import_module(f"storage.{found.name}") for found in iter_modules(storage.__path__)]
    repositories = {
        module.__name__
        for module in modules
        for name, made in vars(module).items()
        if REPOSITORY.match(name) and made.__module__ == module.__name__
    }
    declared = {module.__name__: vars(module)["SUBJECT"] for module in modules if "SUBJECT" in vars(module)}
    assert repositories <= set(declared)
    assert sorted(map(id, declared.values())) == sorted(map(id, SUBJECTS))
    assert len({subject.name for subject in SUBJECTS}) == len(SUBJECTS)
    assert sum(len(subject.personal) for subject in SUBJECTS) == len(PERSONAL)


@dataclass(frozen=True, slots=True)
class Life:
    """What leads to me, in each column that can, and all the rest of these columns."""

    mine: Mapping[str, Planted]
    others: Mapping[str, Planted]
    deliveries: Rows

    def sent(self, which: Callable[[Mapping[str, object]], bool]) -> Mapping[str, Planted]:
        """Mine, with these deliveries only."""
        keys = {key_of("deliveries", row) for row in self.deliveries if which(row)}
        return {
            name: {(key, value) for key, value in cells if key in keys or not name.startswith("deliveries.")}
            for name, cells in self.mine.items()
        }


async def test_erasing_does_what_is_declared(world: World) -> None:
    """To every row of mine, on both databases: it goes, loses what it says, or stays. All others stay as they are.

    A message to me waits on while it may be news of what others wrote, and that I was asked stays until the close.
    """
    life = await lived(world)
    told = life.sent(lambda row: (row["state"] not in ENDED) is bool(row["pulse_id"]))
    await erase(world)
    await has_become(world, told, {name: each.erased for name, each in PERSONAL.items()})
    await has_become(world, life.others, dict.fromkeys(PERSONAL, ErasureEffect.STAYS))


async def test_leaving_does_what_is_declared(world: World) -> None:
    """To every row of mine, on both databases; that something was sent to me is forgotten in its time."""
    life = await lived(world)
    due = life.sent(lambda row: row["state"] == DeliveryState.DUE)
    await gone(world, ME)
    await has_become(world, due, {name: each.departed for name, each in PERSONAL.items()})
    await has_become(world, life.others, dict.fromkeys(PERSONAL, ErasureEffect.STAYS))


@pytest.mark.parametrize("leaves", [True, False], ids=["left", "still here"])
async def test_what_ends_the_keeping_ends_it(world: World, leaves: bool) -> None:  # noqa: FBT001
    """Long after: what a clock or a close ends is gone, and so am I if I left, to whom a bare id might have led."""
    life = await lived(world)
    me = await person_of(world)
    if leaves:
        await gone(world, ME)
    await world.at(CLOSES)
    closed = await steal(world)
    by_close = {
        name: life.mine[name] & cells(closed, name) for name, each in PERSONAL.items() if each.ends is Ends.CLOSE
    }
    assert by_close == {name: set() for name in by_close}
    await world.product.store.tidy(LONG_AFTER)
    loot = await steal(world)
    assert (me in {row["id"] for row in loot["people"]}) is not leaves
    left = {name for name in PERSONAL if life.mine[name] & cells(loot, name)}
    by_leaving = {name for name, each in PERSONAL.items() if each.keeping is LEFT and not leaves}
    assert {name for name in left - by_leaving if PERSONAL[name].ends is not Ends.PERSON} == set()
    if leaves:
        assert {PERSONAL[name].way for name in left} <= {Way.ID}, "a bare id, and nobody that it leads to"


async def test_the_look_can_see(world: World) -> None:
    """Where nothing is done, whatever should go or be emptied is found to be there, in every column."""
    life = await lived(world)
    await has_become(world, life.mine, dict.fromkeys(PERSONAL, ErasureEffect.STAYS))
    for name in PERSONAL:
        for effect in (ErasureEffect.GOES, ErasureEffect.EMPTIED):
            with pytest.raises(AssertionError):
                await has_become(world, life.mine, {name: effect})


async def lived(world: World) -> Life:
    """Something of mine, and of a colleague, in every column."""
    await world.at(OPENS)
    await live(world, COLLEAGUE)
    before = await steal(world)
    await live(world, ME)
    loot, me = await steal(world), await person_of(world)
    mine = {name: own(each, before, loot, me) for name, each in PERSONAL.items()}
    assert [name for name, rows in mine.items() if not rows] == [], "a row in every column"
    others = {name: cells(loot, name) - mine[name] - going_with(mine, loot, name) for name in PERSONAL}
    return Life(mine, others, loot["deliveries"])


async def live(world: World, account: str) -> None:
    """Answer, tell and write, and have a code, labels of one's own, and messages of each kind."""
    await lives(world, account, {kind: f"{account} {kind}" for kind in WRITTEN})
    await world.ask(account, "OpenThread", body=f"{account} with a code", hear=Hearing.CODE)
    pulse, here, person = await world.pulse(), world.organisation.id, await person_of(world, account)
    async with world.product.store.begin() as tx:
        until = world.time[0] + CODE_LASTS
        await tx.codes.issue({f"{account} hash": Pass(here, person, Purpose.CHAT, until)})
        await tx.outbox.fan_out(pulse, PulseReminder(pulse.id), When(CLOSES))
        for key in (f"waits:{person}", f"done:{person}"):
            await tx.outbox.queue(here, QuotesWaiting(pulse.id), Destination(person=person), When(CLOSES), key)
    engines = open_engines(world.database)
    async with engines.write.begin() as connection:
        for statement in (
            "INSERT INTO recognitions (mark, token, seen) VALUES (:mark, :mark, :day)",
            PLANT_A_GROUP,
            "UPDATE deliveries SET state = 'done' WHERE key = 'done:' || :person",
            "UPDATE people SET place = 'place ' || :person, grade = 'grade ' || :person WHERE id = :person",
            """UPDATE accounts SET details = '{"their": "own"}' WHERE person_id = :person""",
        ):
            given = {"person": person, "here": here, "mark": person.encode(), "day": OPENS.date()}
            await connection.execute(typed(statement), given)
    await engines.dispose()


def typed(statement: str) -> TextClause:
    """A statement whose parameters are of the right kind in every database."""
    kinds: dict[str, TypeEngine[Any]] = {"day": Date(), "mark": LargeBinary()}
    return text(statement).bindparams(*(bindparam(n, type_=of) for n, of in kinds.items() if f":{n}" in statement))


def own(each: Personal, before: Loot, loot: Loot, me: str) -> Planted:
    """What leads to me in this column: my id, what stands beside it, or a locked way that was not there before me."""
    found = cells(loot, each.name)
    match each.way:
        case Way.LOCKED:
            return found - cells(before, each.name)
        case Way.ID:
            return {cell for cell in found if me in cell[1]}
        case Way.NAME:
            rows = [row for row in loot[each.table] if me in {row.get("id"), row.get("person_id")}]
            keys = {key_of(each.table, row) for row in rows}
            return {cell for cell in found if cell[0] in keys}


async def has_become(world: World, planted: Mapping[str, Planted], effects: Mapping[str, ErasureEffect]) -> None:
    """Compare what was there with what is there now, cell by cell."""
    loot = await steal(world)
    for name, effect in effects.items():
        table = name.partition(".")[0]
        rows, still = {key_of(table, row) for row in loot[table]}, planted[name] & cells(loot, name)
        match effect:
            case ErasureEffect.STAYS:
                assert still == planted[name], name
            case ErasureEffect.EMPTIED:
                assert still == set() and {key for key, _ in planted[name]} <= rows, name
            case ErasureEffect.GOES:
                assert still == set(), name


def going_with(mine: Mapping[str, Planted], loot: Loot, name: str) -> Planted:
    """What stands in this column beside something of mine that goes as a whole row, such as whom I thanked in it."""
    table = name.partition(".")[0]
    beside = [other for other in mine if other.startswith(f"{table}.") and other != name]
    gone = {key for other in beside if PERSONAL[other].erased is ErasureEffect.GOES for key, _ in mine[other]}
    return {cell for cell in cells(loot, name) if cell[0] in gone}


def cells(loot: Loot, name: str) -> Planted:
    """What stands in a column, with the key of its row. What says nothing does not count."""
    table, _, column = name.partition(".")
    return {(key_of(table, row), str(row[column])) for row in loot[table] if str(row[column]) not in NOTHING}


def key_of(table: str, row: Mapping[str, object]) -> Key:
    return tuple(str(row[column.name]) for column in Row.metadata.tables[table].primary_key)
