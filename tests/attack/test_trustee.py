"""Attacks on a pulse whose key a trustee holds: by the service itself, and by the trustee afterwards."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.domain.pulses import State
from bot.features.pulses.closing import close_with
from storage.ballots import opening_key
from storage.seal import opens
from storage.trustees import open_with
from tests.attack.thief import Rows, flush, hits, steal
from tests.world import CLOSES, OPENS, World

PASSPHRASE = SecretStr("zqtrustee four quiet herons")
PARTS = (b"zqtrustee", b"quiet herons")
ANSWERED = 12


async def answered(world: World) -> Rows:
    """Twelve answer; returns the ballots."""
    await world.at(OPENS)
    for number in range(ANSWERED):
        await world.answer(f"u{number}", 4)
    return (await steal(world))["ballots"]


def keys_of(world: World) -> Iterator[bytes]:
    """Every 32 bytes in a row that the key store holds, whatever they are called."""
    for path in world.keys.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            yield from {kept[start : start + 32] for start in range(max(1, len(kept) - 31))}


def readable(ballots: Rows, keys: Iterator[bytes]) -> int:
    """How many of the ballots any of the keys opens."""
    return sum(opens(key, bytes(ballot["sealed"])) for key in keys if len(key) == 32 for ballot in ballots)  # type: ignore[call-overload]


async def test_p3_the_service_can_not_open_what_a_trustee_holds(world: World) -> None:
    """With every key in the key store and the whole database, no ballot opens; the key there is only the trustee's."""
    await world.product.store.appoint(world.organisation.id, PASSPHRASE)
    ballots = await answered(world)
    pulse = await world.pulse()
    assert pulse.trustee
    assert len(ballots) == ANSWERED * len(pulse.items)
    assert readable(ballots[:2], keys_of(world)) == 0


async def test_p16_without_a_trustee_the_same_attack_succeeds(world: World) -> None:
    """The control: what the service holds by itself opens every ballot."""
    ballots = await answered(world)
    assert readable(ballots, keys_of(world)) == len(ballots)


async def test_p4_afterwards_not_even_the_trustee_opens_an_old_dump(world: World) -> None:
    """While open, key store and passphrase together open a ballot; after the close the passphrase opens nothing."""
    store = world.product.store
    await store.appoint(world.organisation.id, PASSPHRASE)
    ballots = await answered(world)
    pulse = await world.pulse()
    async with store.view() as tx:
        trustee = await tx.trustees.get(pulse.trustee)
    sealed = (world.keys / opening_key(pulse.id)).read_bytes()
    private = open_with(trustee, PASSPHRASE.get_secret_value(), sealed)
    assert readable(ballots, iter([private])) == len(ballots)
    world.time[0] = CLOSES
    assert await close_with(store, pulse.id, PASSPHRASE, CLOSES) is State.SEALED
    assert not [path for path in world.keys.rglob("*") if pulse.id in path.name]
    await flush(world)
    assert hits(world, [sealed, private]) == 0
    assert readable(ballots[:2], keys_of(world)) == 0


async def test_a_passphrase_is_kept_nowhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Appointed, mistyped and used, it is in no row, no file, no key and no line of a log at its most talkative."""
    store = world.product.store
    with caplog.at_level(logging.DEBUG):
        await store.appoint(world.organisation.id, PASSPHRASE)
        await answered(world)
        await world.at(CLOSES)
        pulse = await world.pulse()
        with pytest.raises(Exception, match="not the passphrase") as refused:
            await close_with(store, pulse.id, SecretStr(PASSPHRASE.get_secret_value() + "zq"), CLOSES)
        await close_with(store, pulse.id, PASSPHRASE, CLOSES)
    await flush(world)
    written = [path.read_bytes() for path in world.keys.rglob("*") if path.is_file()]
    written += [repr(await steal(world)).encode(), caplog.text.encode(), repr(refused.value).encode()]
    assert not [part for part in PARTS for text in written if part in text]
    assert hits(world, PARTS) == 0
