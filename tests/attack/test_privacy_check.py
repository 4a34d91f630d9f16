"""The live half of the check: an installation, sound and with planted leaks, on both databases."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.audit.check import Wanted
from bot.audit.findings import PROMISES, Finding, Report, Source, Verdict, held_if
from bot.audit.live import backups, database, keyring, surroundings
from bot.host.settings import Settings
from storage.ballots import opening_key, slots_key
from storage.engine import open_engines
from tests.attack.installation import Live, lived
from tests.conftest import Databases
from tests.world import OPENS as OPENING
from tests.world import World


def wrong(report: Report, promise: str) -> str:
    """All that was found to break a promise, in one."""
    return " | ".join(finding.evidence for finding in report.of(promise) if finding.verdict is Verdict.BROKEN)


async def test_what_is_planted_in_the_database_is_found(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an ordinary week a look finds nothing and leaves no trace. Then: a number that is exact, a person's id
    beside a comment, a ballot that a restored backup brought back, and a guard that is gone, one after the other.
    """
    monkeypatch.setattr(database, "PATIENCE", 0)
    for _ in range(2):
        assert [finding for finding in (await live.look()).findings if not finding.held] == []
    await live.run("UPDATE numbers SET share = 37")
    assert "a share: 37" in wrong(await live.look(), "P5")
    await live.run("UPDATE comments SET body = (SELECT min(id) FROM people)")
    assert "need none: comments" in wrong(await live.look(), "P5")
    box = "CAST('box' AS BLOB)" if live.copy.exists() else "CAST('box' AS BYTEA)"
    columns = "pulse_id, slot, organisation_id, sealed"
    await live.run(f"INSERT INTO ballots ({columns}) SELECT id, {box}, organisation_id, {box} FROM pulses")
    assert "1 ballots" in wrong(await live.look(), "P5")
    expected = await live.guards()
    assert len([name for name in expected if database.GUARD in name]) >= 4
    await live.run("DROP TRIGGER pulses_update_keeps_the_promise" + ("" if live.copy.exists() else " ON pulses"))
    gone = database.same_guards(await live.guards(), expected)
    assert (gone.verdict, "missing: pulses_update_keeps" in gone.evidence) == (Verdict.BROKEN, True)


async def test_an_installation_in_the_middle_of_a_week_is_found_sound(world: World) -> None:
    """While a pulse is open its keys, ballots and deliveries are where they belong, all else that is unnamed too."""
    await world.at(OPENING)
    await world.answer("u5", 4, "We are heard")
    await world.ask("u6", "OpenThread", body="Please listen")
    await world.ask("u7", "TellStory", text="We closed a form", audience="organisation")
    await world.ask("u8", "OfferIdea", text="Fewer forms")
    settings = Settings(database=SecretStr(world.database), keys=world.keys)
    report = await Live(settings, "", {}, world.folder / "none").look()
    assert [finding for finding in report.findings if not finding.held] == []


def test_keys_are_compared_with_what_is_open() -> None:
    """A key of a closed conversation, one that lies there twice, and an open pulse without its keys are found out."""
    known = {"pulses": {"p": "open", "q": "sealed"}, "threads": {"t": "closed", "u": "open"}}
    kept = {slots_key("p"): b"1", opening_key("p"): b"2", "thread-u": b"3", "store": b"4"}
    assert keyring.matching(kept, known).held
    for wrong_ones in ({"thread-t": b"5"}, {slots_key("q"): b"5"}, {"harmless": b"2"}):
        assert keyring.matching({**kept, **wrong_ones}, known).verdict is Verdict.BROKEN
    assert keyring.matching({"store": b"4"}, known).verdict is Verdict.BROKEN


def test_a_guard_that_says_something_else_is_found() -> None:
    """Guards are compared word for word with those of a fresh database; with none to compare, nothing holds."""
    expected = {"pulses_update_keeps_the_promise": "CREATE TRIGGER"}
    assert database.same_guards(expected, expected).held
    other = {"pulses_update_keeps_the_promise": "CREATE TRIGGER harmless"}
    assert database.same_guards(other, expected).verdict is Verdict.BROKEN
    assert database.same_guards({**expected, "leak": "INSERT"}, expected).verdict is Verdict.BROKEN
    assert database.same_guards({}, {}).verdict is Verdict.BROKEN


