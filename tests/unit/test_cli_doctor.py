"""`hundred-days doctor`: one line for each thing it looked at, and exit status 1 where something is to be done."""

from __future__ import annotations

import asyncio
import re
import sqlite3

from tests.platforms.slack import LocalSlack
from tests.platforms.vault import LocalVault
from tests.terminal import Ran, Terminal
from tests.world import HEADER

URL = "https://days.council.example"
DATABASE, KEYS, PUBLIC = "HUNDRED_DAYS_DATABASE_URL", "HUNDRED_DAYS_KEYS", "HUNDRED_DAYS_PUBLIC_URL"
LINE = re.compile(r"^(ok|to do|off) +(\S.*?) {2,}(\S.*)$")


def findings(ran: Ran) -> dict[str, tuple[str, str]]:
    """What was looked at, with its state and its words."""
    assert ran.err == ""
    lines = [LINE.match(line.rstrip()) for line in ran.out.splitlines() if line.strip()]
    found = {line[2]: (line[1], line[3]) for line in lines if line}
    assert len(found) == len(lines), ran.out
    assert ran.status == any(state == "to do" for state, _ in found.values())
    return found


def test_nothing_configured_is_a_list_of_what_to_do(terminal: Terminal) -> None:
    """Each variable is named with what to set it to; the platforms are off, which is no fault by itself."""
    terminal.configure(**{DATABASE: "", KEYS: ""})
    found = findings(terminal.run("doctor"))
    assert {what: state for what, (state, _) in found.items()} == {
        DATABASE: "to do",
        KEYS: "to do",
        PUBLIC: "to do",
        "Slack": "off",
        "Teams": "off",
    }
    assert "sqlite:///" in found[DATABASE][1] and "postgresql://" in found[DATABASE][1]
    assert "outside every backup" in found[KEYS][1]


def test_settings_that_can_not_be_read_are_named(terminal: Terminal) -> None:
    """Every problem is one line, by the name of its variable."""
    terminal.configure(HUNDRED_DAYS_PORT="many", SLACK_BOT_TOKEN="xoxb-1")
    found = findings(terminal.run("doctor"))
    assert {what: state for what, (state, _) in found.items()} == {
        "HUNDRED_DAYS_PORT": "to do",
        "SLACK_SIGNING_SECRET": "to do",
    }


def test_an_installation_that_is_ready_has_nothing_to_do(terminal: Terminal) -> None:
    """Database, keys, address, Teams and people are fine: exit status 0."""
    terminal.does("organisation", "create", "Council")
    terminal.configure(
        HUNDRED_DAYS_PUBLIC_URL=URL, TEAMS_APP_ID="a", TEAMS_APP_PASSWORD="zq-secret", TEAMS_TENANT_ID="t"
    )
    file = terminal.folder / "people.csv"
    file.write_text(f"{HEADER}\nk1,Ann,,,,,,steward,en,,,,t:u1\n", encoding="utf-8")
    terminal.does("import-people", file)
    found = findings(terminal.run("doctor"))
    assert {state for state, _ in found.values()} == {"ok", "off"}
    assert found["Council"] == ("ok", "1 people, 1 of them can be reached.")
    assert "up to date" in found[DATABASE][1]


def test_nobody_to_ask_is_something_to_do(terminal: Terminal) -> None:
    """Without an organisation the command that makes one is named; with one that nobody can reach, it says so."""
    terminal.does("migrate")
    found = findings(terminal.run("doctor"))
    assert found["People"][0] == "to do" and "hundred-days organisation create" in found["People"][1]
    terminal.does("organisation", "create", "Council")
    state, words = findings(terminal.run("doctor"))["Council"]
    assert state == "to do" and words.startswith("0 people, 0 of them can be reached. Bring them in:")
    file = terminal.folder / "people.csv"
    file.write_text("key,name\nk1,Ann", encoding="utf-8")
    terminal.does("import-people", file)
    assert "hundred-days links" in findings(terminal.run("doctor"))["Council"][1]


def test_an_empty_database_is_fine_and_stays_empty(terminal: Terminal) -> None:
    """Before the first start the database has no tables and the key store is not there; looking makes neither."""
    found = findings(terminal.run("doctor"))
    assert found[DATABASE][0] == "ok" and "not there yet" in found[DATABASE][1]
    assert found[KEYS][0] == "ok" and "is not there yet" in found[KEYS][1]
    assert not terminal.keys.exists()
    assert tables(terminal) == []


def test_looking_changes_nothing_where_the_keys_are_there_already(terminal: Terminal) -> None:
    """An empty database beside a folder for keys: `doctor` does not make tables."""
    terminal.keys.mkdir(mode=0o700)
    findings(terminal.run("doctor"))
    assert tables(terminal) == []


def test_a_database_of_another_kind_is_named(terminal: Terminal) -> None:
    """An address of a database that we do not know is one line, and the other findings stand beside it."""
    terminal.configure(**{DATABASE: "mysql://localhost/days"})
    found = findings(terminal.run("doctor"))
    assert found[DATABASE][0] == "to do" and "not a database we can use" in found[DATABASE][1]
    assert KEYS in found


def test_a_database_that_does_not_answer_is_one_finding(terminal: Terminal) -> None:
    """Nobody listens there: it says so beside the others, and the password is not shown."""
    terminal.keys.mkdir(mode=0o700)
    terminal.configure(**{DATABASE: "postgresql://days:zq-secret@127.0.0.1:1/days"})
    ran = terminal.run("doctor")
    assert "zq-secret" not in ran.out
    found = findings(ran)
    assert found[DATABASE][0] == "to do" and "does not answer" in found[DATABASE][1]
    assert found[KEYS][0] == "ok"


