"""What a steward types: organisations, people, programmes, pulses and digests."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from bot.administration import connect, only
from bot.core import Request
from bot.domain.people import Address, Identity, Platform
from bot.domain.pulses import Pulse, State
from bot.host.app import Product
from bot.ports.channels import Channel
from tests.terminal import Terminal
from tests.world import CLOSES, DIGEST, HEADER, MONDAY, OPENS, WORKSPACE, staff_list

ANN = "k1,Ann,ann@council.example,Housing,Council,Town Hall,,leader,en,Europe/London,,,"
BOB = ANN.replace("k1,Ann,ann@", "k2,Bob,bob@")
START = ("programme", "start", "Change", "--goal", "Answer people the first time", "--starts", f"{MONDAY:%Y-%m-%d}")


def listed(folder: Path, *rows: str, header: str = HEADER) -> Path:
    file = folder / "people.csv"
    file.write_text("\n".join([header, *rows]), encoding="utf-8")
    return file


@pytest.fixture
def council(terminal: Terminal) -> Terminal:
    """A council with its people, a channel and a programme, all but the channel made by commands."""
    code = terminal.does("organisation", "create", "Council").splitlines()[-1]

    async def furnish(product: Product) -> None:
        organisation = await connect(product.store, code, Platform.WEB, WORKSPACE, terminal.now)
        assert organisation is not None
        async with product.store.begin() as tx:
            root = (await tx.people.tree(organisation)).root.id
            general = Address(Platform.WEB, WORKSPACE, "general", personal=False)
            await tx.channels.connect(Channel(secrets.token_hex(8), organisation, root, general))

    terminal.inside(furnish)
    file = terminal.folder / "people.csv"
    file.write_bytes(staff_list(8, 6))
    terminal.does("import-people", file)
    terminal.does(*START)
    return terminal


async def the_pulse(product: Product) -> Pulse | None:
    async with product.store.view() as tx:
        [programme] = await tx.programmes.list_all((await only(product.store)).id)
        return await tx.pulses.current(programme.id)


async def everybody_answers(product: Product) -> None:
    await answers(product, 14)


async def some_answer(product: Product) -> None:
    """All eight of Housing, and four of the six of Roads."""
    await answers(product, 12)


async def answers(product: Product, people: int) -> None:
    pulse = await the_pulse(product)
    assert pulse is not None
    for number in range(people):
        values = {"pulse": pulse.id, "item": pulse.items[0], "score": "4"}
        await product.core.handle(Request(Identity(Platform.WEB, WORKSPACE, f"u{number}"), "AnswerPulse", values))


# Organisations


def test_an_invitation_is_printed_that_redeems_once(terminal: Terminal) -> None:
    """The last line is the code: it connects one workspace to the organisation, and no second one."""
    said, code = terminal.does("organisation", "create", "Penbryn Council").splitlines()
    assert "Penbryn Council is ready" in said and "good once within 14 days" in said
    assert len(code) >= 32 and " " not in code

    async def redeem(product: Product) -> list[str | None]:
        return [await connect(product.store, code, Platform.SLACK, name, terminal.now) for name in ("T1", "T2")]

    first, second = terminal.inside(redeem)
    assert first == terminal.inside(lambda product: only(product.store)).id
    assert second is None


def test_an_invitation_is_not_good_for_ever(terminal: Terminal) -> None:
    """After the fourteen days it connects nothing."""
    code = terminal.does("organisation", "create", "Penbryn Council").splitlines()[-1]
    late = terminal.now + timedelta(days=14, seconds=1)
    assert terminal.inside(lambda product: connect(product.store, code, Platform.SLACK, "T1", late)) is None


def test_an_organisation_is_made_where_it_is(terminal: Terminal) -> None:
    """The time zone and the nation that were given are kept."""
    terminal.does("organisation", "create", "Cyngor Penbryn", "--nation", "WLS", "--timezone", "Europe/Dublin")
    made = terminal.inside(lambda product: only(product.store))
    assert (made.name, made.zone, made.nation) == ("Cyngor Penbryn", "Europe/Dublin", "WLS")


@pytest.mark.parametrize("name", ["", "  ", "\u0007"])
def test_an_organisation_has_a_name(terminal: Terminal, name: str) -> None:
    """One that nobody could name again is refused."""
    ran = terminal.run("organisation", "create", name)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "needs a name" in ran.err


def test_making_an_organisation_connects_nothing(terminal: Terminal) -> None:
    """With Teams in the settings, the first one made is the one that was named: there is no second by itself."""
    terminal.configure(TEAMS_APP_ID="a", TEAMS_APP_PASSWORD="zq-secret", TEAMS_TENANT_ID="t")
    terminal.does("organisation", "create", "Penbryn Council")
    assert "1 people" in terminal.does(
        "import-people", listed(terminal.folder, ANN.replace(",Council,", ",Penbryn Council,"))
    )
    assert terminal.inside(lambda product: only(product.store)).name == "Penbryn Council"


def test_the_only_organisation_needs_no_name(terminal: Terminal) -> None:
    """With one organisation none is asked for; with none or two the message says what to do; a wrong name says so."""
    file = listed(terminal.folder, ANN)
    none = terminal.run("import-people", file)
    assert (none.status, none.err.count("\n")) == (2, 1)
    assert "There is no organisation yet. Make yours: hundred-days organisation create NAME." in none.err
    for name in ("Council", "Other"):
        terminal.does("organisation", "create", name)
    several = terminal.run("import-people", file)
    assert several.status == 2 and "--organisation. There are: Council, Other." in several.err
    assert "1 people are in the list" in terminal.does("import-people", file, "--organisation", "council")
    unknown = terminal.run("import-people", file, "--organisation", "Nowhere")
    assert unknown.status == 2 and "There is no organisation called Nowhere." in unknown.err


# People


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


# Programmes


def test_a_programme_starts_with_its_goal_and_measures(terminal: Terminal) -> None:
    """The days are said and everything that was typed is kept."""
    terminal.does("organisation", "create", "Council")
    said = terminal.does(*START, "--measure", "Calls answered", "--measure", "Letters fewer")
    assert said.strip() == "Change starts on 16 November 2026 and ends on 24 February 2027."

    async def kept(product: Product) -> tuple[str, tuple[str, ...]]:
        async with product.store.view() as tx:
            [programme] = await tx.programmes.list_all((await only(product.store)).id)
        return programme.goal, programme.measures

    assert terminal.inside(kept) == ("Answer people the first time", ("Calls answered", "Letters fewer"))


@pytest.mark.parametrize("starts", ["tomorrow", "2026-13-01", "16/11/2026"])
def test_a_day_that_is_none_is_refused(terminal: Terminal, starts: str) -> None:
    """A first day that cannot be read is a usage error that shows how to write it."""
    ran = terminal.run(*START[:-1], starts)
    assert ran.status == 2
    assert "%Y-%m-%d" in ran.err


# Pulses


def test_a_pulse_is_not_opened_before_its_time(council: Terminal) -> None:
    """An hour early nothing opens, nobody is asked, and the message says that its time has not come."""
    ran = council.run("pulse", "open")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "There is nothing to open now: its time has not come" in ran.err
    assert council.inside(the_pulse) is None
    assert council.mailbox.sent == []


def test_a_pulse_is_opened_and_everybody_asked_once(council: Terminal) -> None:
    """From its time on it opens and the messages go out; typing it again asks nobody twice."""
    council.now = OPENS + timedelta(minutes=5)
    for _ in range(2):
        assert council.does("pulse", "open").startswith("Done.")
    pulse = council.inside(the_pulse)
    assert pulse is not None and pulse.state is State.OPEN
    assert len(council.mailbox.sent) == 15


def test_a_pulse_is_never_closed_early(council: Terminal) -> None:
    """A second before the announced time it stays open; at that time it is sealed, once."""
    council.now = OPENS
    council.does("pulse", "open")
    council.now = CLOSES - timedelta(seconds=1)
    ran = council.run("pulse", "close")
    assert ran.status == 2 and "There is nothing to close now" in ran.err
    pulse = council.inside(the_pulse)
    assert pulse is not None and pulse.state is State.OPEN
    council.now = CLOSES
    for _ in range(2):
        assert council.does("pulse", "close").startswith("Done.")
    pulse = council.inside(the_pulse)
    assert pulse is not None and pulse.state is State.SEALED


def test_a_pulse_is_not_opened_after_its_close(council: Terminal) -> None:
    """On the Friday of a week that was missed there is nothing to open: nobody could answer any more."""
    council.now = CLOSES + timedelta(hours=1)
    assert council.run("pulse", "open").status == 2
    assert council.inside(the_pulse) is None


def test_without_a_programme_there_is_nothing_to_open(terminal: Terminal) -> None:
    """An organisation whose hundred days have not begun has no pulse."""
    terminal.does("organisation", "create", "Council")
    terminal.now = OPENS
    ran = terminal.run("pulse", "open")
    assert ran.status == 2 and "no programme is running" in ran.err


# Digests


def test_before_the_first_close_there_is_no_digest(council: Terminal) -> None:
    """The preview says when the first one comes, and is no failure."""
    assert "There is no digest yet" in council.does("digest", "--preview")


def test_the_digest_is_previewed_and_then_sent_once(council: Terminal) -> None:
    """After the close the preview shows it and sends nothing; on Friday it is posted to its channel, once."""
    council.now = OPENS
    council.does("pulse", "open")
    council.inside(everybody_answers)
    council.now = CLOSES
    council.does("pulse", "close")
    council.mailbox.sent.clear()
    whole = council.does("digest", "--preview")
    assert whole.startswith("Council: what we said") and "% agree, of " in whole
    housing = council.does("digest", "--preview", "--unit", "Housing")
    assert housing.startswith("Housing: what we said") and "% agree, of " in housing
    early = council.run("digest", "send")
    assert early.status == 2 and "nothing to digest now" in early.err
    assert council.mailbox.sent == []
    council.now = DIGEST
    for _ in range(2):
        assert council.does("digest", "send").startswith("Done.")
    [digest] = council.mailbox.to("general")
    assert "% agree, of " in str(digest)


def test_a_small_unit_s_digest_tells_nothing_by_preview(council: Terminal) -> None:
    """Of four answers nothing is shown on the command line either, nor what would tell them by subtraction."""
    council.now = OPENS
    council.does("pulse", "open")
    council.inside(some_answer)
    council.now = CLOSES
    council.does("pulse", "close")
    for unit in ("Roads", "Housing"):
        assert "agree, of" not in council.does("digest", "--preview", "--unit", unit)


def test_an_unknown_unit_has_no_digest(council: Terminal) -> None:
    """The name that was typed is said back."""
    ran = council.run("digest", "--preview", "--unit", "Parks")
    assert (ran.status, ran.out) == (2, "")
    assert "There is no unit called Parks." in ran.err


def test_digest_alone_explains_itself(terminal: Terminal) -> None:
    """Without a word on what to do with it, the help is shown and nothing happens."""
    ran = terminal.run("digest")
    assert ran.status == 2
    assert "--preview" in ran.out and "send" in ran.out
