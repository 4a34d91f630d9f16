"""The settings, and what is said of their problems."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.errors import Misconfigured
from bot.host.settings import TEAMS_HOSTS, Settings
from storage.vault_address import VaultAddress

SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-secret-one",
    "SLACK_SIGNING_SECRET": "secret-two",
    "TEAMS_APP_PASSWORD": "secret-three",
}
FULL = {
    **SECRETS,
    "HUNDRED_DAYS_DATABASE_URL": "sqlite:////data/hundred.sqlite",
    "HUNDRED_DAYS_KEYS": "/keys",
    "HUNDRED_DAYS_PORT": "9000",
    "TEAMS_APP_ID": "app",
    "TEAMS_TENANT_ID": "tenant",
}


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(Misconfigured) as refused:
        Settings.read(environ)
    return str(refused.value).splitlines()


def test_every_variable_is_read_by_its_name() -> None:
    """The environment's values arrive in their types, and what is not ours is left alone."""
    settings = Settings.read({**FULL, "PATH": "/bin"})
    assert (settings.database_url, settings.keys, settings.port) == (
        FULL["HUNDRED_DAYS_DATABASE_URL"],
        Path("/keys"),
        9000,
    )
    assert settings.slack_bot_token.get_secret_value() == SECRETS["SLACK_BOT_TOKEN"]
    assert (settings.slack, settings.teams) == (True, True)


def test_an_empty_environment_is_all_defaults() -> None:
    """With nothing set, no platform is configured and every address is the public one."""
    settings = Settings.read({})
    assert (settings.slack, settings.teams, settings.keys, settings.host) == (False, False, None, "127.0.0.1")
    assert (settings.slack_api_url, settings.teams_service_hosts) == ("https://slack.com/api/", TEAMS_HOSTS)


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    """A variable that a compose file leaves empty has its default, and is no problem."""
    assert Settings.read(dict.fromkeys([*FULL, "SLACK_API_URL"], "")) == Settings.read({})


