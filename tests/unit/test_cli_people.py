"""What a steward types to bring in people, and what is said about their list."""

from __future__ import annotations

from bot.administration import only
from bot.domain.people import Platform
from bot.host.app import Product
from tests.terminal import Terminal
from tests.unit.cli_council import ANN, BOB, listed
from tests.world import HEADER


def test_people_are_brought_in_and_found_again(terminal: Terminal) -> None:
    """The first import names the new units, the second finds everybody by key and names none."""
    terminal.does("organisation", "create", "Council")
    file = listed(terminal.folder, ANN, BOB)
    first = terminal.does("import-people", file)
    assert first.splitlines() == [
        "2 people are in the list. 0 of all people can be reached so far.",
        "New units: Housing.",
    ]
    assert "New units" not in terminal.does("import-people", file)

    async def people(product: Product) -> int:
        async with product.store.view() as tx:
            return len(await tx.people.list_all((await only(product.store)).id))

    assert terminal.inside(people) == 2


def test_bad_rows_are_named_and_good_ones_kept(terminal: Terminal) -> None:
    """Each bad row is named with its number and the reason, the exit status is 1, and the good rows are in."""
    terminal.does("organisation", "create", "Council")
    rows = [
        ANN,
        ANN.replace("k1,Ann", "k2,"),
        ANN.replace("k1", "k3").replace("leader", "king"),
        ANN.replace("k1", "k4").replace("Housing,Council", "Parks,"),
        ANN.replace("k1,Ann,ann@", "k5,Eve,eve@"),
        ANN.replace("Ann", "Ann again"),
    ]
    ran = terminal.run("import-people", listed(terminal.folder, *rows))
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.splitlines() == [
        "2 people are in the list. 0 of all people can be reached so far.",
        "New units: Housing.",
        "Row 3 was left out: key and name may not be empty.",
        "Row 4 was left out: the role king is not one of staff, leader, steward.",
        "Row 5 was left out: the unit Parks is not known, and no row gives it a known parent_unit.",
        "Row 7 was left out: the key k1 stands in row 2 already.",
    ]


def test_a_missing_column_is_named(terminal: Terminal) -> None:
    """Without a column that every row needs, nothing is read, and the message says which and what it should be."""
    terminal.does("organisation", "create", "Council")
    ran = terminal.run("import-people", listed(terminal.folder, "Ann,ann@council.example", header="name,email"))
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "A column is missing: key." in ran.err


def test_a_file_that_can_not_be_read_is_said_in_a_sentence(terminal: Terminal) -> None:
    """Each in one sentence, without a trace, and nothing is changed: not there, a folder, none of ours, empty."""
    terminal.does("organisation", "create", "Council")
    for name, content, why in (
        ("none.csv", None, "cannot be read: No such file"),
        (".", None, "cannot be read: Is a directory"),
        ("latin.csv", f"{HEADER}\n{ANN}".replace("Ann", "Si\u00e2n").encode("latin-1"), "not UTF-8"),
        ("book.xlsx", b"PK\x03\x04\x14\x00\x06", "a workbook, not a CSV"),
        ("empty.csv", b"", "is empty"),
        ("heads.csv", HEADER.encode(), "has headings, and nobody below them"),
    ):
        file = terminal.folder / name
        if content is not None:
            file.write_bytes(content)
        ran = terminal.run("import-people", file, "--whole", "--yes")
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert why in ran.err


def test_a_list_from_another_country_s_spreadsheet_is_read(terminal: Terminal) -> None:
    """Semicolons between the cells are as good as commas."""
    terminal.does("organisation", "create", "Council")
    file = listed(terminal.folder, ANN.replace(",", ";"), header=HEADER.replace(",", ";"))
    assert "1 people are in the list." in terminal.does("import-people", file)


def test_people_with_one_address_are_named_and_kept(terminal: Terminal) -> None:
    """Both are in, and neither is found by it; each row is named by its number and key, whoever it shares with."""
    terminal.does("organisation", "create", "Council")
    terminal.does("import-people", listed(terminal.folder, ANN))
    again = (BOB.replace("bob@", " ANN@"), BOB.replace("k2,Bob", "k3,Cat"), BOB.replace("k2,Bob", "k4,Dai"))
    said = terminal.does("import-people", listed(terminal.folder, *again)).splitlines()
    rest = "have the same e-mail address. They are in, but nobody is found by that address: "
    rest += "give each their own, or fill in slack_id or teams_id."
    assert said[1:3] == [
        f"Row 2 (k2) and k1, who was in the list before {rest}",
        f"Row 3 (k3) and row 4 (k4) {rest}",
    ]

    async def found(product: Product) -> list[bool]:
        organisation = await only(product.store)
        async with product.store.view() as tx:
            people = [await tx.people.by_email(organisation.id, f"{who}@council.example") for who in ("ann", "bob")]
            return [len(await tx.people.list_all(organisation.id)) == 4, *(person is None for person in people)]

    assert terminal.inside(found) == [True, True, True]


def test_an_account_that_nobody_can_place_is_named(terminal: Terminal) -> None:
    """Before there is a workspace, it waits and that is said; with two, its row is named with how to write it."""
    terminal.does("organisation", "create", "Council")
    file = listed(terminal.folder, "k1,Ann,U1,", "k2,Bob,,aad-2", header="key,name,slack_id,teams_id")
    assert terminal.does("import-people", file).splitlines()[1:] == [
        "Accounts on Slack that are linked as soon as their workspace is connected: 1.",
        "Accounts on Microsoft Teams that are linked as soon as their workspace is connected: 1.",
    ]

    async def connected(product: Product) -> None:
        organisation = await only(product.store)
        async with product.store.begin() as tx:
            for name in ("T1", "T2"):
                await tx.organisations.connect(organisation.id, Platform.SLACK, name)

    terminal.inside(connected)
    file = listed(terminal.folder, "k3,Cat,U3", header="key,name,slack_id")
    assert terminal.does("import-people", file).splitlines()[1] == (
        "Row 2: U3 does not say on which workspace it is; write T1:U3. The person is in; the account was not linked."
    )
