"""Vault as the key store: what is asked of it, what it says when it fails, and that a token is never shown."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest

from bot.errors import HundredDaysError, KeysLost, KeyTaken, Misconfigured, Unavailable
from bot.host.logs import SafeFormatter
from storage.keys import KEY_BYTES, Remembering
from storage.vault import AT_ONCE, VaultKeys
from storage.vault_address import VaultAddress
from tests.platforms.vault import LocalVault

SECRET = bytes(range(KEY_BYTES))


@pytest.fixture
async def vault() -> AsyncIterator[LocalVault]:
    async with LocalVault() as opened:
        yield opened


async def keys_in(vault: LocalVault, token: str = "") -> VaultKeys:
    return await VaultKeys.open(VaultAddress.read(vault.address), token or vault.token)


async def test_a_key_can_not_be_undeleted(vault: LocalVault) -> None:
    """Destroying takes the name and all versions: with the token, nothing can be listed, read or undeleted."""
    keys = await keys_in(vault)
    await keys.put("slots-p1", SECRET)
    await keys.destroy("slots-p1")
    kv = keys.client.secrets.kv.v2
    await keys._ask(lambda: kv.undelete_secret_versions("hundred-days/slots-p1", [1], mount_point="kv"))
    assert vault.stored == {}
    with pytest.raises(KeysLost):
        await keys.get("slots-p1")


async def test_what_vault_calls_deleting_can_be_undone(vault: LocalVault) -> None:
    """The control: deleted the usual way, the key is not there until somebody undeletes it."""
    keys = await keys_in(vault)
    await keys.put("slots-p1", SECRET)
    kv = keys.client.secrets.kv.v2
    await keys._ask(lambda: kv.delete_latest_version_of_secret("hundred-days/slots-p1", mount_point="kv"))
    with pytest.raises(KeysLost):
        await keys.get("slots-p1")
    await keys._ask(lambda: kv.undelete_secret_versions("hundred-days/slots-p1", [1], mount_point="kv"))
    assert await keys.get("slots-p1") == SECRET


async def test_a_deleted_name_is_not_free(vault: LocalVault) -> None:
    """Where somebody else deleted a key the usual way, its name takes no other: the versions are still there."""
    keys = await keys_in(vault)
    await keys.put("slots-p1", SECRET)
    kv = keys.client.secrets.kv.v2
    await keys._ask(lambda: kv.delete_latest_version_of_secret("hundred-days/slots-p1", mount_point="kv"))
    with pytest.raises(KeyTaken):
        await keys.put("slots-p1", SECRET)


async def test_a_place_inside_has_names_of_its_own(vault: LocalVault) -> None:
    """A store within the store holds its keys apart: neither lists the other's."""
    keys = await keys_in(vault)
    inner = keys.within("rehearsal")
    await keys.put("slots-p1", SECRET)
    await inner.put("slots-p2", SECRET)
    assert (list(await keys.names()), list(await inner.names())) == (["slots-p1"], ["slots-p2"])
    assert await inner.get_all(["slots-p1", "slots-p2"]) == {"slots-p2": SECRET}


async def test_many_keys_are_asked_for_together(vault: LocalVault) -> None:
    """Many at once come back right, by a bounded number of journeys under way."""
    keys = await keys_in(vault)
    names = [f"thread-{n:02}" for n in range(3 * AT_ONCE)]
    for name in names:
        await keys.put(name, name.encode())
    assert await keys.get_all([*names, "never"]) == {name: name.encode() for name in names}
    made = await keys.names()
    assert list(made) == names
    assert all(abs(at - datetime.now(UTC).timestamp()) < 60 for at in made.values())


async def sealed(vault: LocalVault) -> None:
    vault.sealed = True


async def broken(vault: LocalVault) -> None:
    vault.broken = True


async def another_token(vault: LocalVault) -> None:
    vault.token = "hvs.another"


async def gone(vault: LocalVault) -> None:
    await vault.__aexit__()


@pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        (sealed, Misconfigured, "Unseal"),
        (another_token, Misconfigured, "VAULT_TOKEN"),
        (broken, Unavailable, "does not answer"),
        (gone, Unavailable, "does not answer"),
    ],
)
async def test_a_failure_is_ours_and_says_what_to_do(
    vault: LocalVault,
    trouble: Callable[[LocalVault], Awaitable[None]],
    kind: type[HundredDaysError],
    words: str,
) -> None:
    """Every way to fail ends in a sentence and counts as "try again"; no trace and no log line has the token."""
    keys = await keys_in(vault)
    token = vault.token
    await trouble(vault)
    for ask in (keys.get("slots-p1"), keys.put("slots-p1", SECRET), keys.destroy("slots-p1"), keys.names()):
        with pytest.raises(Unavailable, match=words) as failed:
            await ask
        assert isinstance(failed.value, kind)
        caught = (type(failed.value), failed.value, failed.value.__traceback__)
        shown = SafeFormatter().format(logging.LogRecord("bot", logging.ERROR, "", 0, "failed", None, caught))
        assert token not in shown + "".join(traceback.format_exception(failed.value)) + repr(keys)


@pytest.mark.parametrize(
    ("mount", "words"), [("old", "version 1 will not do"), ("nowhere", "does not let VAULT_TOKEN in")]
)
async def test_only_an_engine_that_forgets_is_used(vault: LocalVault, mount: str, words: str) -> None:
    """Another engine is refused at the start: in one of version 1 a key would not be destroyed as we destroy it."""
    with pytest.raises(Misconfigured, match=words):
        await VaultKeys.open(VaultAddress(vault.url, mount, "days"), vault.token)


async def test_a_mount_that_is_taken_away_is_told(vault: LocalVault) -> None:
    """A wrong mount is not taken for a missing key, which would make open pulses look lost."""
    keys = await keys_in(vault)
    moved = VaultKeys(VaultAddress(vault.url, "gone", "days"), keys.client, keys.turns)
    with pytest.raises(Misconfigured, match="HUNDRED_DAYS_KEYS"):
        await moved.get_all(["slots-p1"])


async def test_only_keys_that_place_answers_are_remembered(vault: LocalVault) -> None:
    """For a minute a key of slots needs no journey; one that opens answers is asked for each time."""
    time = [0.0]
    keys = Remembering(await keys_in(vault), lambda: time[0])
    for name in ("slots-p1", "opening-p1"):
        await keys.put(name, SECRET)
    before = len(vault.requests)
    for _ in range(5):
        assert (await keys.get("slots-p1"), await keys.get("opening-p1")) == (SECRET, SECRET)
    assert len(vault.requests) - before == 1 + 5
    assert list(keys.known) == ["slots-p1"]
    time[0] = 61.0
    await keys.get("opening-p1")
    assert keys.known == {}


async def test_a_destroyed_key_is_not_remembered(vault: LocalVault) -> None:
    """Destroying a key here forgets it here at once; where another process destroyed it, within a minute."""
    time = [0.0]
    far = await keys_in(vault)
    keys = Remembering(far, lambda: time[0])
    for name in ("slots-p1", "slots-p2"):
        await keys.put(name, SECRET)
        await keys.get(name)
    await keys.destroy("slots-p1")
    await far.destroy("slots-p2")
    time[0] = 61.0
    for name in ("slots-p1", "slots-p2"):
        with pytest.raises(KeysLost):
            await keys.get(name)
