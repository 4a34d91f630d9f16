"""Erase me, and a thief afterwards: what somebody wrote is nowhere, and what stays is what they were told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from secrets import token_hex

import pytest

from bot.domain.sessions import CODE_LASTS, Pass, Purpose
from bot.domain.threads import Hearing
from bot.features import mydata
from bot.features.pulses.notices import PulseReminder
from bot.features.threads.commands import ReadThread
from bot.features.threads.screens import TAKEN_BACK
from bot.ports.outbox import When
from bot.views import Ask, Refused, Reply, Show
from storage.ballots import slots_key
from storage.erase import SqlTraces
from storage.keys import KeyDirectory
from storage.repositories import PERSONAL
from storage.subject import ErasureEffect, Way
from tests.attack.thief import Rows, flush, hits, steal
from tests.conftest import Databases
from tests.exact import listening
from tests.examples import EXAMPLES
from tests.world import BATCH, CLOSES, OPENS, World, open_world

ME, COLLEAGUE, LEADER = "u5", "u6", "u0"
WRITTEN = ("comment", "draft", "named", "unnamed", "changed", "thread", "named thread", "other features")


@pytest.fixture
async def life(world: World) -> dict[str, str]:
    """A life on each kind of database."""
    return await lived(world)


@pytest.fixture
async def small_life(small_world: World) -> dict[str, str]:
    """A life on SQLite, for what does not depend on the database."""
    return await lived(small_world)


async def lived(world: World) -> dict[str, str]:
    """All that one person can leave behind, and the same from a colleague. Returns the words of the first."""
    await world.at(OPENS)
    mark = token_hex(6)
    words = {kind: f"zq{mark}{kind.replace(' ', '')}zq" for kind in WRITTEN}
    await lives(world, ME, words)
    await lives(world, COLLEAGUE, {kind: word.replace("zq", "qz") for kind, word in words.items()})
    await world.at(BATCH)
    return words


async def lives(world: World, account: str, words: dict[str, str]) -> None:
    await world.answer(account, 2, words["comment"])
    await world.ask(account, "StartStory", text=words["draft"])
    shared = {"changed": words["changed"], "audience": "organisation"}
    await world.ask(account, "TellStory", text=words["named"], named="yes", **shared)
    await world.ask(account, "TellStory", text=words["unnamed"], **shared)
    await world.ask(account, "OpenThread", body=words["thread"])
    await world.ask(account, "OpenThread", body=words["named thread"], hear=Hearing.NAMED)
    for example in EXAMPLES.values():
        await example.live(world, account, words["other features"])


async def erase(world: World, account: str = ME) -> Reply:
    return await world.ask(account, mydata.ConfirmErasure.name(), sure="yes")


async def person_of(world: World, account: str = ME) -> str:
    async with world.product.store.view() as tx:
        member = await tx.people.member_by_account(world.person(account))
    assert member is not None
    return member.person.id


async def slots_of(world: World, account: str = ME) -> int:
    pulse = await world.pulse()
    async with world.product.store.view() as tx:
        return len(await tx.ballots.items_answered(pulse, await person_of(world, account)))


async def test_what_was_written_is_nowhere(world: World, life: dict[str, str]) -> None:
    """No word of mine is in any table, nor on SQLite in any file; a colleague's words all stand."""
    before = str(await steal(world))
    assert [kind for kind, word in life.items() if word not in before] == ["comment"], "comments are sealed"
    assert isinstance(await erase(world), Show)
    loot = str(await steal(world))
    assert [kind for kind, word in life.items() if word in loot] == []
    assert [kind for kind, word in life.items() if word.replace("zq", "qz") not in loot] == ["comment"]
    if world.database.startswith("sqlite"):
        await world.product.store.tidy(world.time[0])
        await flush(world)
        assert hits(world, [word.encode() for word in life.values()]) == 0
        assert hits(world, [life["thread"].replace("zq", "qz").encode()]) > 0, "the search can find"


async def test_my_ballots_go_and_nobody_else_s(world: World, life: dict[str, str]) -> None:
    """While the pulse is open they can be found and taken out; what is counted at the close is without them."""
    assert life
    asked = len((await world.pulse()).items) + 1
    before = len((await steal(world))["ballots"])
    assert await slots_of(world) == asked
    await erase(world)
    assert len((await steal(world))["ballots"]) == before - asked
    assert (await slots_of(world), await slots_of(world, COLLEAGUE)) == (0, asked)
    for number in (7, 8, 9, 10):
        await world.answer(f"u{number}", 4)
    with listening() as listener:
        await world.at(CLOSES)
    [heard] = listener.heard
    assert heard.counts
    assert all(own == [0, 1, 0, 4, 0] for own in heard.counts.values()), "the colleague's 2, four 4s, and not my 2"