def test_nothing_is_taken_from_the_process_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the variables given are read, whatever the process has around it."""
    monkeypatch.setenv("HUNDRED_DAYS_PORT", "1234")
    assert Settings.read({}).port == 8080
    assert Settings.read(os.environ).port == 1234


def test_every_value_that_can_not_be_read_is_named_at_once() -> None:
    """Each problem has a line that begins with the variable."""
    found = problems({"HUNDRED_DAYS_PORT": "99999999"})
    assert [line.partition(":")[0] for line in found] == ["HUNDRED_DAYS_PORT"]
    assert [line.partition(":")[0] for line in problems({"HUNDRED_DAYS_PORT": "web"})] == ["HUNDRED_DAYS_PORT"]


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        ({"SLACK_BOT_TOKEN"}, ["SLACK_SIGNING_SECRET"]),
        ({"SLACK_SIGNING_SECRET"}, ["SLACK_BOT_TOKEN"]),
        ({"TEAMS_APP_ID"}, ["TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"]),
        ({"TEAMS_APP_PASSWORD"}, ["TEAMS_APP_ID"]),
        ({"TEAMS_APP_ID", "TEAMS_TENANT_ID"}, ["TEAMS_APP_PASSWORD"]),
        ({"SLACK_BOT_TOKEN", "TEAMS_APP_ID"}, ["SLACK_SIGNING_SECRET", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"]),
    ],
)
def test_everything_missing_beside_what_is_there_is_named_at_once(present: set[str], missing: list[str]) -> None:
    """Half a platform is refused, with a line for each variable of both platforms that it lacks."""
    lines = problems({name: FULL[name] for name in present})
    assert [line.partition(":")[0] for line in lines] == missing


def test_serving_needs_a_database_and_keys_and_says_so_at_once() -> None:
    """Without either, both are named; with both, nothing is refused."""
    with pytest.raises(Misconfigured) as refused:
        Settings().must_serve()
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        "HUNDRED_DAYS_DATABASE_URL",
        "HUNDRED_DAYS_KEYS",
    ]
    with pytest.raises(Misconfigured, match=r"^HUNDRED_DAYS_KEYS: is not set"):
        Settings(database=SecretStr("sqlite:///x")).must_serve()
    Settings.read(FULL).must_serve()


def test_secrets_are_never_shown() -> None:
    """Tokens and passwords stand in no form of the settings that a log or a trace could print."""
    settings = Settings.read(FULL)
    shown = [repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()]
    assert "/keys" in shown[0]
    assert not [secret for secret in SECRETS.values() for form in shown if secret in form]


@pytest.mark.parametrize("absent", sorted(SECRETS))
def test_problems_repeat_no_secret(absent: str) -> None:
    """What is said about bad settings names variables and holds none of the secrets beside them."""
    said = "\n".join(problems({name: value for name, value in FULL.items() if name != absent}))
    assert absent in said
    assert not [secret for secret in SECRETS.values() if secret in said]


def test_settings_can_not_be_changed() -> None:
    """What was read at the start stays."""
    settings = Settings.read(FULL)
    with pytest.raises(ValidationError):
        setattr(settings, "port", 1)  # noqa: B010 (mypy knows already that it cannot be set)
    assert settings.port == 9000


def test_every_problem_is_named_in_one_go() -> None:
    """A bad port, a zone that does not exist and a missing secret are all told together."""
    with pytest.raises(Misconfigured) as refused:
        Settings.read({"HUNDRED_DAYS_PORT": "abc", "HUNDRED_DAYS_TIMEZONE": "Mars", "SLACK_BOT_TOKEN": "x"})
    named = {line.partition(":")[0] for line in str(refused.value).splitlines()}
    assert named == {"HUNDRED_DAYS_PORT", "HUNDRED_DAYS_TIMEZONE", "SLACK_SIGNING_SECRET"}


def test_a_database_password_is_never_shown() -> None:
    """The address may hold a password, so it is kept out of every representation."""
    settings = Settings.read({"HUNDRED_DAYS_DATABASE_URL": "postgresql://u:zqpassword@h/d"})
    assert "zqpassword" not in repr(settings) + str(settings)
    assert "zqpassword" in settings.database_url


def test_keys_are_in_a_folder_or_in_vault() -> None:
    """A path is a folder; an address is a place in Vault, whose token is never shown."""
    assert Settings.read({"HUNDRED_DAYS_KEYS": "keys/here"}).keys == Path("keys/here")
    settings = Settings.read(
        {"HUNDRED_DAYS_KEYS": "vault+https://v.example:8200/kv/days/ours", "VAULT_TOKEN": "hvs.zq"}
    )
    assert settings.keys == VaultAddress("https://v.example:8200", "kv", "days/ours")
    assert "hvs.zq" not in repr(settings) + str(settings.model_dump())
    for host in ("127.0.0.1:8200", "localhost", "[::1]:8200"):
        assert Settings.read({"HUNDRED_DAYS_KEYS": f"vault+http://{host}/kv/days", "VAULT_TOKEN": "hvs.zq"}).keys


def test_a_vault_without_a_token_is_named_at_the_start() -> None:
    """The missing variable stands in the list of problems; without Vault nobody needs it."""
    assert problems({"HUNDRED_DAYS_KEYS": "vault+https://v.example/kv/days"})[0].startswith("VAULT_TOKEN: is missing")
    assert Settings.read({"HUNDRED_DAYS_KEYS": "/keys"}).vault_token.get_secret_value() == ""


@pytest.mark.parametrize(
    "written",
    [
        "https://v.example:8200/kv/days",
        "vault+https://v.example:8200",
        "vault+https://v.example:8200/kv",
        "vault+https:///kv/days",
        "vault+http://v.example:8200/kv/days",
        "vault+http://127.0.0.1.v.example/kv/days",
        "vault+https://me:zqsecret@v.example/kv/days",
        "vault+https://v.example/kv/days?token=zqsecret",
        "s3://bucket/keys",
    ],
)
def test_an_address_that_is_no_place_in_vault_is_refused(written: str) -> None:
    """It is not taken for a folder, keys do not travel in the open, and no secret in it is repeated."""
    [said] = problems({"HUNDRED_DAYS_KEYS": written, "VAULT_TOKEN": "hvs.zq"})
    assert said.startswith("HUNDRED_DAYS_KEYS")
    assert "zqsecret" not in said
