"""Attacks on answers, on both databases: the numbers are those of the promises in docs/privacy.md."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.ballots import opening_key, slots_key
from storage.seal import SealingKeys, unseal
from tests.attack.thief import flush, hits, right_guesses, steal
from tests.world import CLOSES, DIGEST, OPENS, REMINDS, World, open_world, staff_list

PEOPLE = 60
CHANCE = 7
"""Right guesses that chance alone explains: with 60 at random, 8 or more come up once in a hundred thousand times."""


@pytest.fixture
async def crowd(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """Sixty people, of whom fifty answer in an order that the attacker knows."""
    async with open_world(database, tmp_path, staff_list(30, 30)) as opened:
        yield opened


def secret(account: str) -> str:
    """What only this person writes."""
    return f"zq{account}zq and a few more words"


async def everybody_answers(world: World) -> list[str]:
    """Fifty people answer, change their minds and comment; gives the order they did it in."""
    order = [f"u{n}" for n in random.Random(7).sample(range(PEOPLE), 50)]
    await world.at(OPENS)
    pulse = await world.pulse()
    for account in order:
        await world.ask(account, "SaveComment", pulse=pulse.id, comment=f"zqdraft{account}")
        await world.ask(account, "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=1)
        await world.ask(account, "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=4)
        await world.ask(account, "SaveComment", pulse=pulse.id, comment=secret(account))
    return order


async def test_p1_no_order_leads_from_a_comment_to_its_writer(crowd: World) -> None:
    """Neither the place on disk, the transaction, the key order nor the natural order tells who wrote what."""
    order = await everybody_answers(crowd)
    await crowd.at(CLOSES)
    comments = (await steal(crowd))["comments"]
    assert len(comments) == 50
    truth = [secret(account) for account in order]
    for column in comments[0]:
        if column in {"body", "organisation_id", "pulse_id", "band", "quotable"}:
            continue
        guess = [str(row["body"]) for row in sorted(comments, key=lambda row: str(row[column]))]
        assert right_guesses(guess, truth) <= CHANCE, f"the order of {column} tells"
        assert right_guesses(guess, sorted(truth)) <= CHANCE, f"the order of {column} follows the list of staff"
    assert right_guesses([str(row["body"]) for row in comments], truth) <= CHANCE


async def test_p1_all_comments_came_in_one_transaction(crowd: World) -> None:
    """Where the database numbers its transactions, all comments have one number, and no ballot's."""
    await everybody_answers(crowd)
    before = {row.get("xmin") for row in (await steal(crowd))["ballots"]}
    await crowd.at(CLOSES)
    after = {row.get("xmin") for row in (await steal(crowd))["comments"]}
    assert len(after) == 1
    assert after == {None} or not after & before


async def test_p1_an_open_ballot_says_nothing_by_its_looks(crowd: World) -> None:
    """All ballots of a pulse have one length, and no column but random ones."""
    await everybody_answers(crowd)
    ballots = (await steal(crowd))["ballots"]
    assert len({len(bytes(row["sealed"])) for row in ballots}) == 1  # type: ignore[call-overload]
    assert set(ballots[0]) <= {"pulse_id", "slot", "organisation_id", "sealed", "at", "xmin"}


async def test_p3_nothing_readable_lies_in_the_files_of_an_open_pulse(crowd: World) -> None:
    """Neither what people wrote nor what they wrote first is in any file of the database, logs included."""
    order = await everybody_answers(crowd)
    await flush(crowd)
    needles = [word.encode() for account in order for word in (secret(account), f"zqdraft{account}")]
    assert hits(crowd, needles) == 0


async def test_p3_the_search_can_find(crowd: World) -> None:
    """The control: what is stored in the open, a story, is found by the same search."""
    await crowd.at(OPENS)
    await crowd.ask("u5", "TellStory", text="zq a story zq", audience="organisation")
    await flush(crowd)
    assert hits(crowd, [b"zq a story zq"]) > 0


async def test_p4_keys_die_with_the_close(crowd: World) -> None:
    """After the close neither key is in the key store, the database, or its logs."""
    await everybody_answers(crowd)
    pulse = await crowd.pulse()
    secrets = [(crowd.keys / name(pulse.id)).read_bytes() for name in (slots_key, opening_key)]
    await crowd.at(CLOSES)
    await flush(crowd)
    assert hits(crowd, secrets) == 0
    assert not [path for path in crowd.keys.iterdir() if path.read_bytes() in secrets]
    assert not [path for path in crowd.keys.iterdir() if pulse.id in path.name]


async def test_p5_after_the_close_no_ballot_is_left_and_no_small_number(crowd: World) -> None:
    """No ballot, no public key; every tally is of at least five people, every turnout too."""
    await everybody_answers(crowd)
    await crowd.at(CLOSES)
    loot = await steal(crowd)
    assert loot["ballots"] == []
    assert [row["seal"] for row in loot["pulses"]] == [None]
    assert all(sum(map(int, str(row["counts"]).strip("[]").split(","))) >= 5 for row in loot["tallies"])
    assert all(int(str(row["answered"])) >= 5 for row in loot["turnouts"])


async def test_p6_nobody_can_tell_who_answered(crowd: World) -> None:
    """After the close everybody is mentioned equally often in every table, whether they answered or not."""
    order = await everybody_answers(crowd)
    await crowd.at(REMINDS)
    await crowd.at(CLOSES)
    await crowd.at(DIGEST)
    loot = await steal(crowd)
    ids = {str(row["key"]): str(row["id"]) for row in loot["people"]}
    answered = {ids[f"k{account[1:]}"] for account in order}
    for table, rows in loot.items():
        mentions = Counter(i for row in rows for value in row.values() for i in ids.values() if i == str(value))
        by_group = {len({mentions[i] for i in group}) for group in (answered, set(ids.values()) - answered)}
        assert by_group == {1}, f"{table} tells some people apart"
        assert {mentions[i] for i in answered} == {mentions[i] for i in set(ids.values()) - answered}, table


async def test_p16_a_stolen_key_opens_an_open_pulse(crowd: World) -> None:
    """The control: with a copy of the live keys and the database, the attack links every one. So the tests can see."""
    order = await everybody_answers(crowd)
    pulse = await crowd.pulse()
    loot = await steal(crowd)
    slots = SealingKeys((crowd.keys / slots_key(pulse.id)).read_bytes(), b"")
    private = (crowd.keys / opening_key(pulse.id)).read_bytes()
    ids = {str(row["key"]): str(row["id"]) for row in loot["people"]}
    boxes = {bytes(row["slot"]): bytes(row["sealed"]) for row in loot["ballots"]}  # type: ignore[call-overload]
    linked = 0
    for account in order:
        slot = slots.slot(ids[f"k{account[1:]}"], "comment")
        linked += unseal(private, pulse.id, slot, boxes[slot]).answer.comment == secret(account)
    assert linked == 50