async def test_what_is_planted_in_the_key_store_is_found(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of a sealed pulse that somebody had copied and puts back; a key that others can read; keys beside data."""
    monkeypatch.setattr(keyring, "PATIENCE", 0)
    folder = live.settings.keys
    assert isinstance(folder, Path)
    (folder / "store").chmod(0o644)
    assert "store" in wrong(await live.look(), "P4")
    (folder / "store").chmod(0o600)
    back = folder / opening_key(live.pulse)
    back.write_bytes(live.keys[opening_key(live.pulse)])
    back.chmod(0o600)
    assert opening_key(live.pulse) in wrong(await live.look(), "P4")
    inside = live.settings.model_copy(update={"database": SecretStr(f"sqlite:///{folder.parent}/x.sqlite")})
    assert keyring.apart(inside).verdict is Verdict.BROKEN


async def test_what_lies_in_backups_and_logs_is_found(live: Live, tmp_path: Path) -> None:
    """A key, also where it is packed and written as a dump writes bytes. A person, by address, name or account, in our
    lines and in others'. What is locked, or not there, cannot be told.
    """
    assert isinstance(live.settings.keys, Path)
    folder, log = tmp_path / "backups", tmp_path / "service.log"
    folder.mkdir()
    (folder / "monday.sql").write_text("nothing of interest")
    ours = json.dumps({"time": "t", "level": "info", "event": "pulse.opened", "asked": 27})
    log.write_text(f"{ours}\nGET /healthz 200\n")
    sound = await live.look(Wanted(backups=folder, logs=log))
    assert [finding for finding in sound.findings if not finding.held] == []
    assert sound.of("P13")[-1].figures["not ours"] == 1
    (folder / "old.tar.gpg").write_bytes(b"locked")
    (tmp_path / "logs").mkdir()
    unknown = await live.look(Wanted(backups=folder, logs=tmp_path / "logs"))
    assert (unknown.verdict("P4"), unknown.verdict("P13")) == (Verdict.UNKNOWN, Verdict.UNKNOWN)
    key = (live.settings.keys / "store").read_bytes()
    (folder / "keys.sql.gz").write_bytes(gzip.compress(b"INSERT " + key.hex().encode()))
    for leak in ("u5@council.example", "Person 5", "STEWARD"):
        log.write_text(f"{ours}\n10.0.0.1 POST /slack/events {leak} 200\n")
        leaky = await live.look(Wanted(backups=folder, logs=log))
        assert "service.log:2" in wrong(leaky, "P13")
        assert "keys.sql.gz" in wrong(leaky, "P4")
    assert "inside the folder" in wrong(await live.look(Wanted(backups=live.settings.keys.parent)), "P4")


async def test_a_backup_that_still_opens_is_found(empty_sqlite: Databases, tmp_path: Path) -> None:
    """A copy from while the pulse was open opens with a key that should be gone, and not without it."""
    live = await lived(empty_sqlite.sqlite(tmp_path), tmp_path)
    folder = tmp_path / "backups"
    folder.mkdir()
    shutil.copy(live.copy, folder)
    assert backups.search(folder, {}, [live.pulse]).openable == []
    assert backups.search(folder, live.keys, [live.pulse]).openable == ["copy.sqlite"]
    assert backups.judge(backups.search(folder, live.keys, [live.pulse])).verdict is Verdict.BROKEN
    assert backups.judge(backups.search(folder, live.keys, [])).verdict is Verdict.HELD


def test_what_only_a_platform_can_say_can_not_be_told() -> None:
    """With Slack or Teams connected there is a question for each, and who could answer it; with none there is none."""
    alone, both = Settings(), Settings(slack_bot_token=SecretStr("xoxb-1"), teams_app_id="app")
    assert [finding.verdict for finding in surroundings.platforms(alone)] == [Verdict.HELD]
    asked = surroundings.platforms(both)
    assert [finding.verdict for finding in asked] == [Verdict.UNKNOWN] * 2
    assert all(finding.ask for finding in asked)


def test_the_worst_finding_decides() -> None:
    """Broken beats cannot tell, which beats held; the exit status says so; what nobody looked at cannot be told."""
    held = [held_if(promise, fine=True, evidence="fine") for promise in PROMISES]
    unknown = Finding("P15", Verdict.UNKNOWN, "who knows", source=Source.HERE)
    assert Report(held).status == 0
    assert Report([*held, unknown]).status == 2
    assert Report([*held, unknown, held_if("P1", fine=False, evidence="wrong")]).status == 1
    assert Report(held[1:]).status == 2


@pytest.mark.parametrize(
    ("stamps", "archive", "verdict"),
    [
        ("off", "off", Verdict.HELD),
        ("off", "on", Verdict.UNKNOWN),
        ("off", "", Verdict.UNKNOWN),
        ("on", "off", Verdict.BROKEN),
    ],
)
async def test_a_server_that_keeps_times_is_told_of(
    empty_postgresql: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stamps: str,
    archive: str,
    verdict: Verdict,
) -> None:
    """Times of commits break a promise, and of a log that is archived nobody here can tell who keeps it how long."""
    settings = {"track_commit_timestamp": stamps, "archive_mode": archive}

    async def setting(_connection: object, name: str) -> str:
        return settings[name]

    with empty_postgresql.copied(tmp_path) as url:
        engines = open_engines(url)
        try:
            assert (await database.times_kept(engines.read)).verdict is Verdict.HELD
            monkeypatch.setattr(database, "_setting", setting)
            assert (await database.times_kept(engines.read)).verdict is verdict
        finally:
            await engines.dispose()
