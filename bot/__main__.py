"""`hundred-days`, or `python -m bot`."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.text import Text

from bot.cli import access, digests, doctor, people, platforms, privacy, programmes, run, trustee
from bot.cli.themes import themes
from bot.errors import HundredDaysError

app = typer.Typer(
    name="hundred-days",
    help="Pulses, stories, feedback and digests in Slack and Teams. New here? Start with: hundred-days practice",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(run.serve)
app.command()(run.practice)
app.command()(themes)
app.command()(doctor.doctor)
app.command()(run.migrate)
app.command("import-people")(people.import_people)
app.command()(access.links)
app.command("package-teams")(platforms.package_teams)
app.command("privacy-check")(privacy.privacy_check)
app.add_typer(people.organisation, name="organisation")
app.add_typer(programmes.programme, name="programme")
app.add_typer(programmes.pulse, name="pulse")
app.add_typer(digests.digest, name="digest")
app.add_typer(trustee.trustee, name="trustee")
app.add_typer(platforms.manifest, name="manifest")


def main() -> None:
    """Run a command; what goes wrong on purpose is one sentence, not a trace."""
    try:
        app()
    except HundredDaysError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(Text(str(error)))
        sys.exit(2)


if __name__ == "__main__":
    main()
