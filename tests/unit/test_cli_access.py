"""`hundred-days links`: one-time links for staff who have no seat in a chat."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import pytest

from bot.cli.access import cell
from bot.domain.people import Platform
from bot.features.access import enter
from bot.host.app import Product
from tests.terminal import Terminal

PAGES = "https://pages.council.example"
STAFF = """key,name,unit,parent_unit,slack_id
k1,Alys Morgan,Housing,Council,T1:U1
k2,Dai Depot,Roads,Council,
k3,"=HYPERLINK(""http://evil"")",Gritting,Roads,
k4,Siân Ŵyn,Housing,Council,
"""


@pytest.fixture
def council(terminal: Terminal) -> Terminal:
    """A council with three people who have no account in a chat, and one who has."""
    terminal.configure(HUNDRED_DAYS_PUBLIC_URL=f"{PAGES}/")
    terminal.does("organisation", "create", "Council")
    terminal.inside(connected)
    (terminal.folder / "staff.csv").write_text(STAFF, encoding="utf-8")
    terminal.does("import-people", terminal.folder / "staff.csv")
    return terminal


async def connected(product: Product) -> None:
    async with product.store.begin() as tx:
        [organisation] = await tx.organisations.list_all()
        await tx.organisations.connect(organisation.id, Platform.SLACK, "T1")


def read(text: str) -> dict[str, tuple[str, str]]:
    return {row["key"]: (row["name"], row["link"]) for row in csv.DictReader(io.StringIO(text))}


def test_there_is_a_link_for_everybody_without_a_chat_account(council: Terminal) -> None:
    """Printed as CSV, each different, with the code behind the `#`; how many goes to the person, not into the list."""
    ran = council.run("links")
    made = read(ran.out)
    assert (ran.status, set(made)) == (0, {"k2", "k3", "k4"})
    assert ran.err == "3 people have no account in a chat. Their links work once each, for 7 days.\n"
    assert made["k4"][0] == "Siân Ŵyn"
    links = [link for _, link in made.values()]
    assert len(set(links)) == 3
    assert all(link.startswith(f"{PAGES}/enter#") and len(link.partition("#")[2]) == 32 for link in links)


def test_who_has_an_account_where_nothing_is_connected_gets_a_link(council: Terminal) -> None:
    """An account on Teams, of which nobody knows the tenant yet, brings nobody a message: a link does."""
    (council.folder / "more.csv").write_text("key,name,teams_id\nk5,Eve Early,aad-5", encoding="utf-8")
    council.does("import-people", council.folder / "more.csv")
    assert set(read(council.run("links").out)) == {"k2", "k3", "k4", "k5"}


def test_only_one_unit_and_what_is_below_it(council: Terminal) -> None:
    """Roads, with the gritting crew inside it, and nobody from Housing."""
    assert set(read(council.run("links", "--unit", "roads").out)) == {"k2", "k3"}


def test_a_link_lets_its_person_in(council: Terminal) -> None:
    """Once, and it is theirs."""
    link = read(council.run("links").out)["k2"][1]

    async def twice(product: Product) -> list[str]:
        people = [await enter(product.store, link, council.now) for _ in range(2)]
        return [person.name if person else "" for person in people]

    assert council.inside(twice) == ["Dai Depot", ""]


def test_a_file_is_new_and_private(council: Terminal) -> None:
    """Nobody else on the machine can read it, and an older file is left as it is."""
    file = council.folder / "links.csv"
    ran = council.run("links", "--out", file)
    assert (ran.status, ran.out) == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_text(encoding="utf-8")
    assert set(read(before)) == {"k2", "k3", "k4"}
    again = council.run("links", "--out", file)
    assert (again.status, file.read_text(encoding="utf-8")) == (2, before)
    assert "is there already" in again.err


def test_no_spreadsheet_takes_a_name_for_a_formula(council: Terminal) -> None:
    """A name that starts like one is quoted."""
    assert read(council.run("links").out)["k3"][0] == '\'=HYPERLINK("http://evil")'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_that_start_like_a_formula_are_quoted(start: str) -> None:
    """Each of the six ways to start one; other text stays as it is."""
    assert cell(f"{start}1+1") == f"'{start}1+1"
    assert cell(f"a{start}1") == f"a{start}1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--unit", "Parks"], "There is no unit called Parks."),
        (["--days", "0"], "Links can be good for 1 to 31 days, not 0."),
        (["--days", "32"], "Links can be good for 1 to 31 days, not 32."),
        (["--out", "/nowhere/links.csv"], "cannot be written"),
        (["--organisation", "Other"], "There is no organisation called Other."),
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(council: Terminal, words: list[str], said: str) -> None:
    """And nothing is left behind that looks like a list."""
    ran = council.run("links", *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_without_an_address_there_are_no_links(council: Terminal) -> None:
    """It says which setting is missing."""
    council.configure(HUNDRED_DAYS_PUBLIC_URL="")
    ran = council.run("links")
    assert ran.status == 2
    assert "HUNDRED_DAYS_PUBLIC_URL" in ran.err


def test_a_failed_list_leaves_no_file(council: Terminal, tmp_path: Path) -> None:
    """Whoever tries again is not stopped by the remains of the first try."""
    file = tmp_path / "links.csv"
    assert council.run("links", "--unit", "Parks", "--out", file).status == 2
    assert not file.exists()
