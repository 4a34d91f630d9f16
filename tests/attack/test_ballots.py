"""Attacks on answers, on both databases: the numbers are those of the promises in docs/privacy.md."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest

from storage.ballots import opening_key, slots_key
from storage.seal import SealingKeys, unseal
from tests.attack.thief import Rows, flush, hits, right_guesses, steal
from tests.conftest import Databases, apart
from tests.world import CLOSES, DIGEST, OPENS, REMINDS, World, open_world, staff_list

PEOPLE = 60
CHANCE = 7
"""Right guesses that chance alone explains: with 60 at random, 8 or more come up once in a hundred thousand times."""


@dataclass(frozen=True, slots=True)
class Week:
    """All that a thief could carry off in one week of sixty people, of whom fifty answered in a known order."""

    order: list[str]
    mark: str
    pulse: str
    keys: tuple[bytes, bytes]
    opened: dict[str, Rows]
    readable: int
    closed: dict[str, Rows]
    keys_in_files: int
    keys_left: dict[str, bytes]
    ended: dict[str, Rows]
    control: int


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def week(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """The loot of one week, on each kind of database."""
    databases: Databases = request.getfixturevalue(f"empty_{request.param}")
    folder = tmp_path_factory.mktemp("crowd")
    with databases.copied(folder) as database:
        yield apart(a_week(database, folder))


async def a_week(database: str, folder: Path) -> Week:
    """Live through a week, stealing everything while the pulse is open, when it has closed, and after the digest."""
    async with open_world(database, folder, staff_list(30, 30)) as world:
        mark = token_hex(4)
        order = await everybody_answers(world, mark)
        pulse = (await world.pulse()).id
        keys = (world.keys / slots_key(pulse)).read_bytes(), (world.keys / opening_key(pulse)).read_bytes()
        opened = await steal(world)
        await flush(world)
        written = [word.encode() for account in order for word in (secret(account, mark), f"zqdraft{mark}{account}")]
        readable = hits(world, written)
        await world.at(REMINDS)
        await world.at(CLOSES)
        closed = await steal(world)
        await flush(world)
        in_files = hits(world, keys)
        left = {path.name: path.read_bytes() for path in world.keys.iterdir()}
        await world.at(DIGEST)
        ended = await steal(world)
        await world.ask("u5", "TellStory", text="zq a story zq", audience="organisation")
        await flush(world)
        control = hits(world, [b"zq a story zq"])
    return Week(order, mark, pulse, keys, opened, readable, closed, in_files, left, ended, control)


def secret(account: str, mark: str) -> str:
    """What only this person writes, and only in this week: a server may still hold what was said in another."""
    return f"zq{mark}{account}zq and a few more words"


async def everybody_answers(world: World, mark: str) -> list[str]:
    """Fifty people answer, change their minds and comment; gives the order they did it in."""
    order = [f"u{n}" for n in random.Random(7).sample(range(PEOPLE), 50)]
    await world.at(OPENS)
    pulse = await world.pulse()
    for account in order:
        await world.ask(account, "SaveComment", pulse=pulse.id, comment=f"zqdraft{mark}{account}")
        await world.ask(account, "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=1)
        await world.ask(account, "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=4)
        await world.ask(account, "SaveComment", pulse=pulse.id, comment=secret(account, mark))
    return order


def test_p1_no_order_leads_from_a_comment_to_its_writer(week: Week) -> None:
    """Neither the place on disk, the transaction, the key order nor the natural order tells who wrote what."""
    comments = week.closed["comments"]
    assert len(comments) == 50
    truth = [secret(account, week.mark) for account in week.order]
    for column in comments[0]:
        if column in {"body", "organisation_id", "pulse_id", "band", "quotable"}:
            continue
        guess = [str(row["body"]) for row in sorted(comments, key=lambda row: str(row[column]))]
        assert right_guesses(guess, truth) <= CHANCE, f"the order of {column} tells"
        assert right_guesses(guess, sorted(truth)) <= CHANCE, f"the order of {column} follows the list of staff"
    assert right_guesses([str(row["body"]) for row in comments], truth) <= CHANCE


def test_p1_all_comments_came_in_one_transaction(week: Week) -> None:
    """Where the database numbers its transactions, all comments have one number, and no ballot's."""
    before = {row.get("xmin") for row in week.opened["ballots"]}
    after = {row.get("xmin") for row in week.closed["comments"]}
    assert len(after) == 1
    assert after == {None} or not after & before


def test_p1_an_open_ballot_says_nothing_by_its_looks(week: Week) -> None:
    """All ballots of a pulse have one length, and no column but random ones."""
    ballots = week.opened["ballots"]
    assert len(ballots) == 2 * 50
    assert len({len(bytes(row["sealed"])) for row in ballots}) == 1  # type: ignore[call-overload]
    assert set(ballots[0]) <= {"pulse_id", "slot", "organisation_id", "sealed", "at", "xmin"}


def test_p3_nothing_readable_lies_in_the_files_of_an_open_pulse(week: Week) -> None:
    """Neither what people wrote nor what they wrote first is in any file of the database, logs included."""
    assert week.readable == 0


def test_p3_the_search_can_find(week: Week) -> None:
    """The control: what is stored in the open, a story, is found by the same search."""
    assert week.control > 0


def test_p4_keys_die_with_the_close(week: Week) -> None:
    """After the close neither key is in the key store, the database, or its logs."""
    assert week.keys_in_files == 0
    assert not [name for name, kept in week.keys_left.items() if kept in week.keys]
    assert not [name for name in week.keys_left if week.pulse in name]


def test_p5_after_the_close_no_ballot_is_left_and_no_small_number(week: Week) -> None:
    """No ballot, no public key; every tally is of at least five people, every turnout too."""
    loot = week.closed
    assert loot["ballots"] == []
    assert [row["seal"] for row in loot["pulses"]] == [None]
    assert all(sum(map(int, str(row["counts"]).strip("[]").split(","))) >= 5 for row in loot["tallies"])
    assert all(int(str(row["answered"])) >= 5 for row in loot["turnouts"])


@pytest.mark.parametrize("moment", ["closed", "ended"])
def test_p6_nobody_can_tell_who_answered(week: Week, moment: str) -> None:
    """After the close everybody is mentioned equally often in every table, whether they answered or not."""
    loot: dict[str, Rows] = getattr(week, moment)
    ids = {str(row["key"]): str(row["id"]) for row in loot["people"]}
    answered = {ids[f"k{account[1:]}"] for account in week.order}
    for table, rows in loot.items():
        mentions = Counter(i for row in rows for value in row.values() for i in ids.values() if i == str(value))
        by_group = {len({mentions[i] for i in group}) for group in (answered, set(ids.values()) - answered)}
        assert by_group == {1}, f"{table} tells some people apart"
        assert {mentions[i] for i in answered} == {mentions[i] for i in set(ids.values()) - answered}, table


def test_p16_a_stolen_key_opens_an_open_pulse(week: Week) -> None:
    """The control: with a copy of the live keys and the database, the attack links every one. So the tests can see."""
    slots, private = SealingKeys(week.keys[0], b""), week.keys[1]
    ids = {str(row["key"]): str(row["id"]) for row in week.opened["people"]}
    boxes = {bytes(row["slot"]): bytes(row["sealed"]) for row in week.opened["ballots"]}  # type: ignore[call-overload]
    linked = 0
    for account in week.order:
        slot = slots.slot(ids[f"k{account[1:]}"], "comment")
        linked += unseal(private, week.pulse, slot, boxes[slot]).answer.comment == secret(account, week.mark)
    assert linked == 50
