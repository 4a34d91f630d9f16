"""A disk that is full: while people answer, while a pulse closes, and under the key store."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.core import TRY_AGAIN
from bot.domain.pulses import Pulse, State
from bot.views import Refused, Replace, Reply
from tests.conftest import Databases
from tests.exact import Listener, listening
from tests.fault.replica import Replica, found
from tests.world import CLOSES, OPENS, Mailbox, World

PEOPLE = 60
LONG = "word " * 98
ROOM = 12
"""Pages that are left: room for some answers, and not for all."""


@pytest.fixture
async def replica(empty_sqlite: Databases, tmp_path: Path) -> AsyncIterator[Replica]:
    """A pulse of sixty people that is open."""
    opened = Replica.open(empty_sqlite.sqlite(tmp_path), tmp_path / "keys", lambda: OPENS, Mailbox())
    await found(opened, PEOPLE)
    await opened.due()
    yield opened
    await opened.engines.dispose()


async def test_what_does_not_fit_is_refused_politely_and_nothing_else_is_lost(replica: Replica) -> None:
    """Some answers find no room and are told to try again; each that was acknowledged is counted, and no other."""
    taken = await _answers_until_full(replica)
    assert 0 < len(taken) < PEOPLE
    await _sound(replica)
    await _room(replica, None)
    assert await _closed(replica) == len(taken)


async def test_a_refused_answer_is_taken_when_there_is_room_again(replica: Replica) -> None:
    """Whoever tries again counts, once; and an answer that could not be replaced stands as it was."""
    taken = await _answers_until_full(replica)
    await _room(replica, None)
    for person in range(PEOPLE):
        assert isinstance(await _press(replica, person), Replace)
    assert len(taken) < PEOPLE
    assert await _closed(replica) == PEOPLE


async def test_a_close_without_room_waits_for_it(replica: Replica) -> None:
    """The close fails and nothing is published or lost; as soon as there is room it succeeds by itself."""
    pulse = await _pulse(replica)
    for person in range(PEOPLE):
        assert isinstance(await _press(replica, person), Replace)
        assert isinstance(await replica.ask(f"u{person}", "SaveComment", pulse=pulse.id, comment=LONG), Replace)
    await _room(replica, 0)
    replica.clock = lambda: CLOSES
    await replica.due()
    assert (await _pulse(replica)).state in {State.OPEN, State.CLOSING}
    assert await replica.ballots() == 2 * PEOPLE
    assert await _comments(replica) == 0
    await _sound(replica)
    await _room(replica, None)
    assert await _closed(replica) == PEOPLE
    assert await _comments(replica) == PEOPLE


async def test_a_full_key_store_opens_no_pulse_that_could_not_be_sealed(
    empty_sqlite: Databases, tmp_path: Path
) -> None:
    """Where no key can be kept nothing opens, nobody is asked, and nothing stands half open; later it opens."""
    replica = Replica.open(empty_sqlite.sqlite(tmp_path), tmp_path / "keys", lambda: OPENS, Mailbox())
    _, programme = await found(replica, PEOPLE)
    replica.keys.full = True
    await replica.due()
    async with replica.store.view() as tx:
        assert await tx.pulses.current(programme.id) is None
        assert await tx.outbox.count_waiting(OPENS) == 0
    replica.keys.full = False
    await replica.due()
    assert (await _pulse(replica)).state is State.OPEN
    await replica.engines.dispose()


async def test_a_full_key_store_refuses_what_needs_a_new_key_politely(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An anonymous conversation needs a key of its own: with no room for it on the disk the person is told to try
    again, no half of a key is left, and answers, which need none, are taken all the same."""
    await small_world.at(OPENS)
    before = {path.name for path in small_world.keys.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr("storage.keys.os.write", _no_space)
        reply = await small_world.ask("u5", "OpenThread", body="Please listen")
        assert isinstance(reply, Refused)
        assert reply.why == TRY_AGAIN
        pulse = await small_world.pulse()
        assert isinstance(
            await small_world.ask("u5", "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=4), Replace
        )
    assert {path.name for path in small_world.keys.iterdir()} == before
    assert not isinstance(await small_world.ask("u5", "OpenThread", body="Please listen"), Refused)


async def test_a_key_that_can_not_be_destroyed_is_destroyed_later(replica: Replica) -> None:
    """A key store that fails at the end of a close leaves nothing half done: the next turn destroys the keys."""
    for person in range(PEOPLE):
        await _press(replica, person)
    replica.clock, replica.keys.full = (lambda: CLOSES), True
    with listening() as earlier:
        await replica.due()
    replica.keys.full = False
    assert await _closed(replica, earlier) == PEOPLE


async def _answers_until_full(replica: Replica) -> list[int]:
    """Everybody answers, in a database that has room for some; returns who was told that it is recorded."""
    await _room(replica, ROOM)
    replies = {person: await _press(replica, person) for person in range(PEOPLE)}
    refused = [reply for reply in replies.values() if not isinstance(reply, Replace)]
    assert all(isinstance(reply, Refused) and reply.why == TRY_AGAIN for reply in refused)
    return [person for person, reply in replies.items() if isinstance(reply, Replace)]


async def _press(replica: Replica, person: int) -> Reply:
    pulse = await _pulse(replica)
    return await replica.ask(f"u{person}", "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=4)


async def _room(replica: Replica, pages: int | None) -> None:
    """Let the database grow by so many pages and no further; without a number, as far as it likes."""
    async with replica.engines.write.connect() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        [[now]] = await raw.execute_fetchall("PRAGMA page_count")
        await raw.execute(f"PRAGMA max_page_count = {now + pages if pages is not None else 1_000_000_000}")


async def _sound(replica: Replica) -> None:
    """The file is whole."""
    async with replica.engines.read.connect() as connection:
        assert (await connection.execute(text("PRAGMA integrity_check"))).scalar() == "ok"


async def _pulse(replica: Replica) -> Pulse:
    async with replica.store.view() as tx:
        [organisation] = await tx.organisations.list_all()
        [programme] = await tx.programmes.list_all(organisation.id)
        pulse = await tx.pulses.current(programme.id)
    assert pulse is not None
    return pulse


async def _comments(replica: Replica) -> int:
    async with replica.store.view() as tx:
        return len((await tx.results.for_pulse((await _pulse(replica)).id)).comments)


async def _closed(replica: Replica, earlier: Listener | None = None) -> int:
    """Let it close, if it has not yet; how many answers were counted. Nothing else of it may be left."""
    replica.clock = lambda: CLOSES
    with listening() as listener:
        await replica.due()
        await replica.worker.tidy()
    pulse = await _pulse(replica)
    assert pulse.state is State.SEALED
    assert await replica.ballots() == 0
    assert not [name for name in await replica.keys.names() if pulse.id in name]
    await _sound(replica)
    async with replica.store.view() as tx:
        assert (await tx.results.for_pulse(pulse.id)).numbers
    heard = [*(earlier.heard if earlier else ()), *listener.heard]
    most: int = max(sum(counts) for counts in heard[-1].counts.values())
    return most


def _no_space(_handle: int, _data: bytes) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")
