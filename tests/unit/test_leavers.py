"""Somebody who has left: asked nothing more, written to no more, and in thirteen weeks not even a name."""

from __future__ import annotations

import io
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.administration import import_people, let_go
from bot.domain.people import LEFT
from bot.domain.sessions import Pass, Purpose
from bot.domain.sheets import UnreadableSheet
from bot.errors import Misconfigured
from bot.views import Quote, Reply, Show
from tests.attack.thief import Rows, steal
from tests.exact import listening
from tests.terminal import Terminal
from tests.world import BATCH, BEFORE, CLOSES, OPENS, REMINDS, World, staff_list

ASKED = "How is the change going for you?"
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def without(*accounts: str) -> bytes:
    """The list of staff, except these accounts."""
    lines = staff_list().decode().splitlines()
    return "\n".join(line for line in lines if line.split(",")[-1] not in accounts).encode()


async def gone(world: World, *accounts: str) -> None:
    assert await let_go(world.product.store, world.organisation, without(*accounts), world.time[0]) == len(accounts)


async def person(world: World, account: str) -> dict[str, object]:
    """The row of whoever had this account, by the name that the list gave them."""
    [row] = [row for row in (await rows(world, "people")) if row["key"] == f"k{account[1:]}"]
    return dict(row)


async def rows(world: World, table: str) -> Rows:
    return (await steal(world))[table]


async def test_nothing_leads_to_somebody_who_left_but_where_they_were_counted(world: World) -> None:
    """Accounts, e-mail, codes and what waited for them go at once. Their answer stays counted, and their name stays a
    while, to be taken out of what others write.
    """
    await world.at(OPENS)
    for number in range(8):
        await world.answer(f"u{number}", 4)
    who = str((await person(world, "u5"))["id"])
    async with world.product.store.begin() as tx:
        await tx.codes.issue({"hash": Pass(world.organisation.id, who, Purpose.CHAT, CLOSES)})
    await gone(world, "u5")
    loot = await steal(world)
    found = {table for table, those in loot.items() for row in those if who in map(str, row.values())}
    assert found <= {"people", "pulse_roster", "deliveries"}
    assert all(row["state"] == "done" for row in loot["deliveries"] if row["person_id"] == who)
    left = await person(world, "u5")
    assert (left["name"], left["email"], left["place"], left["role"]) == ("Person 5", "", "", "staff")
    assert await world.ask("u5", "ShowPulse") == await world.ask("nobody", "ShowPulse"), "a stranger"
    with listening() as listener:
        await world.at(CLOSES)
    assert {sum(counts) for heard in listener.heard for counts in heard.counts.values()} == {8}
    assert await rows(world, "numbers")


async def test_they_are_neither_reminded_nor_asked_again(world: World) -> None:
    """Not in the pulse that was open, and not in the next one; everybody else is."""
    await world.at(OPENS)
    await gone(world, "u5", "u6")
    await world.at(REMINDS)
    assert {len(world.mailbox.to(account)) for account in ("u5", "u6")} == {1}
    assert len(world.mailbox.to("u7")) == 2
    await world.at(CLOSES)
    await world.at(OPENS + WEEK)
    assert {len(world.mailbox.to(account)) for account in ("u5", "u6")} == {1}
    assert len(world.mailbox.to("u7")) == 3


async def test_who_led_reads_nothing_more(world: World) -> None:
    """What was written to a leader who left is for the stewards, where nobody else leads the unit."""
    world.time[0] = OPENS
    await world.ask("u5", "OpenThread", body="Please listen")
    await gone(world, "u0")
    await world.at(BATCH)
    assert [view.title for view in world.mailbox.to("u0") + world.mailbox.to("u13")] == [ASKED]
    listed = await world.ask("steward", "MyThreads")
    assert isinstance(listed, Show)
    assert "waiting for the leader" in str(listed.view)


