"""The key store, as a folder and in Vault: what is destroyed there is gone."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import KeysLost, KeyTaken, Misconfigured
from storage.keys import KEY_BYTES, KeyDirectory, KeyStore, Remembering
from storage.vault import VaultKeys
from storage.vault_address import VaultAddress
from tests.platforms.vault import LocalVault

SECRET = bytes(range(KEY_BYTES))


@pytest.fixture
def folder(tmp_path: Path) -> KeyDirectory:
    return KeyDirectory.open(tmp_path / "deep" / "keys")


@pytest.fixture(params=["folder", "vault", "vault remembered"])
async def keys(request: pytest.FixtureRequest, folder: KeyDirectory) -> AsyncIterator[KeyStore]:
    """Each kind of key store: what is promised of one is promised of all."""
    if request.param == "folder":
        yield folder
        return
    async with LocalVault() as vault:
        far = await VaultKeys.open(VaultAddress.read(vault.address), vault.token)
        yield Remembering(far) if request.param == "vault remembered" else far


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_a_key_comes_back_as_it_was_put(keys: KeyStore) -> None:
    """A key is found under its name, alone or among others."""
    await keys.put("slots-p1", SECRET)
    assert await keys.get("slots-p1") == SECRET
    assert await keys.get_all(["slots-p1", "slots-p2"]) == {"slots-p1": SECRET}


async def test_another_process_finds_the_keys_of_a_folder(folder: KeyDirectory) -> None:
    """What one process put into a folder, another that opens it gets."""
    await folder.put("slots-p1", SECRET)
    assert await KeyDirectory.open(folder.folder).get("slots-p1") == SECRET


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
async def test_only_the_service_may_read(tmp_path: Path, umask: int) -> None:
    """The folder is 0700 and each key 0600, however generous the process is."""
    before = os.umask(umask)
    try:
        keys = KeyDirectory.open(tmp_path / "keys")
        await keys.put("slots-p1", SECRET)
    finally:
        os.umask(before)
    assert (mode(keys.folder), mode(keys.folder / "slots-p1")) == (0o700, 0o600)


async def test_a_folder_that_everybody_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """A folder that exists already with wide rights is narrowed when it is opened."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys").chmod(0o755)
    assert mode(KeyDirectory.open(tmp_path / "keys").folder) == 0o700


async def test_a_folder_that_can_not_be_used_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """A file in the folder's place is a misconfiguration that names the variable."""
    (tmp_path / "keys").write_text("not a folder")
    with pytest.raises(Misconfigured, match="HUNDRED_DAYS_KEYS"):
        KeyDirectory.open(tmp_path / "keys")


async def test_a_key_is_never_overwritten(keys: KeyStore) -> None:
    """Putting a second key under a name is refused, and the first one stays."""
    await keys.put("slots-p1", SECRET)
    with pytest.raises(KeyTaken):
        await keys.put("slots-p1", b"x" * KEY_BYTES)
    assert await keys.get("slots-p1") == SECRET


async def test_a_destroyed_key_is_lost(keys: KeyStore) -> None:
    """After it is destroyed a key cannot be had, its file is gone, and its neighbour is not."""
    await keys.put("slots-p1", SECRET)
    await keys.put("slots-p2", SECRET)
    await keys.destroy("slots-p1")
    with pytest.raises(KeysLost):
        await keys.get("slots-p1")
    assert list(await keys.names()) == ["slots-p2"]


async def test_destroying_twice_is_harmless(keys: KeyStore) -> None:
    """Destroying a key that is gone, or never was, does nothing."""
    await keys.put("slots-p1", SECRET)
    for name in ("slots-p1", "slots-p1", "never"):
        await keys.destroy(name)
    assert await keys.names() == {}


async def test_a_destroyed_key_is_overwritten_before_it_is_unlinked(folder: KeyDirectory) -> None:
    """Whoever still holds the file open, or finds its blocks, reads noise of the same length."""
    await folder.put("slots-p1", SECRET)
    with (folder.folder / "slots-p1").open("rb") as held:
        await folder.destroy("slots-p1")
        left = held.read()
    assert len(left) == KEY_BYTES
    assert left != SECRET


async def test_a_name_is_free_again_after_its_key_is_destroyed(keys: KeyStore) -> None:
    """A new key may be put where one was destroyed."""
    await keys.put("stories-g", SECRET)
    await keys.destroy("stories-g")
    await keys.put("stories-g", b"y" * KEY_BYTES)
    assert await keys.get("stories-g") == b"y" * KEY_BYTES


async def test_a_missing_key_is_lost_and_the_error_names_no_object(keys: KeyStore) -> None:
    """The error says which sort of key is missing, and not whose thread or pulse it belonged to."""
    with pytest.raises(KeysLost) as lost:
        await keys.get("thread-0123456789abcdef")
    assert "thread" in str(lost.value)
    assert "0123456789abcdef" not in str(lost.value)


async def test_names_come_with_the_time_they_were_made(keys: KeyStore) -> None:
    """Every key is listed by name, in order, with the time it was made, so that what is left over can be found."""
    before = time.time()
    for name in ("slots-b", "opening-a"):
        await keys.put(name, SECRET)
    found = await keys.names()
    assert list(found) == ["opening-a", "slots-b"]
    assert all(before - 1 <= made <= time.time() + 1 for made in found.values())


async def test_a_store_inside_a_store_is_apart(keys: KeyStore) -> None:
    """Neither names, reads nor destroys the other's keys."""
    inner = keys.within("rehearsal")
    await keys.put("slots-a", SECRET)
    await inner.put("slots-b", SECRET)
    await inner.destroy("slots-a")
    assert (list(await keys.names()), list(await inner.names())) == (["slots-a"], ["slots-b"])
