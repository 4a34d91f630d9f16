"""A pulse that waits for its trustee: what goes wrong meanwhile, and what does not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from nacl import pwhash
from pydantic import SecretStr

import storage.trustees
from bot.domain.pulses import Pulse, State
from bot.errors import Refusal
from bot.features.pulses.closing import close_with
from bot.features.pulses.screens import promise
from bot.host.app import open_product
from bot.host.settings import Settings
from bot.views import Refused
from bot.words import load_languages
from storage.ballots import opening_key, slots_key
from storage.store import SqlStore
from tests.attack.thief import steal
from tests.exact import Listener, listening
from tests.world import CLOSES, OPENS, World

PASSPHRASE, ANOTHER = SecretStr("four quiet grey herons"), SecretStr("another one altogether")
NEXT = OPENS + timedelta(days=7)
ANSWERED = 12


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guessing is made expensive on purpose; waiting for it proves nothing here."""
    monkeypatch.setattr(storage.trustees, "PASSES", pwhash.argon2id.OPSLIMIT_MIN)
    monkeypatch.setattr(storage.trustees, "MEMORY", pwhash.argon2id.MEMLIMIT_MIN)


class Killed(BaseException):
    """The process died here."""


async def waiting(world: World) -> Pulse:
    """A pulse that twelve have answered, and whose time has come."""
    await world.product.store.appoint(world.organisation.id, PASSPHRASE)
    await world.at(OPENS)
    for number in range(ANSWERED):
        await world.answer(f"u{number}", 4)
    await world.at(CLOSES)
    pulse = await world.pulse()
    assert (pulse.state, bool(pulse.trustee)) == (State.CLOSING, True)
    return pulse


async def shut(world: World, pulse: Pulse, passphrase: SecretStr = PASSPHRASE) -> State:
    return await close_with(world.product.store, pulse.id, passphrase, world.time[0])


async def state_of(world: World, pulse: Pulse) -> State | None:
    async with world.product.store.view() as tx:
        found = await tx.pulses.get(pulse.id)
    return found.state if found else None


def counted(listener: Listener, pulse: Pulse) -> list[list[int]]:
    """What was counted of its first question, each time it was."""
    return [heard.of(pulse.items[0]) for heard in listener.heard if heard.day == pulse.closes.date()]