async def test_who_comes_back_is_who_they_were(world: World) -> None:
    """Otherwise one person would count as two between two weeks."""
    before = (await person(world, "u5"))["id"]
    await gone(world, "u5")
    await import_people(world.product.store, world.organisation, staff_list())
    assert (await person(world, "u5"))["id"] == before
    await world.at(OPENS)
    assert len(world.mailbox.to("u5")) == 1


async def test_after_thirteen_weeks_not_even_a_name_is_left(world: World) -> None:
    """A day before, name and number are there; then nothing is, nor on a roster."""
    await world.at(OPENS)
    await gone(world, "u5")
    await world.at(CLOSES)
    who = (await person(world, "u5"))["id"]
    await world.product.store.tidy(OPENS + LEFT.lasts())
    assert (await person(world, "u5"))["name"] == "Person 5"
    await world.product.store.tidy(OPENS + LEFT.lasts() + DAY)
    loot = await steal(world)
    assert len(loot["people"]) == 27
    assert not [row for those in loot.values() for row in those if who in row.values()]


async def test_their_name_is_still_taken_out_of_what_others_write(small_world: World) -> None:
    """A comment about somebody who has just left does not show it to the steward who looks at it."""
    world = small_world
    await import_people(world.product.store, world.organisation, b"key,name\nk5,Bronwen Pritchard")
    await world.at(OPENS)
    for number in range(1, 13):
        await world.answer(f"u{number}", 4, f"The workload is far too heavy since Bronwen Pritchard {number}")
    await gone(world, "u5")
    await world.at(CLOSES)
    said = quoted(await world.ask("steward", "ReviewQuotes"))
    assert said
    assert "Bronwen" not in said
    assert "Pritchard" not in said


def quoted(reply: Reply) -> str:
    assert isinstance(reply, Show)
    return " ".join(element.text for element in reply.view.body if isinstance(element, Quote))


@pytest.mark.parametrize("content", [b"key,name\n", b"key,name\nk0,Ann\n,Nameless", b"key,name\nk0,Ann\nk0,Again"])
async def test_nobody_is_taken_out_by_a_list_that_can_not_be_read(small_world: World, content: bytes) -> None:
    """A row that cannot be read may be somebody's who has not left, and an empty list is nobody's."""
    with pytest.raises((Misconfigured, UnreadableSheet), match=r"Nobody was taken out|nobody below"):
        await let_go(small_world.product.store, small_world.organisation, content, BEFORE)
    assert {row["left_on"] for row in await rows(small_world, "people")} == {None}


# What a steward types


def file_of(terminal: Terminal, content: bytes) -> Path:
    file = terminal.folder / "people.csv"
    file.write_bytes(content)
    return file


@pytest.fixture
def council(terminal: Terminal) -> Terminal:
    """A council whose twenty-eight people are in."""
    terminal.does("organisation", "create", "Council")
    terminal.does("import-people", file_of(terminal, staff_list()))
    return terminal


def test_a_shorter_list_says_who_is_missing_and_changes_nothing(council: Terminal) -> None:
    """How many, and what to do if they have left. Doing it says how many did; once more finds nobody."""
    shorter = file_of(council, without("u5", "u6"))
    assert "In the list before, and not in this file: 2 people." in council.does("import-people", shorter)
    assert "Taken out: 2 people." in council.does("import-people", shorter, "--whole", "--yes")
    assert "Taken out" not in council.does("import-people", shorter, "--whole", "--yes")


@pytest.mark.parametrize(("typed", "left"), [("y\n", True), ("n\n", False), ("", False)])
def test_it_asks_before_anybody_is_taken_out(
    council: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    left: bool,  # noqa: FBT001
) -> None:
    """A yes takes out; a no does not, nor does the end of a script that cannot answer."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    ran = council.run("import-people", file_of(council, without("u5")), "--whole")
    assert "Have they left?" in ran.out + ran.err
    assert ("Taken out: 1 person." in ran.out) is left
    assert "Traceback" not in ran.err
