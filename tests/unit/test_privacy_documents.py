"""What the documents about privacy claim is there: each promise has its attack, each blank is one that can be seen."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.__main__ import app
from bot.audit import findings
from bot.privacy_notice import LIMITS, PROMISES
from bot.routes import RETENTION
from bot.words import LANGUAGES, load_languages

DOCS = Path(__file__).parents[2] / "docs"
PROMISE = re.compile(r"^\| (P\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
ATTACK = re.compile(r"\[`(test_\w+)`\]\((\.\./tests/[\w/]+\.py)\)")
SEVEN_STEPS = (
    "Step 1: Identify the need for a DPIA",
    "Step 2: Describe the processing",
    "Step 3: Consultation process",
    "Step 4: Assess necessity and proportionality",
    "Step 5: Identify and assess risks",
    "Step 6: Identify measures to reduce risk",
    "Step 7: Sign off and record outcomes",
)


def page(name: str) -> str:
    """A document."""
    return (DOCS / name).read_text(encoding="utf-8")


def attacks() -> Iterator[tuple[str, str, Path]]:
    """Each promise of the page with each test that is said to attack it."""
    for promise, _, tests in PROMISE.findall(page("privacy.md")):
        for test, file in ATTACK.findall(tests):
            yield promise, test, DOCS / file


def stands_in(file: Path, test: str) -> bool:
    """Whether a file has a test of this name."""
    return file.exists() and bool(re.search(rf"^(async )?def {test}\(", file.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_page_has_the_sixteen_promises() -> None:
    """They are those that `privacy-check` prints, in their order, each once and with an attack."""
    assert [promise for promise, _, _ in PROMISE.findall(page("privacy.md"))] == list(findings.PROMISES)
    assert list(dict.fromkeys(promise for promise, _, _ in attacks())) == list(findings.PROMISES)


def test_every_attack_exists_under_its_name() -> None:
    """A link to a test that was renamed or taken out would be a promise without an attack."""
    assert [(promise, test) for promise, test, file in attacks() if not stands_in(file, test)] == []


def test_every_link_of_the_promises_names_a_test() -> None:
    """Nothing else stands in that column, so that no attack is claimed in words alone."""
    for promise, _, tests in PROMISE.findall(page("privacy.md")):
        assert ATTACK.sub("", tests).strip(", ") == "", promise


@pytest.mark.parametrize("document", ["privacy.md", "notice.md"])
def test_the_table_of_retention_is_that_of_the_code(document: str) -> None:
    """What is kept, and for how long, is said in the words that the program forgets by, in the same order."""
    rows = [f"| {row.what} | {row.how_long.format(**row.numbers)} |" for row in RETENTION]
    assert "\n".join(rows) in page(document)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_says_what_the_program_says(language: str) -> None:
    """Whoever reads the document and whoever opens `/privacy` read the same sentences, in either language."""
    t = load_languages().words(language, UTC)
    said = [t(words) for words in (*PROMISES, *LIMITS)] + [t(row.what) for row in RETENTION]
    said += [t(row.how_long, **row.numbers) for row in RETENTION]
    assert [words for words in said if words not in page("notice.md")] == []


def test_the_notice_has_no_blanks_and_owns_up_to_its_welsh() -> None:
    """It can be published as it is; nobody takes the Welsh for checked."""
    assert "[to fill" not in page("notice.md")
    assert "No Welsh speaker has checked" in page("notice.md")


def test_the_assessment_follows_the_seven_steps() -> None:
    """Its headings are those of the regulator's template; what only the organisation knows is left open, visibly."""
    headings = re.findall(r"^## (.+)$", page("dpia.md"), re.MULTILINE)
    assert [heading for heading in headings if heading.startswith("Step")] == list(SEVEN_STEPS)
    assert page("dpia.md").count("[to fill: ") > 20


def test_every_risk_of_the_assessment_has_a_measure_that_can_be_looked_up() -> None:
    """Each risk of step 5 has its measure in step 6, linked to a document, a file of the code or a test."""
    risks, measures = (dict(re.findall(r"^\| (R\d+) \|(.+)\|$", step, re.MULTILINE)) for step in steps_five_and_six())
    assert len(risks) >= 10
    assert list(measures) == list(risks)
    assert [risk for risk, row in measures.items() if "](" not in row] == []


def steps_five_and_six() -> list[str]:
    """The two parts of the assessment that belong together."""
    return re.split(r"^## Step [67].*$", page("dpia.md").partition("## Step 5")[2], flags=re.MULTILINE)[:2]


@pytest.mark.parametrize("document", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_every_link_into_a_page_finds_its_heading(document: Path) -> None:
    """A link to a part of a page leads there, and not merely to its top."""
    links = re.findall(r"\]\(([\w./]*\.md)?#([\w-]+)\)", document.read_text(encoding="utf-8"))
    assert [(file, part) for file, part in links if part not in headings(DOCS / (file or document.name))] == []


def headings(document: Path) -> set[str]:
    """What the headings of a page are called in links."""
    found = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def commands(document: Path) -> list[list[str]]:
    """Each command of ours that a page names, in backticks or on a line of its own."""
    found = re.findall(r"(?:^|`|bin/)hundred-days ([^`\n]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    return [shlex.split(words, comments=True) for words in found]


def wrong_with(words: list[str]) -> str:
    """The first word of a command that our program would not know; options are looked for where they stand."""
    at: Any = get_command(app)
    for word in words:
        inside = getattr(at, "commands", {})
        options = {"--help", *(option for parameter in at.params for option in parameter.opts)}
        if word.startswith("--") and word not in options:
            return word
        if inside and not word.startswith("--"):
            if word not in inside:
                return word
            at = inside[word]
    return ""


@pytest.mark.parametrize(
    "document", [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name
)
def test_every_command_can_be_typed(document: Path) -> None:
    """Whatever a page tells somebody to type, our program knows: commands and options."""
    assert [" ".join(words) for words in commands(document) if wrong_with(words)] == []


def test_the_commands_of_the_pages_are_looked_at() -> None:
    """The control: pages do name commands, and one that is not ours is seen."""
    assert len(commands(DOCS / "stewards.md")) > 15
    assert wrong_with(["programme", "start", "--threshold", "3"]) == "--threshold"
    assert wrong_with(["export", "everything"]) == "export"