async def test_it_waits_and_everything_else_goes_on(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """No answer is taken any more, nothing is lost by tidying, the steward is told once, and the next pulse opens."""
    pulse = await waiting(world)
    for _ in range(3):
        await world.at(CLOSES + timedelta(hours=2))
        await world.product.worker.tidy()
    press = {"pulse": pulse.id, "item": pulse.items[0], "score": 1}
    assert isinstance(await world.ask("u1", "AnswerPulse", **press), Refused)
    await world.at(NEXT)
    assert (await world.pulse()).id != pulse.id
    assert (await world.pulse()).state is State.OPEN
    assert await state_of(world, pulse) is State.CLOSING
    assert [record.getMessage() for record in caplog.records].count("pulse.waits") == 1
    with listening() as listener:
        assert await shut(world, pulse) is State.SEALED
    assert counted(listener, pulse) == [[0, 0, 0, 12, 0]]


async def test_a_wrong_passphrase_changes_nothing(world: World) -> None:
    """It is refused at the field it was typed in, keys and ballots stay, and the right one closes."""
    pulse = await waiting(world)
    before = await steal(world)
    with pytest.raises(Refusal, match="not the passphrase") as refused:
        await shut(world, pulse, ANOTHER)
    assert refused.value.field == "passphrase"
    assert await steal(world) == before
    assert (world.keys / opening_key(pulse.id)).exists() and (world.keys / slots_key(pulse.id)).exists()
    with listening() as listener:
        assert await shut(world, pulse) is State.SEALED
    assert counted(listener, pulse) == [[0, 0, 0, 12, 0]]


async def test_a_passphrase_is_the_same_on_every_keyboard(small_world: World) -> None:
    """Composed or decomposed letters, and a stray space at the end, make no other passphrase."""
    await small_world.product.store.appoint(small_world.organisation.id, SecretStr("pedwar crëyr llwyd "))
    await small_world.at(OPENS)
    await small_world.at(CLOSES)
    assert await shut(small_world, await small_world.pulse(), SecretStr("pedwar cre\u0308yr  llwyd")) is State.SEALED


@pytest.mark.parametrize("harm", ["gone", "damaged"])
async def test_a_lost_key_is_not_blamed_on_the_passphrase(world: World, harm: str) -> None:
    """With the right passphrase and no key that it opens, the pulse is lost, and said to be."""
    pulse = await waiting(world)
    kept = world.keys / opening_key(pulse.id)
    if harm == "gone":
        kept.unlink()
    else:
        kept.write_bytes(bytes(byte ^ 1 for byte in kept.read_bytes()))
    assert await shut(world, pulse) is State.LOST
    loot = await steal(world)
    assert (loot["ballots"], loot["numbers"]) == ([], [])
    assert not [path for path in world.keys.iterdir() if pulse.id in path.name]


async def test_a_wrong_passphrase_is_known_even_where_the_key_is_damaged(small_world: World) -> None:
    """A damaged key is not destroyed because somebody mistyped: the wrong passphrase is refused first."""
    pulse = await waiting(small_world)
    kept = small_world.keys / opening_key(pulse.id)
    kept.write_bytes(bytes(byte ^ 1 for byte in kept.read_bytes()))
    with pytest.raises(Refusal, match="not the passphrase"):
        await shut(small_world, pulse, ANOTHER)
    assert kept.exists()


async def test_nobody_closes_before_the_time(small_world: World) -> None:
    """The right passphrase opens nothing before the moment that was announced."""
    await small_world.product.store.appoint(small_world.organisation.id, PASSPHRASE)
    await small_world.at(OPENS)
    pulse = await small_world.pulse()
    with pytest.raises(Refusal, match="never closed before"):
        await shut(small_world, pulse)
    assert await state_of(small_world, pulse) is State.OPEN


async def test_another_process_can_close_it_after_a_restart(world: World) -> None:
    """Nothing of the passphrase lives in the process that opened the pulse."""
    pulse = await waiting(world)
    settings = Settings(database=SecretStr(world.database), keys=world.keys)
    async with open_product(settings, lambda: CLOSES) as other:
        await other.worker.tidy()
        with listening() as listener:
            assert await close_with(other.store, pulse.id, PASSPHRASE, CLOSES) is State.SEALED
    assert counted(listener, pulse) == [[0, 0, 0, 12, 0]]


async def test_two_replicas_with_the_passphrase_close_once(world: World) -> None:
    """Two close it at once while a third ticks and tidies: it is published once, and nobody says it is lost."""
    pulse = await waiting(world)
    settings = Settings(database=SecretStr(world.database), keys=world.keys)
    async with open_product(settings, lambda: CLOSES) as other:
        twice = (close_with(store, pulse.id, PASSPHRASE, CLOSES) for store in (world.product.store, other.store))
        with listening() as listener:
            await asyncio.gather(*twice, other.worker.step(), world.product.worker.tidy())
    assert await state_of(world, pulse) is State.SEALED
    assert [0, 0, 0, 12, 0] in counted(listener, pulse)
    assert await shut(world, pulse) is State.SEALED


@pytest.mark.parametrize("step", ["forget_keys", "forget_ballots"])
async def test_a_close_that_dies_is_tidied(world: World, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published and not yet forgotten: tidying finishes it, and needs no passphrase."""
    pulse = await waiting(world)
    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, step, _dies)
        with pytest.raises(Killed):
            await shut(world, pulse)
    await world.product.worker.tidy()
    loot = await steal(world)
    assert (await state_of(world, pulse), loot["ballots"]) == (State.SEALED, [])
    assert not [row for row in loot["deliveries"] if row["pulse_id"] == pulse.id]
    assert not [path for path in world.keys.iterdir() if pulse.id in path.name]


async def test_an_appointment_counts_from_the_next_pulse(world: World) -> None:
    """A new trustee, or none, changes nothing for a pulse that is open; who is needed no more is forgotten."""
    store = world.product.store
    pulse = await waiting(world)
    await store.appoint(world.organisation.id, ANOTHER)
    await world.product.worker.tidy()
    with pytest.raises(Refusal, match="not the passphrase"):
        await shut(world, pulse, ANOTHER)
    assert await shut(world, pulse) is State.SEALED
    await world.at(NEXT)
    second = await world.pulse()
    async with store.begin() as tx:
        assert await tx.trustees.dismiss(world.organisation.id)
        assert not await tx.trustees.dismiss(world.organisation.id)
    await world.product.worker.tidy()
    assert len((await steal(world))["trustees"]) == 1
    await world.at(CLOSES + timedelta(days=7))
    assert await shut(world, second, ANOTHER) is State.SEALED
    await world.product.worker.tidy()
    assert (await steal(world))["trustees"] == []
    await world.at(NEXT + timedelta(days=7))
    assert (await world.pulse()).trustee == ""


async def test_a_short_passphrase_is_refused(small_world: World) -> None:
    """Eleven letters are too few, spaces around them do not count, and nobody is appointed."""
    with pytest.raises(Refusal) as refused:
        await small_world.product.store.appoint(small_world.organisation.id, SecretStr("  elevenchars "))
    assert (refused.value.field, refused.value.values) == ("passphrase", {"shortest": 12})
    assert (await steal(small_world))["trustees"] == []


async def test_people_are_told_who_holds_the_key(small_world: World) -> None:
    """The promise of such a pulse says that not even the server can open it; another's does not."""
    words = load_languages().words("en", small_world.organisation.tz)
    await small_world.at(OPENS)
    plain = await small_world.pulse()
    await small_world.product.store.appoint(small_world.organisation.id, PASSPHRASE)
    await small_world.at(NEXT)
    held = await small_world.pulse()
    assert "not even the server" in str(promise(held, words))
    assert "not even the server" not in str(promise(plain, words))


async def _dies(*_: object) -> None:
    raise Killed
