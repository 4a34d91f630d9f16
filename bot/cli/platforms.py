"""What Slack and Teams need to be told about this installation."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import Misconfigured
from bot.host.settings import Settings

manifest = typer.Typer(help="Print the manifest that Slack or Teams asks for.", no_args_is_help=True)


@manifest.command("slack")
def slack() -> None:
    """Print Slack's app manifest. Paste it at api.slack.com/apps: Create New App, From a manifest."""
    from adapters.slack.manifest import manifest as made

    typer.echo(json.dumps(made(_public_url(Settings.read(os.environ))), indent=2, ensure_ascii=False))


@manifest.command("teams")
def teams() -> None:
    """Print Teams' app manifest. To install, use `package-teams`, which puts it in a zip with its icons."""
    from adapters.teams.manifest import manifest as made

    settings = _teams_settings()
    typer.echo(json.dumps(made(_public_url(settings), settings.teams_app_id), indent=2, ensure_ascii=False))


def package_teams(
    file: Annotated[Path, typer.Argument(help="The zip to write.")] = Path("hundred-days-teams.zip"),
) -> None:
    """Write the zip that a Teams administrator uploads under Manage apps."""
    from adapters.teams.manifest import package

    settings = _teams_settings()
    zipped = package(_public_url(settings), settings.teams_app_id)
    try:
        file.write_bytes(zipped)
    except OSError as error:
        raise Misconfigured(f"{file} cannot be written: {error.strerror}.") from error
    typer.echo(f"{file} is ready to upload.")


def _public_url(settings: Settings) -> str:
    if not settings.public_url:
        raise Misconfigured("Set HUNDRED_DAYS_PUBLIC_URL to the https:// address under which this service is reached.")
    return settings.public_url.rstrip("/")


def _teams_settings() -> Settings:
    settings = Settings.read(os.environ)
    if not settings.teams:
        raise Misconfigured(
            "Set TEAMS_APP_ID (and TEAMS_APP_PASSWORD, TEAMS_TENANT_ID) as Azure shows them for your bot."
        )
    return settings
