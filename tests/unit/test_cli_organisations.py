"""What a steward types for organisations and their invitations."""

from __future__ import annotations

import io
import sys
from datetime import timedelta

import pytest

from bot.administration import connect, only
from bot.domain.people import Platform
from bot.host.app import Product
from tests.terminal import Terminal
from tests.unit.cli_council import ANN, listed


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


def test_people_whom_nobody_vouches_for_can_be_made_to_hide_nobody(
    council: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks first, says so, and stays so: there is no word that takes it back."""
    assert council.inside(lambda product: only(product.store)).pages_hide
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert "There is no way back" in council.run("organisation", "vouched-only").out
    assert council.inside(lambda product: only(product.store)).pages_hide
    assert "only people with an account" in council.does("organisation", "vouched-only", "--yes")
    assert not council.inside(lambda product: only(product.store)).pages_hide