async def test_messages_in_channels_are_edited(small_world: World, small_life: dict[str, str]) -> None:
    """Where my stories and ideas stood, it says that they were withdrawn, and the words are gone."""
    assert small_life["named"] in str(small_world.mailbox.sent) and small_life["unnamed"] in str(
        small_world.mailbox.sent
    )
    await erase(small_world)
    await small_world.at(small_world.time[0] + timedelta(minutes=1))
    edited = [view.title for _, view in small_world.mailbox.edits]
    assert "A story was withdrawn by the person who told it." in edited
    assert [kind for kind, word in small_life.items() if word in str(small_world.mailbox.edits)] == []


async def test_conversations_are_closed_for_ever(world: World, life: dict[str, str]) -> None:
    """The way back is destroyed, my words are taken back where they stood, and those of others stay."""
    [first, _] = await own_threads(world)
    await world.ask(LEADER, "SayInThread", thread=first, body="Thank you for saying so")
    named = {f"thread-{thread}" for thread in await own_threads(world)}
    assert keys_of(world) & named
    await erase(world)
    assert await own_threads(world) == []
    assert not keys_of(world) & named
    rows = [row for row in (await steal(world))["threads"] if f"thread-{row['id']}" in named]
    assert len(rows) == 2
    assert all(row["closed"] and row["route"] is None for row in rows)
    read = await world.ask(LEADER, ReadThread.name(), thread=first)
    assert isinstance(read, Ask)
    assert TAKEN_BACK in str(read.form) and "Thank you for saying so" in str(read.form)
    assert life["thread"] not in str(read.form)


async def own_threads(world: World) -> list[str]:
    async with world.product.store.view() as tx:
        return [t.id for t in await tx.threads.by_author(world.organisation.id, await person_of(world))]


async def test_nothing_more_is_asked(small_world: World, small_life: dict[str, str]) -> None:
    """Paused, settings as on the first day, no code, no pulse on its way; I am asked in no later pulse."""
    assert small_life
    me = await person_of(small_world)
    await small_world.ask(ME, "SaveSettings", language="cy")
    async with small_world.product.store.begin() as tx:
        pulse = await small_world.pulse()
        await tx.outbox.fan_out(pulse, PulseReminder(pulse.id), When(CLOSES))
        until = small_world.time[0] + CODE_LASTS
        await tx.codes.issue({"hash": Pass(small_world.organisation.id, me, Purpose.CHAT, until)})
    await erase(small_world)
    loot = await steal(small_world)
    assert [row for row in loot["deliveries"] if row["person_id"] == me and row["state"] == "due"] == []
    assert loot["codes"] == []
    [person] = [row for row in loot["people"] if row["id"] == me]
    assert (bool(person["paused"]), person["language"]) == (True, "en")
    await small_world.at(OPENS + timedelta(days=7))
    rosters = [row for row in (await steal(small_world))["pulse_roster"] if row["person_id"] == me]
    assert [bool(row["asked"]) for row in rosters].count(True) == 1, "that I was in the first stays, for thirteen weeks"


async def test_what_others_wrote_to_a_leader_is_theirs(small_world: World) -> None:
    """A leader who erases themselves still hears that somebody has written: it was not theirs to erase."""
    await small_world.at(OPENS)
    await small_world.ask(ME, "OpenThread", body="Please listen")
    await erase(small_world, LEADER)
    await small_world.at(BATCH)
    assert "Somebody in Housing has written to you" in str(small_world.mailbox.to(LEADER))


async def test_doing_it_again_changes_nothing_and_finds_what_came_since(world: World, life: dict[str, str]) -> None:
    """Twice is as once; and what was told between the two goes as well."""
    assert life
    await erase(world)
    once = await steal(world)
    assert isinstance(await erase(world), Show)
    assert contents(await steal(world)) == contents(once)
    await world.ask(ME, "StartStory", text="zq told since zq")
    assert "zq told since zq" in str(await steal(world))
    await erase(world)
    assert "zq told since zq" not in str(await steal(world))


