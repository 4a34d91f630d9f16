"""What a steward types about thresholds, labels and workspaces that left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.administration import only
from bot.domain.people import Platform, Segment
from bot.domain.programmes import Programme
from bot.host.app import Product
from tests.terminal import Terminal
from tests.world import MONDAY, WORKSPACE

START = ("programme", "start", "Change", "--goal", "Listen", "--starts", f"{MONDAY:%Y-%m-%d}")
LATER = (*START[:-1], f"{MONDAY + timedelta(weeks=20):%Y-%m-%d}")
"""A programme that has nothing in its way."""


@pytest.fixture
def council(terminal: Terminal) -> Terminal:
    terminal.does("organisation", "create", "Council")
    return terminal


async def programmes(product: Product) -> tuple[Programme, ...]:
    async with product.store.view() as tx:
        return await tx.programmes.list_all((await only(product.store)).id)


async def tenant(product: Product) -> None:
    organisation = await only(product.store)
    async with product.store.begin() as tx:
        await tx.organisations.connect(organisation.id, Platform.TEAMS, WORKSPACE)
        await tx.organisations.connect(organisation.id, Platform.SLACK, "T1")
        await tx.organisations.connect(organisation.id, Platform.SLACK, "T2")


def test_a_programme_starts_with_what_was_asked_for(council: Terminal) -> None:
    """Labels and thresholds that are named are kept; without a word it is five, ten and units only."""
    council.does(*START)
    council.does(*LATER, "--by", "place", "--by", "grade", "--by", "place", "--scores", 7, "--comments", 12)
    plain, strict = sorted(council.inside(programmes), key=lambda programme: programme.k)
    assert (plain.k, plain.k_comment, plain.segments) == (5, 10, ())
    assert (strict.k, strict.k_comment, strict.segments) == (7, 12, (Segment.PLACE, Segment.GRADE))


@pytest.mark.parametrize(("scores", "comments"), [(4, 10), (5, 9)])
def test_too_few_are_refused_in_a_sentence(council: Terminal, scores: int, comments: int) -> None:
    """At the start and afterwards; nothing is changed."""
    given = ("--scores", scores, "--comments", comments)
    council.does(*START)
    for words in ((*START, *given), ("programme", "thresholds", *given)):
        ran = council.run(*words)
        assert (ran.status, ran.err.count("\n")) == (2, 1)
        assert "At least 5 people for scores and 10 for comments" in ran.err
    assert [(p.k, p.k_comment) for p in council.inside(programmes)] == [(5, 10)]


def test_a_label_that_is_not_one_is_refused(council: Terminal) -> None:
    """Results are never told apart by anything but place and grade."""
    ran = council.run(*START, "--by", "gender")
    assert ran.status == 2 and council.inside(programmes) == ()


def test_thresholds_are_raised_for_what_comes(council: Terminal) -> None:
    """And where there is no programme, it says what to do first."""
    ran = council.run("programme", "thresholds", "--scores", 7, "--comments", 12)
    assert ran.status == 2 and "programme start" in ran.err
    council.does(*START)
    said = council.does("programme", "thresholds", "--scores", 7, "--comments", 12)
    assert "at least 7 people for scores and 12 for comments" in said
    assert [(p.k, p.k_comment) for p in council.inside(programmes)] == [(7, 12)]


def test_a_workspace_leaves_and_comes_back_by_hand(council: Terminal) -> None:
    """Teams tells nobody that an app was removed, so a steward does; twice is said to be once too often."""
    council.inside(tenant)
    assert "has left" in council.does("organisation", "leave", "--platform", "teams")
    assert "had left already" in council.run("organisation", "leave", "--platform", "teams").err
    assert "is back" in council.does("organisation", "leave", "--platform", "teams", "--back")
    assert "has left" in council.does("organisation", "leave", "--platform", "slack", "--workspace", "T2")


def test_it_must_be_clear_which_workspace_left(council: Terminal) -> None:
    """Where there are several, none, or none of that name, nothing is changed and they are listed."""
    council.inside(tenant)
    several = council.run("organisation", "leave", "--platform", "slack")
    unknown = council.run("organisation", "leave", "--platform", "slack", "--workspace", "T3")
    none = council.run("organisation", "leave", "--platform", "web")
    assert {ran.status for ran in (several, unknown, none)} == {2}
    assert "T1, T2" in several.err and "T1, T2" in unknown.err and "none" in none.err
