"""A thief who may write to the database: a key of their own in place of an open pulse's, and ballots of their own."""

from __future__ import annotations

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import text

from bot.audit.thief import Tables
from bot.core import TRY_AGAIN
from bot.domain.ballots import Answer
from bot.domain.ids import new_id
from bot.domain.people import Labels
from bot.views import Refused, Replace, Reply
from storage.engine import open_engines
from storage.seal import SealingKeys, seal
from tests.attack.thief import steal
from tests.exact import listening
from tests.world import CLOSES, OPENS, World

GUARD = "pulses_update_keeps_the_promise"
SWAP = "UPDATE pulses SET seal = :key"


async def sql(world: World, statement: str, **values: object) -> None:
    """With the rights of the service's own database user, which may drop triggers as well."""
    engines = open_engines(world.database)
    try:
        async with engines.write.begin() as connection:
            await connection.execute(text(statement), values)
    finally:
        await engines.dispose()


async def press(world: World, account: str) -> Reply:
    pulse = await world.pulse()
    return await world.ask(account, "AnswerPulse", pulse=pulse.id, item=pulse.items[0], score=4)


def readable(boxes: list[bytes], key: PrivateKey) -> int:
    opened = 0
    for box in boxes:
        try:
            opened += bool(SealedBox(key).decrypt(box))
        except CryptoError:
            continue
    return opened


async def test_forged_ballots_count_for_nothing(world: World) -> None:
    """A thief who may write, and has the public key, cannot surround one person with nine answers of their own."""
    await world.at(OPENS)
    pulse = await world.pulse()
    for number in range(8):
        await world.answer(f"u{number}", 1)
    loot = await steal(world)
    [public] = [bytes(row["seal"])[:32] for row in loot["pulses"]]  # type: ignore[call-overload]
    forger = SealingKeys(b"f" * 32, public)
    for _ in range(9):
        slot, sealed = seal(forger, new_id(), Labels(unit_of_the_eight(loot)), Answer(pulse.items[0], 3))
        values = {"p": pulse.id, "o": world.organisation.id, "slot": slot, "sealed": sealed}
        await sql(
            world,
            "INSERT INTO ballots (pulse_id, slot, organisation_id, sealed) VALUES (:p, :slot, :o, :sealed)",
            **values,
        )
    with listening() as listener:
        await world.at(CLOSES)
    async with world.product.store.view() as tx:
        numbers = (await tx.results.for_pulse(pulse.id)).numbers
    assert {(shown.number.share, shown.number.mean) for shown in numbers} == {(15, 10)}
    assert [heard.of(pulse.items[0]) for heard in listener.heard] == [[8, 0, 0, 0, 0]]


def unit_of_the_eight(loot: Tables) -> str:
    """The unit that the eight are in."""
    return next(str(row["unit_id"]) for row in loot["people"] if row["key"] == "k0")


async def test_nothing_is_sealed_with_a_key_that_somebody_slipped_in(world: World) -> None:
    """Neither a bare key nor one with the old voucher is used: an answer is refused politely, and none is lost."""
    await world.at(OPENS)
    assert isinstance(await press(world, "u5"), Replace)
    [before] = [bytes(row["seal"]) for row in (await steal(world))["pulses"]]  # type: ignore[call-overload]
    thief = PrivateKey.generate()
    await sql(world, f"DROP TRIGGER {GUARD}" + (" ON pulses" if world.database.startswith("postgres") else ""))
    for slipped_in in (bytes(thief.public_key), bytes(thief.public_key) + before[32:]):
        await sql(world, SWAP, key=slipped_in)
        assert await press(world, "u6") == Refused(TRY_AGAIN)
    boxes = [bytes(row["sealed"]) for row in (await steal(world))["ballots"]]  # type: ignore[call-overload]
    assert len(boxes) == 1
    assert readable(boxes, thief) == 0
    await sql(world, SWAP, key=before)
    assert isinstance(await press(world, "u6"), Replace)