def test_a_newer_schema_is_one_finding(terminal: Terminal) -> None:
    """A database of a later version is told as such, beside the others, and is left as it is."""
    terminal.does("migrate")
    change(terminal, "UPDATE alembic_version SET version_num = '9999'")
    found = findings(terminal.run("doctor"))
    assert found[DATABASE][0] == "to do"
    assert "A newer version" in found[DATABASE][1]
    assert found[KEYS][0] == "ok"


def test_a_newer_schema_is_not_to_be_migrated(terminal: Terminal) -> None:
    """`migrate` refuses a newer schema, so `doctor` does not send anybody there."""
    terminal.does("migrate")
    change(terminal, "UPDATE alembic_version SET version_num = '9999'")
    ran = terminal.run("migrate")
    assert ran.status == 2 and "newer version" in ran.err
    assert "Run `hundred-days migrate`" not in findings(terminal.run("doctor"))[DATABASE][1]


def test_a_key_store_that_others_can_read_is_told_with_the_remedy(terminal: Terminal) -> None:
    """The command that closes it is printed; the folder itself is left for whoever runs it to mend."""
    terminal.does("migrate")
    terminal.keys.chmod(0o755)
    found = findings(terminal.run("doctor"))
    assert found[KEYS] == ("to do", f"Others can read the folder. Run: chmod 700 {terminal.keys}")


def test_a_key_store_beside_the_database_is_one_finding(terminal: Terminal) -> None:
    """Keys inside the database's folder are told as something to do, beside the others."""
    inside = terminal.folder / "data" / "keys"
    inside.mkdir(mode=0o700)
    terminal.configure(**{KEYS: str(inside)})
    found = findings(terminal.run("doctor"))
    assert DATABASE in found and found[KEYS][0] == "to do"


async def test_a_vault_that_lets_us_in_is_named(terminal: Terminal) -> None:
    """The token is tried for real, and it is not shown."""
    async with LocalVault() as vault:
        terminal.configure(**vault.environment())
        ran = await asyncio.to_thread(terminal.run, "doctor")
    assert findings(ran)[KEYS] == ("ok", f"The Vault at {vault.url} answers, and lets us in at kv.")
    assert vault.token not in ran.out


async def test_a_vault_that_refuses_is_told_with_the_remedy(terminal: Terminal) -> None:
    """A token that is not let in, a Vault that is sealed and one that is silent each have their own words."""
    async with LocalVault() as vault:
        terminal.configure(**{**vault.environment(), "VAULT_TOKEN": "hvs.zq-wrong"})
        ran = await asyncio.to_thread(terminal.run, "doctor")
        assert findings(ran)[KEYS][0] == "to do" and "VAULT_TOKEN" in findings(ran)[KEYS][1]
        assert "hvs.zq-wrong" not in ran.out
        vault.sealed = True
        assert "Unseal it" in findings(await asyncio.to_thread(terminal.run, "doctor"))[KEYS][1]
    assert "does not answer" in findings(await asyncio.to_thread(terminal.run, "doctor"))[KEYS][1]


def test_a_vault_that_is_silent_stops_the_start(terminal: Terminal) -> None:
    """What needs the key store ends with one sentence that names the variable, and no trace."""
    terminal.configure(HUNDRED_DAYS_KEYS="vault+http://127.0.0.1:1/kv/days", VAULT_TOKEN="hvs.zq")
    ran = terminal.run("serve")
    assert ran.status == 2 and "does not answer" in ran.err and KEYS in ran.err
    assert "Traceback" not in ran.err and "hvs.zq" not in ran.err


async def test_slack_that_answers_is_named_by_its_workspace(terminal: Terminal) -> None:
    """The token is tried for real, and the workspace it belongs to is said."""
    async with LocalSlack() as slack:
        terminal.configure(**slack.environment())
        found = findings(await asyncio.to_thread(terminal.run, "doctor"))
    assert found["Slack"] == ("ok", "Slack knows this bot, in the workspace T0LOCAL.")


async def test_a_token_that_slack_refuses_is_told(terminal: Terminal) -> None:
    """Slack's reason is said with the variable to mend, and the token is not shown."""
    async with LocalSlack() as slack:
        terminal.configure(**{**slack.environment(), "SLACK_BOT_TOKEN": "xoxb-zq-wrong"})
        ran = await asyncio.to_thread(terminal.run, "doctor")
    found = findings(ran)
    assert found["Slack"][0] == "to do"
    assert "SLACK_BOT_TOKEN" in found["Slack"][1] and "invalid_auth" in found["Slack"][1]
    assert "xoxb-zq-wrong" not in ran.out


def test_slack_that_can_not_be_reached_is_told(terminal: Terminal) -> None:
    """Where nobody listens, the finding says so and the others stand beside it."""
    terminal.configure(
        SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="zq-secret", SLACK_API_URL="http://127.0.0.1:1/api/"
    )
    found = findings(terminal.run("doctor"))
    assert found["Slack"][0] == "to do" and "cannot be reached" in found["Slack"][1]
    assert found["Teams"][0] == "off"


def change(terminal: Terminal, statement: str) -> None:
    connection = sqlite3.connect(terminal.folder / "data" / "test.sqlite")
    with connection:
        connection.execute(statement)
    connection.close()


def tables(terminal: Terminal) -> list[str]:
    connection = sqlite3.connect(terminal.folder / "data" / "test.sqlite")
    found = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    connection.close()
    return found
