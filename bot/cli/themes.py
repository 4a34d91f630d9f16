"""`hundred-days themes`: texts in, themes out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from adapters.language.engine import Reading, ThemeEngine
from adapters.language.texts import Columns, Texts, read_column, read_texts
from bot.domain.themes import Comment, Item, Kind, Sentiment, Theme, ThemeReport
from bot.errors import HundredDaysError

WEEK = timedelta(days=7)
WEEKS_BEFORE = 4
LANGUAGES = ("en", "cy")
ASKED_WRONG = 2


@dataclass(frozen=True, slots=True)
class Sources:
    """The files a report is made of, and the columns to read."""

    file: Path
    columns: Columns
    history: Path | None = None
    roster: Path | None = None
    taxonomy: Path | None = None


def themes(  # noqa: PLR0913 - one parameter an option, as Typer reads them
    file: Annotated[Path, typer.Argument(help="A .csv with a header, a .jsonl, or a .txt of one text a line.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    column: Annotated[str, typer.Option(help="The column of the texts; guessed when not given.")] = "",
    date: Annotated[str, typer.Option(help="A column of dates: the last 7 days are compared with the 28 before.")] = "",
    scale: Annotated[str, typer.Option(help="A column of answers from 1 to 5, where 5 is best.")] = "",
    scale_reversed: Annotated[bool, typer.Option("--scale-reversed", help="In --scale, 1 is best.")] = False,
    question: Annotated[str, typer.Option(help="The column of the question that each text answers.")] = "",
    history: Annotated[
        Path | None, typer.Option(help="Texts of the weeks before; without them or --date, nothing is new.")
    ] = None,
    roster: Annotated[Path | None, typer.Option(help="Names to take out: one a line, or a 'name' column.")] = None,
    taxonomy: Annotated[Path | None, typer.Option(help="Your own themes, in a copy of taxonomy.toml.")] = None,
) -> None:
    """Say what people write about, how they feel about it, and what is new.

    Rows are counted from 0, without the header. People in --roster, addresses and numbers are taken out before texts
    are shown.

    Welsh texts are counted and themed, never scored. Sarcasm is not understood.

    Example: hundred-days themes comments.csv --column comment --scale agreement --history last-month.csv
    """
    columns = Columns(column, date, scale, question, scale_reversed)
    try:
        report, readings = make_report(Sources(file, columns, history, roster, taxonomy))
    except HundredDaysError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(ASKED_WRONG) from fault
    if as_json:
        typer.echo(json.dumps(as_data(report)))
    else:
        show(report, readings, Console())


def make_report(sources: Sources) -> tuple[ThemeReport, Sequence[Reading]]:
    """The report of the files, and each comment as it was read."""
    texts = read_texts(sources.file, sources.columns)
    names = frozenset(read_column(sources.roster, "name", "Name") if sources.roster else ())
    history = read_column(sources.history, sources.columns.text) if sources.history else None
    engine = ThemeEngine.from_file(sources.taxonomy) if sources.taxonomy else ThemeEngine.stock()
    readings = list(engine.read(watched(redacted(texts.comments, engine, names), len(texts.comments))))
    if history is not None or not texts.days:
        return engine.report(readings, [engine.redact(text, names) for text in history or ()]), readings
    recent, before = weeks(texts)
    return engine.report(readings, [readings[row].text for row in before], recent=recent), readings


def redacted(comments: Iterable[Comment], engine: ThemeEngine, names: frozenset[str]) -> Iterator[Comment]:
    """The comments without what could name a person."""
    for comment in comments:
        yield Comment(engine.redact(comment.text, names), comment.band, comment.question)


def watched(comments: Iterable[Comment], total: int) -> Iterable[Comment]:
    """The comments, with a progress bar on stderr while somebody looks."""
    console = Console(stderr=True)
    return track(comments, "Reading comments", total, console=console, disable=not console.is_terminal)


def weeks(texts: Texts) -> tuple[list[int], list[int]]:
    """The rows of the last seven days of a file, and those of the four weeks before."""
    last = max((day for day in texts.days if day), default=date.min)
    ages = [(row, last - day) for row, day in enumerate(texts.days) if day]
    recent = [row for row, age in ages if age < WEEK]
    before = [row for row, age in ages if WEEK <= age < WEEK * (WEEKS_BEFORE + 1)]
    return recent, before


def as_data(report: ThemeReport) -> dict[str, object]:
    """The report as other people's scripts read it."""
    return {
        "texts": report.texts,
        "languages": {language: report.languages.get(language, 0) for language in LANGUAGES},
        "themes": [theme_data(theme) for theme in report.themes],
        "items": [item_data(item) for item in report.items],
    }


def theme_data(theme: Theme) -> dict[str, object]:
    """One theme as JSON."""
    return {
        "key": theme.key,
        "name": theme.name,
        "kind": theme.kind.value,
        "rows": list(theme.rows),
        "sentiment": {sentiment.value: theme.sentiment.get(sentiment, 0) for sentiment in Sentiment},
        "quotes": list(theme.quotes),
    }


def item_data(item: Item) -> dict[str, object]:
    """One comment as JSON; its words are not repeated."""
    sentiment = item.sentiment.value if item.sentiment else None
    return {"row": item.row, "language": item.language, "sentiment": sentiment, "themes": list(item.themes)}


def show(report: ThemeReport, readings: Sequence[Reading], console: Console) -> None:
    """A table of the themes, then each in its people's own words."""
    console.print(table(report))
    for theme in report.themes:
        console.print(Text(f"\n{theme.name}", style="bold"))
        if theme.phrases:
            console.print(Text(f"  often: {', '.join(theme.phrases)}"))
        for row in theme.quotes:
            console.print(quote(readings[row]))


def table(report: ThemeReport) -> Table:
    """Themes by number of comments."""
    english, welsh = (report.languages.get(language, 0) for language in LANGUAGES)
    title = f"{report.texts:,} comments: {english:,} in English, {welsh:,} in Welsh"
    shown = Table(title=title, caption="A comment can hold several themes.")
    shown.add_column("Theme")
    for heading in ("Comments", "Share", "Negative", "Unclear", "Positive"):
        shown.add_column(heading, justify="right")
    for theme in report.themes:
        shown.add_row(*cells(theme, report.texts))
    return shown


def cells(theme: Theme, texts: int) -> list[Text]:
    """One row of the table."""
    name = f"{theme.name} (new)" if theme.kind is Kind.EMERGING else theme.name
    feelings = [f"{theme.sentiment.get(sentiment, 0):,}" for sentiment in Sentiment]
    shown = [name, f"{len(theme.rows):,}", f"{len(theme.rows) / texts:.0%}", *feelings]
    return [Text(cell) for cell in shown]


def quote(reading: Reading) -> Text:
    """One comment on one line, as text that cannot turn into markup or steer a terminal."""
    felt = reading.item.sentiment.value if reading.item.sentiment else "not scored"
    words = "".join(letter if letter.isprintable() else " " for letter in reading.text)
    return Text(f"  {felt}: “{' '.join(words.split())}”")
