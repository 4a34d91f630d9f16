"""Subjects that are new against the weeks before."""

from __future__ import annotations

from adapters.language.emerging import bursts

USUAL = ["My manager is kind", "The rota is fixed late", "We need parking", "Good colleagues here"]
HISTORY = USUAL * 60
NEW = [f"The lift doors jammed again on {floor}" for floor in ("one", "two", "three", "four", "five", "six")]


def test_a_new_subject_is_found_with_its_comments() -> None:
    """Six comments on something never mentioned before are one new subject, named by their words."""
    (found,) = bursts(USUAL * 10 + NEW, HISTORY)
    assert found.rows == frozenset(range(40, 46))
    assert found.name in {"lift doors", "doors jammed"}


def test_without_history_nothing_is_new() -> None:
    """Without comments of earlier weeks, nobody can tell what is new."""
    assert bursts(USUAL * 10 + NEW, ()) == ()


def test_the_usual_is_not_new() -> None:
    """A week like those before brings no subject up."""
    assert bursts(USUAL * 15, HISTORY) == ()


def test_four_comments_are_too_few() -> None:
    """A subject needs five comments."""
    assert bursts(USUAL * 10 + NEW[:4], HISTORY) == ()


def test_only_recent_rows_can_bring_a_subject_up() -> None:
    """What was written outside the recent rows is not counted."""
    assert bursts(USUAL * 10 + NEW, HISTORY, recent=range(40)) == ()
