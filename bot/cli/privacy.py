"""`hundred-days privacy-check`: attack a rehearsal, look at the installation, and say how each promise stands."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.host.settings import Settings

if TYPE_CHECKING:
    from bot.audit.findings import Finding, Report

STYLES = {"held": "green", "broken": "bold red", "cannot tell": "yellow"}
SOURCES = {"rehearsal": "Rehearsed: ", "here": "Here: "}


def privacy_check(
    *,
    backups: Annotated[Path | None, typer.Option(help="A folder of backups to search for keys.", exists=True)] = None,
    logs: Annotated[
        Path | None, typer.Option(help="A log file or a folder of them to search for names.", exists=True)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, for scripts.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Rehearse with 60 invented people instead of 200.")] = False,
) -> None:
    """Check every promise of anonymity, and show the evidence.

    First the attacks are rehearsed on invented people, in a throw-away organisation on the same kind of database and
    in the same key store. Then this installation is looked at; nothing in it is changed. Exit status 0: every promise
    is held. 1: one is broken. 2: one cannot be told, because only somebody else could say.
    """
    from bot.audit.check import FAST, FULL, Wanted, check

    aside = Console(stderr=True, highlight=False, soft_wrap=True)
    wanted = Wanted(backups, logs, FAST if fast else FULL)
    report = asyncio.run(check(Settings.read(os.environ), wanted, lambda words: aside.print(Text(words, style="dim"))))
    if as_json:
        typer.echo(json.dumps(_plain(report), indent=2))
    else:
        _show(report)
    raise SystemExit(report.status)


def _show(report: Report) -> None:
    from bot.audit.findings import PROMISES

    console = Console(highlight=False)
    table = Table("", "", "", box=None, show_header=False, padding=(0, 2, 1, 0))
    for promise, words in PROMISES.items():
        verdict = report.verdict(promise)
        table.add_row(Text(promise), Text(verdict, style=STYLES[verdict]), _evidence(words, report.of(promise)))
    console.print(table)
    for words in report.advice:
        console.print(Text(f"Advice: {words}"))
    console.print(Text(_summary(report)))


def _evidence(promise: str, findings: list[Finding]) -> Text:
    """The promise, and below it what was found, each with its source; what is wrong is marked by a word."""
    lines = Text(promise, style="bold")
    for finding in findings:
        mark = "" if finding.held else f"[{finding.verdict}] "
        lines.append(f"\n{SOURCES[finding.source]}{mark}{finding.evidence}", style="not bold")
        if finding.ask:
            lines.append(f"\n  To know more: {finding.ask}", style="not bold italic")
    return lines


def _summary(report: Report) -> str:
    from bot.audit.findings import PROMISES, Verdict

    verdicts = [report.verdict(promise) for promise in PROMISES]
    counted = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in Verdict)
    return f"{len(verdicts)} promises: {counted}. It took {report.seconds:.0f} seconds."


def _plain(report: Report) -> dict[str, object]:
    from bot.audit.findings import PROMISES

    return {
        "status": report.status,
        "seconds": round(report.seconds, 1),
        "advice": list(report.advice),
        "promises": [
            {
                "promise": promise,
                "says": words,
                "verdict": report.verdict(promise),
                "findings": [_plain_finding(finding) for finding in report.of(promise)],
            }
            for promise, words in PROMISES.items()
        ],
    }


def _plain_finding(finding: Finding) -> dict[str, object]:
    return {
        "source": finding.source,
        "verdict": finding.verdict,
        "evidence": finding.evidence,
        "figures": dict(finding.figures),
        "ask": finding.ask,
    }