async def test_a_crash_before_the_commit_changes_nothing(
    world: World, life: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it happens or none, in database and key store; doing it again completes it."""
    before, keys = contents(await steal(world)), keys_of(world)

    async def dies(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(SqlTraces, "erase", dies)
        with pytest.raises(RuntimeError):
            await erase(world)
    assert (contents(await steal(world)), keys_of(world)) == (before, keys)
    await erase(world)
    assert [kind for kind, word in life.items() if word in str(await steal(world))] == []


async def test_a_crash_after_the_commit_is_mended(
    small_world: World, small_life: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words are gone with the commit; keys that a crash left are destroyed by the next tidying."""
    assert small_life
    named = {f"thread-{thread}" for thread in await own_threads(small_world)} & keys_of(small_world)
    assert named

    async def dies(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(KeyDirectory, "destroy", dies)
        with pytest.raises(RuntimeError):
            await erase(small_world)
    assert named <= keys_of(small_world)
    await small_world.product.store.tidy(small_world.time[0])
    assert not named & keys_of(small_world)


async def test_without_a_tick_nothing_goes(small_world: World, small_life: dict[str, str]) -> None:
    """The form says what goes and what stays, and asks once more."""
    before = contents(await steal(small_world))
    asked = await small_world.ask(ME, "EraseMe")
    assert isinstance(asked, Ask)
    shown = str(asked.form)
    assert [line for line in (*mydata.GOES, *mydata.STAYS) if line.format(weeks=13) not in shown] == []
    assert await small_world.ask(ME, "ConfirmErasure") == Refused(mydata.NOT_SURE, "sure")
    assert await small_world.ask(ME, "ConfirmErasure", sure="no") == Refused(mydata.NOT_SURE, "sure")
    assert contents(await steal(small_world)) == before
    assert all(word not in shown for word in small_life.values())


async def test_a_pulse_whose_keys_are_lost_keeps_nobody_from_being_erased(
    small_world: World, small_life: dict[str, str]
) -> None:
    """Its ballots are noise, which nobody can find or read; everything else goes."""
    (small_world.keys / slots_key((await small_world.pulse()).id)).unlink()
    assert isinstance(await erase(small_world), Show)
    assert [kind for kind, word in small_life.items() if word in str(await steal(small_world))] == []


async def test_no_other_column_names_a_person(world: World, life: dict[str, str]) -> None:
    """In a database full of everything, a person's id stands in the columns that are accounted for and in no other."""
    assert life
    async with world.product.store.begin() as tx:
        until = world.time[0] + CODE_LASTS
        await tx.codes.issue({"hash": Pass(world.organisation.id, await person_of(world), Purpose.CHAT, until)})
    people = [str(row["id"]) for row in (await steal(world))["people"]]
    naming = {
        f"{table}.{column}"
        for table, rows in (await steal(world)).items()
        for row in rows
        for column, value in row.items()
        if any(person in str(value) for person in people)
    }
    assert naming == {name for name, each in PERSONAL.items() if each.way is Way.ID}


async def test_after_erasing_only_what_was_said_to_stay_names_me(world: World, life: dict[str, str]) -> None:
    """My id is left in what stays, and the locked ways that led to me are gone."""
    assert life
    me = await person_of(world)
    await erase(world)
    await world.product.store.tidy(world.time[0])
    loot = await steal(world)
    left = {f"{t}.{c}" for t, rows in loot.items() for row in rows for c, value in row.items() if me in str(value)}
    stays = {name for name, each in PERSONAL.items() if each.erased is not ErasureEffect.GOES}
    of_the_pulse = {"deliveries.person_id", "deliveries.key"}
    assert left <= stays | of_the_pulse
    assert all(row["pulse_id"] for row in loot["deliveries"] if row["person_id"] == me)
    await world.at(CLOSES)
    assert me not in str((await steal(world))["deliveries"])


@pytest.mark.parametrize("kind", ["mixed", "as they were written"])
async def test_no_transaction_number_tells_what_was_whose(
    empty_postgresql: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """On PostgreSQL no emptied conversation or story has a number in common with the person, or with few others.

    Were nothing mixed, the number would lead from the person to every one of them: the attack sees that.
    """
    if kind != "mixed":
        monkeypatch.setattr("storage.store.rewrite_erased", _nothing)
    with empty_postgresql.copied(tmp_path) as url:
        async with open_world(url, tmp_path) as world:
            await lived(world)
            me = await person_of(world)
            await erase(world)
            loot = await steal(world)
            [own] = [row["xmin"] for row in loot["people"] if row["id"] == me]
            written = [row["xmin"] for table in ("threads", "entries", "stories") for row in loot[table]]
            assert (own in written) is (kind != "mixed")
            assert (len(set(written)) == 1) is (kind == "mixed")


async def _nothing(_session: object) -> None:
    """Mix nothing."""


def contents(loot: dict[str, Rows]) -> dict[str, list[str]]:
    """What the tables hold, whatever place it has on the disk."""
    hidden = {"at", "xmin"}
    return {
        table: sorted(str({name: value for name, value in row.items() if name not in hidden}) for row in rows)
        for table, rows in loot.items()
    }


def keys_of(world: World) -> set[str]:
    return {path.name for path in world.keys.iterdir()}
