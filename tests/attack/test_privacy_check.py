"""The check itself: a whole installation, sound and with planted leaks, on both databases."""

from __future__ import annotations

import gzip
import json
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text

from bot.audit import check as checking
from bot.audit import tries
from bot.audit.attacks import secrets_kept
from bot.audit.check import Wanted
from bot.audit.company import founded
from bot.audit.crowd import Plan
from bot.audit.findings import PROMISES, Finding, Report, Source, Verdict, held_if
from bot.audit.live import backups, database, keyring, surroundings
from bot.audit.place import NoPlace, throw_away
from bot.audit.rehearsal import OPENS, rehearse
from bot.host.settings import Settings
from storage.ballots import opening_key, slots_key
from storage.engine import open_engines, sqlite_file
from storage.vault_address import VaultAddress
from tests.attack.robbery import place_of
from tests.conftest import Databases, apart, command
from tests.platforms.vault import LocalVault
from tests.terminal import Terminal
from tests.world import CLOSES, World, open_world, staff_list
from tests.world import OPENS as OPENING

FEW = 24


@dataclass(frozen=True, slots=True)
class Live:
    """An installation that has lived through a week: one pulse is sealed."""

    settings: Settings
    pulse: str
    keys: dict[str, bytes]
    copy: Path

    async def run(self, statement: str, **values: object) -> None:
        """Go round the service."""
        engines = open_engines(self.settings.database_url)
        async with engines.write.begin() as connection:
            await connection.execute(text(statement), values)
        await engines.dispose()

    async def guards(self) -> Mapping[str, str]:
        """The triggers of its database."""
        engines = open_engines(self.settings.database_url)
        try:
            return await database.guards(engines.read)
        finally:
            await engines.dispose()

    async def look(self, wanted: Wanted | None = None) -> Report:
        """The live half of the check."""
        engines = open_engines(self.settings.database_url)
        try:
            guards = await database.guards(engines.read)
            return Report(await checking.inspection(self.settings, wanted or Wanted(), engines, guards))
        finally:
            await engines.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
async def live(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Live]:
    """A council with one sealed pulse, on each kind of database."""
    databases: Databases = request.getfixturevalue(f"empty_{request.param}")
    with databases.copied(tmp_path) as url:
        yield await lived(url, tmp_path)


async def lived(url: str, folder: Path) -> Live:
    """Let a council live through a week; its keys are copied while the pulse is open, and its file, if it has one."""
    copy = folder / "copy.sqlite"
    async with open_world(url, folder, staff_list()) as world:
        await world.at(OPENING)
        pulse = (await world.pulse()).id
        item = (await world.pulse()).items[0]
        for number in range(12):
            await world.ask(f"u{number}", "AnswerPulse", pulse=pulse, item=item, score=4)
            await world.ask(f"u{number}", "SaveComment", pulse=pulse, comment=f"We are heard {number}")
        keys = {name: (world.keys / name).read_bytes() for name in (slots_key(pulse), opening_key(pulse))}
        if file := sqlite_file(url):
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("VACUUM INTO ?", (str(copy),))
        await world.at(CLOSES)
    return Live(Settings(database=SecretStr(url), keys=folder / "keys"), pulse, keys, copy)


def wrong(report: Report, promise: str) -> str:
    """All that was found to break a promise, in one."""
    return " | ".join(finding.evidence for finding in report.of(promise) if finding.verdict is Verdict.BROKEN)


async def test_what_is_planted_in_the_database_is_found(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an ordinary week a look finds nothing and leaves no trace. Then: a number about three people, a person's id
    beside a comment, a ballot that a restored backup brought back, and a guard that is gone, one after the other.
    """
    monkeypatch.setattr(database, "PATIENCE", 0)
    for _ in range(2):
        assert [finding for finding in (await live.look()).findings if not finding.held] == []
    await live.run("UPDATE tallies SET counts = '[0, 3, 0, 0, 0]'")
    assert "3 people" in wrong(await live.look(), "P5")
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
    """While a pulse is open its keys, ballots and deliveries are where they belong, conversations and stories too."""
    await world.at(OPENING)
    await world.answer("u5", 4, "We are heard")
    await world.ask("u6", "OpenThread", body="Please listen")
    await world.ask("u7", "TellStory", text="We closed a form", audience="organisation")
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


async def test_ids_that_answer_differently_are_seen(
    empty_sqlite: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P11: were anybody let into anybody's conversation, the attempt would see it."""
    async with founded(place_of(empty_sqlite.sqlite(tmp_path), tmp_path), Plan(FEW)) as company:
        await company.at(OPENS)
        await company.ask(company.crowd.speaking[0], "OpenThread", body="Please listen")
        assert (await tries.walk(company, (await company.pulse()).id)).succeeded == []
        monkeypatch.setattr("storage.threads.SqlThreads.opened_by", _always)
        assert (await tries.walk(company, (await company.pulse()).id)).succeeded


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


def test_the_command_on_a_sound_installation(
    empty_sqlite: Databases, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 0, and sixteen promises in plain words with what was found; what it is doing is said aside."""
    monkeypatch.setattr(checking, "FAST", FEW)
    apart(lived(empty_sqlite.sqlite(terminal.folder), terminal.folder))
    ran = terminal.run("privacy-check", "--fast")
    assert ran.status == 0, ran
    assert "16 promises: 16 held, 0 cannot tell, 0 broken" in ran.out
    assert all(words in ran.out for words in PROMISES.values())
    assert "Rehearsing" in ran.err


@pytest.mark.unseeded
def test_the_command_on_an_installation_that_leaks(
    empty_postgresql: Databases, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL: status 1 with a planted tally of three; the report for scripts says which promise it breaks.

    Its words are searched for in the files of the server, so they are other ones in each run. By chance a rehearsal
    seems to leak once in twelve million: see `ONCE_IN`.
    """
    monkeypatch.setattr(checking, "FAST", FEW)
    with empty_postgresql.copied(terminal.folder) as url:
        live = apart(lived(url, terminal.folder))
        apart(live.run("UPDATE tallies SET counts = '[0, 3, 0, 0, 0]'"))
        terminal.configure(HUNDRED_DAYS_DATABASE_URL=url)
        ran = terminal.run("privacy-check", "--fast", "--json")
        assert ran.status == 1, ran
        said = json.loads(ran.out)
        assert [p["promise"] for p in said["promises"] if p["verdict"] == "broken"] == ["P5"]
        assert [p["promise"] for p in said["promises"] if p["verdict"] == "cannot tell"] == []


def test_the_command_needs_something_to_check(terminal: Terminal) -> None:
    """Without a database, or with an older schema, it says what to do and does nothing."""
    ran = terminal.run("privacy-check")
    assert ran.status == 2
    assert "Start `serve` first" in ran.err
    assert not (terminal.folder / "data" / "test.sqlite").exists()


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
