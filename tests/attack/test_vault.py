"""A whole week with the keys in Vault, and an attacker who has Vault's root token afterwards."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import hvac
import pytest
from hvac.exceptions import InvalidPath
from pydantic import SecretStr

from bot.domain.pulses import State
from bot.errors import Misconfigured, Unavailable
from bot.views import Refused, Replace
from storage.ballots import opening_key, slots_key
from storage.engine import open_engines
from storage.keys import Remembering
from storage.seal import opens
from storage.store import match_keys
from storage.vault import VaultKeys
from storage.vault_address import VaultAddress
from tests.attack.thief import flush, hits, steal
from tests.exact import listening
from tests.platforms.vault import LocalVault
from tests.world import CLOSES, OPENS, World, open_world

PLACE = {"mount_point": "kv"}


@pytest.fixture
async def vault() -> AsyncIterator[LocalVault]:
    async with LocalVault() as opened:
        yield opened


@pytest.fixture
async def guarded(database: str, tmp_path: Path, vault: LocalVault) -> AsyncIterator[World]:
    """A council on each kind of database, whose keys are in Vault."""
    place = VaultAddress.read(vault.address)
    async with open_world(database, tmp_path, keys=place, vault_token=SecretStr(vault.token)) as opened:
        yield opened


def root(vault: LocalVault) -> Any:
    """What an attacker with the root token has: every call of the engine."""
    return hvac.Client(vault.url, token=vault.token, strict_http=True).secrets.kv.v2  # type: ignore[no-untyped-call]


def try_to_get(vault: LocalVault, name: str) -> bytes | None:
    """Read, list versions, undelete, and read again."""
    kv, path = root(vault), f"hundred-days/{name}"
    kv.undelete_secret_versions(path, list(range(1, 11)), **PLACE)
    try:
        kv.read_secret_metadata(path, **PLACE)
        found = kv.read_secret_version(path, raise_on_deleted_version=True, **PLACE)
    except InvalidPath:
        return None
    return b64decode(found["data"]["data"]["key"])


async def half_answers(world: World) -> str:
    await world.at(OPENS)
    for number in range(12):
        await world.answer(f"u{number}", 4, "zq words of mine")
    return (await world.pulse()).id


async def test_p4_keys_in_vault_die_with_the_close(guarded: World, vault: LocalVault) -> None:
    """After the close the root token reads, lists and undeletes nothing, and no byte of either key is left anywhere."""
    pulse = await half_answers(guarded)
    names = (slots_key(pulse), opening_key(pulse))
    before = [await run(try_to_get, vault, name) for name in names]
    assert all(before)
    with listening() as listener:
        await guarded.at(CLOSES)
    assert (await guarded.pulse()).state is State.SEALED
    assert [await run(try_to_get, vault, name) for name in names] == [None, None]
    assert pulse not in vault.everything()
    await flush(guarded)
    assert hits(guarded, [key for key in before if key]) == 0
    assert [sum(counts) for counts in listener.heard[-1].counts.values()] == [12] * len((await guarded.pulse()).items)
    assert (await steal(guarded))["numbers"]


async def test_p4_a_deleted_version_can_be_had_back(guarded: World, vault: LocalVault) -> None:
    """The control: deleted as Vault deletes by itself, the same attacker gets the key back, and opens a ballot."""
    pulse = await half_answers(guarded)
    kv = root(vault)
    await run(lambda: kv.delete_latest_version_of_secret(f"hundred-days/{opening_key(pulse)}", **PLACE))
    private = await run(try_to_get, vault, opening_key(pulse))
    assert private is not None
    ballots = (await steal(guarded))["ballots"]
    assert ballots
    assert all(opens(private, bytes(ballot["sealed"])) for ballot in ballots)  # type: ignore[call-overload]


async def test_a_vault_that_falls_silent_loses_nothing(guarded: World, vault: LocalVault) -> None:
    """While Vault is sealed, nobody's pulse is marked lost and the close waits; afterwards all is as it should be."""
    pulse = await half_answers(guarded)
    vault.sealed = True
    with pytest.raises(Unavailable):
        await guarded.product.worker.tidy()
    await guarded.at(CLOSES)
    assert (await guarded.pulse()).state is State.CLOSING
    vault.sealed = False
    await guarded.at(CLOSES)
    assert (await guarded.pulse()).state is State.SEALED
    assert pulse not in vault.everything()


async def test_an_answer_that_needs_a_silent_vault_is_asked_for_again(guarded: World, vault: LocalVault) -> None:
    """For a minute answers go on; then the person hears that it did not work, until Vault is back."""
    await guarded.at(OPENS)
    pulse = await guarded.pulse()
    press = {"pulse": pulse.id, "item": pulse.items[0], "score": 4}
    vault.sealed = True
    assert isinstance(await guarded.ask("u1", "AnswerPulse", **press), Replace)
    remembering = guarded.product.store._keys
    assert isinstance(remembering, Remembering)
    remembering.known.clear()
    assert isinstance(await guarded.ask("u1", "AnswerPulse", **press), Refused)
    vault.sealed = False
    assert isinstance(await guarded.ask("u1", "AnswerPulse", **press), Replace)


async def test_answering_makes_no_journey_each_time(guarded: World, vault: LocalVault) -> None:
    """A hundred answers need one key from Vault, once a minute; the key that opens them is never asked for."""
    await half_answers(guarded)
    read = [path for method, path in vault.requests if method == "GET" and "/data/" in path]
    assert len([path for path in read if "slots-" in path]) == 1
    assert not [path for path in read if "opening-" in path]


async def test_another_vault_is_refused_at_the_start(guarded: World, vault: LocalVault) -> None:
    """Another place in Vault, and one that does not answer, stop the start with what to do; nothing is changed."""
    engines = open_engines(guarded.database)
    keys = await VaultKeys.open(VaultAddress.read(vault.address), vault.token)
    try:
        with pytest.raises(Misconfigured, match="not the key store that this database was made with"):
            await match_keys(engines, keys.within("other"))
        vault.broken = True
        with pytest.raises(Unavailable, match="does not answer"):
            await match_keys(engines, keys)
    finally:
        await engines.dispose()


async def run(act: Any, *given: object) -> Any:
    """Beside the event loop, which the local Vault needs."""
    return await asyncio.to_thread(act, *given)
