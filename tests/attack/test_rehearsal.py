"""The rehearsal of the check: its attempts see what they should, and it leaves nothing behind."""

from __future__ import annotations

import secrets
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text

from bot.audit import check as checking
from bot.audit import tries
from bot.audit.attacks import backers, secrets_kept, written
from bot.audit.company import founded
from bot.audit.crowd import Plan
from bot.audit.findings import Verdict
from bot.audit.place import NoPlace, throw_away
from bot.audit.rehearsal import OPENS, rehearse
from bot.domain.ideas import Idea
from bot.host.settings import Settings
from storage.engine import open_engines
from storage.ideas import SqlIdeas
from storage.seal import SLOT_BYTES
from storage.vault_address import VaultAddress
from tests.attack.installation import FEW, Live
from tests.attack.robbery import a_week, place_of
from tests.conftest import Databases, command
from tests.platforms.vault import LocalVault

ADD = SqlIdeas.add


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_the_database_itself_refuses_a_weaker_pulse(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """P14: every statement is refused while the guards stand, and the attempt sees it when one of them is gone."""
    databases: Databases = request.getfixturevalue(f"empty_{kind}")
    with databases.copied(tmp_path) as url:
        async with founded(place_of(url, tmp_path), Plan(FEW)) as company:
            await company.at(OPENS)
            pulse = (await company.pulse()).id
            assert (await tries.weaken(company, pulse)).succeeded == []
            async with company.engines.write.begin() as connection:
                drop = "DROP TRIGGER pulses_update_keeps_the_promise" + ("" if kind == "sqlite" else " ON pulses")
                await connection.execute(text(drop))
            assert len((await tries.weaken(company, pulse)).succeeded) == 6


async def test_an_envelope_that_counts_twice_is_seen(
    empty_sqlite: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P12: were envelopes not remembered, the attempt would see it."""
    async with founded(place_of(empty_sqlite.sqlite(tmp_path), tmp_path), Plan(FEW)) as company:
        await company.at(OPENS)
        pulse = await company.pulse()
        monkeypatch.setattr("storage.inbox.SqlInbox.record_if_new", _always)
        [account, *_] = company.crowd.insisting
        await tries.answer_again_and_again(company, account, pulse.id, pulse.items[0], 4)
        assert (await tries.replay_late(company, pulse.id, pulse.items)).succeeded.count(
            "an answer after the close"
        ) == 15
        assert [name for name, reply in company.replies.items() if reply == "taken"]


async def _always(*_args: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("action", "given", "guard"),
    [
        ("OpenThread", {"body": "Please listen"}, "storage.threads.SqlThreads.opened_by"),
        ("OfferIdea", {"text": "Fewer forms"}, "bot.features.ideas.handlers._is_own"),
    ],
    ids=["conversations", "ideas"],
)
async def test_ids_that_answer_differently_are_seen(
    empty_sqlite: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    given: dict[str, str],
    guard: str,
) -> None:
    """P11: were anybody let into anybody's conversation, or at anybody's idea, the attempt would see it."""
    async with founded(place_of(empty_sqlite.sqlite(tmp_path), tmp_path), Plan(FEW)) as company:
        await company.at(OPENS)
        await company.ask(company.crowd.speaking[0], action, **given)
        assert (await tries.walk(company, (await company.pulse()).id)).succeeded == []
        monkeypatch.setattr(guard, _always)
        assert (await tries.walk(company, (await company.pulse()).id)).succeeded


async def test_p9_a_rehearsal_sees_ideas_that_name_people(
    empty_sqlite: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were authors stored beside unnamed ideas, or slots made without a key, the check would call it broken."""
    monkeypatch.setattr("storage.ideas.SqlIdeas.add", _added_with_author)
    monkeypatch.setattr("storage.ideas.backing_slot", _slot_without_key)
    loot = await a_week(empty_sqlite.sqlite(tmp_path), tmp_path, people=FEW)
    assert {written.named_nowhere(loot).verdict, backers.locked(loot).verdict} == {Verdict.BROKEN}


async def _added_with_author(ideas: SqlIdeas, idea: Idea, author: str) -> None:
    await ADD(ideas, replace(idea, author=author), author)


def _slot_without_key(_key: bytes, idea: str, person: str) -> bytes:
    return sha256(f"backs|{idea}|{person}".encode()).digest()[:SLOT_BYTES]


async def test_nothing_is_left_of_a_rehearsal(live: Live) -> None:
    """Neither file, schema nor key, also where it ends in the middle; and no live row was touched."""
    before = await _traces(live)
    with pytest.raises(ZeroDivisionError):
        await _interrupted(live, before)
    assert await _traces(live) == before


async def _interrupted(live: Live, before: list[str]) -> None:
    async with throw_away(live.settings) as place, founded(place, Plan(FEW)):
        assert len(await _traces(live)) > len(before)
        raise ZeroDivisionError


async def test_a_database_user_who_may_make_no_schema(postgres_server: str, tmp_path: Path) -> None:
    """Then nothing is rehearsed, every promise cannot be told, and the sentence says what to allow."""
    name = f"poor{secrets.token_hex(4)}"
    await command(postgres_server, f"DROP ROLE IF EXISTS {name}", f"CREATE ROLE {name} LOGIN PASSWORD 'poor'")
    url = make_url(postgres_server).set(username=name, password="poor").render_as_string(hide_password=False)
    settings = Settings(database=SecretStr(url), keys=tmp_path / "keys")
    try:
        with pytest.raises(NoPlace, match="CREATE ON DATABASE"):
            async with throw_away(settings):
                pass
        found, guards = await checking.rehearsal(settings, Plan(FEW))
        assert {finding.verdict for finding in found} == {Verdict.UNKNOWN}
        assert guards == {}
    finally:
        await command(postgres_server, f"DROP ROLE {name}")


async def test_a_rehearsal_with_keys_in_vault(empty_sqlite: Databases, tmp_path: Path) -> None:
    """The same attacks where Vault keeps the keys, undeleting included: keys die, the control sees, nothing stays."""
    async with LocalVault() as vault:
        settings = Settings(
            database=SecretStr(empty_sqlite.sqlite(tmp_path)),
            keys=VaultAddress.read(vault.address),
            vault_token=SecretStr(vault.token),
        )
        async with throw_away(settings) as place:
            loot = await rehearse(place, Plan(FEW))
            assert "rehearsal-" in vault.everything()
        assert [finding for finding in secrets_kept.attack(loot) if not finding.held] == []
        assert "rehearsal-" not in vault.everything()


async def _traces(live: Live) -> list[str]:
    """Whatever a rehearsal makes: folders, keys, schemas; and how many rows the live tables have."""
    assert isinstance(live.settings.keys, Path)
    files = sorted(
        str(path) for path in live.settings.keys.parent.rglob("*") if not path.name.endswith(("-wal", "-shm"))
    )
    engines = open_engines(live.settings.database_url)
    async with engines.read.connect() as connection:
        rows = str(await connection.scalar(text("SELECT count(*) FROM people")))
        schemas = (
            []
            if live.copy.exists()
            else [str(r[0]) for r in await connection.execute(text("SELECT nspname FROM pg_namespace"))]
        )
    await engines.dispose()
    return [*files, rows, *sorted(schemas)]
