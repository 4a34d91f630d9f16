"""The settings: read once, from the environment, with every problem reported at once and by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import Misconfigured
from storage.vault_address import VaultAddress

TEAMS_HOSTS = (
    "smba.trafficmanager.net,smba.infra.gcc.teams.microsoft.com,smba.infra.gov.teams.microsoft.us,"
    "smba.infra.dod.teams.microsoft.us"
)


class Settings(BaseSettings):
    """What an installation can be told. Each field is an environment variable of the name given as its alias."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True, extra="ignore")

    database: SecretStr = Field(SecretStr(""), alias="HUNDRED_DAYS_DATABASE_URL")
    keys: Path | VaultAddress | None = Field(None, alias="HUNDRED_DAYS_KEYS")
    vault_token: SecretStr = Field(SecretStr(""), alias="VAULT_TOKEN")
    public_url: str = Field("", alias="HUNDRED_DAYS_PUBLIC_URL")
    host: str = Field("127.0.0.1", alias="HUNDRED_DAYS_HOST")
    port: int = Field(8080, alias="HUNDRED_DAYS_PORT", ge=0, le=65535)
    organisation: str = Field("Our organisation", alias="HUNDRED_DAYS_ORGANISATION")
    zone: str = Field("Europe/London", alias="HUNDRED_DAYS_TIMEZONE")
    taxonomy: Path | None = Field(None, alias="HUNDRED_DAYS_TAXONOMY")

    slack_bot_token: SecretStr = Field(SecretStr(""), alias="SLACK_BOT_TOKEN")
    slack_signing_secret: SecretStr = Field(SecretStr(""), alias="SLACK_SIGNING_SECRET")
    slack_api_url: str = Field("https://slack.com/api/", alias="SLACK_API_URL")

    teams_app_id: str = Field("", alias="TEAMS_APP_ID")
    teams_app_password: SecretStr = Field(SecretStr(""), alias="TEAMS_APP_PASSWORD")
    teams_tenant_id: str = Field("", alias="TEAMS_TENANT_ID")
    teams_openid_url: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration", alias="TEAMS_OPENID_URL"
    )
    teams_token_url: str = Field("", alias="TEAMS_TOKEN_URL")
    teams_service_hosts: str = Field(TEAMS_HOSTS, alias="TEAMS_SERVICE_HOSTS")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_others: Any, **_named: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `read` passes on: nothing is taken from the process behind its back."""
        del settings_cls
        return (init_settings,)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """The settings in these variables. Raises `Misconfigured` with every problem, one a line."""
        given = {name: value for name, value in environ.items() if value}
        faults = _faults(cls, given)
        settings = cls.model_validate({name: value for name, value in given.items() if name not in faults})
        problems = [f"{name}: {why}" for name, why in faults.items()] + settings.problems()
        if problems:
            raise Misconfigured("\n".join(problems))
        return settings

    @property
    def database_url(self) -> str:
        """The database's address, which may hold a password."""
        return self.database.get_secret_value()

    @property
    def pages(self) -> str:
        """Where people find the pages, without a last stroke; nothing where nobody has said."""
        return self.public_url.rstrip("/")

    @field_validator("zone")
    @classmethod
    def known_zone(cls, zone: str) -> str:
        """A time zone that this machine knows."""
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{zone} is not a time zone; write it like Europe/London") from error
        return zone

    @field_validator("keys", mode="before")
    @classmethod
    def place_of_keys(cls, keys: object) -> object:
        """A folder, or a place in Vault, which is written as an address."""
        return VaultAddress.read(keys) if isinstance(keys, str) and "://" in keys else keys

    @property
    def slack(self) -> bool:
        """Whether Slack is configured."""
        return bool(self.slack_bot_token.get_secret_value())

    @property
    def teams(self) -> bool:
        """Whether Teams is configured."""
        return bool(self.teams_app_id)

    def problems(self) -> list[str]:
        """What is missing beside what is there."""
        pairs = (
            (self.slack and not self.slack_signing_secret.get_secret_value(), "SLACK_SIGNING_SECRET"),
            (not self.slack and bool(self.slack_signing_secret.get_secret_value()), "SLACK_BOT_TOKEN"),
            (self.teams and not self.teams_app_password.get_secret_value(), "TEAMS_APP_PASSWORD"),
            (self.teams and not self.teams_tenant_id, "TEAMS_TENANT_ID"),
            (not self.teams and bool(self.teams_app_password.get_secret_value()), "TEAMS_APP_ID"),
            (isinstance(self.keys, VaultAddress) and not self.vault_token.get_secret_value(), "VAULT_TOKEN"),
        )
        return [f"{name}: is missing, but the settings beside it are there" for wrong, name in pairs if wrong]

    def must_serve(self) -> None:
        """Refuse to serve without a database and a key store of its own."""
        missing = [
            name
            for name, there in (("HUNDRED_DAYS_DATABASE_URL", self.database_url), ("HUNDRED_DAYS_KEYS", self.keys))
            if not there
        ]
        if missing:
            raise Misconfigured(
                "\n".join(
                    f"{name}: is not set. Run `hundred-days doctor` to see what it should be." for name in missing
                )
            )


def _faults(settings: type[Settings], given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each variable by itself."""
    try:
        settings.model_validate(given)
    except ValidationError as error:
        return {str(fault["loc"][0]): fault["msg"] for fault in error.errors(include_input=False)}
    return {}
