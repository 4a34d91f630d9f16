"""Which comments a digest may quote: the rules alone."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ballots import COMMENT, Answer, Respondent
from bot.domain.digests import QUOTE_AUTHORS, ShownTheme, quotable, quotable_in
from bot.domain.people import Labels, Tree, Unit
from bot.domain.quotes import Review
from bot.domain.results import PublishedComment
from bot.domain.themes import Kind, Sentiment, Theme
from tests.counted import Council

WORDS = "The workload is far too heavy for us"
K, K_COMMENT = 5, 10
COMMENTS = st.lists(
    st.builds(
        PublishedComment,
        id=st.uuids().map(lambda made: made.hex),
        unit=st.sampled_from(("council", "housing", "roads")),
        body=st.sampled_from((WORDS, "Too short", "word " * 100)),
        band=st.none(),
        quotable=st.booleans(),
        review=st.sampled_from(Review),
    ),
    unique_by=lambda comment: comment.id,
    max_size=30,
).map(lambda comments: [replace(each, body=f"{each.body} {each.id}") for each in comments])


def comment(number: int, unit: str = "housing", review: Review = Review.APPROVED) -> PublishedComment:
    return PublishedComment(f"{number:032x}", unit, f"{WORDS}, {number}", None, quotable=True, review=review)


def theme(rows: int) -> ShownTheme:
    counts = dict.fromkeys(Sentiment, 0)
    return ShownTheme(Theme("workload", "Workload", Kind.KNOWN, tuple(range(rows)), counts, (0,), ()), rows, None)


@given(COMMENTS)
def test_a_writer_is_quoted_in_one_digest_of_a_week(comments: list[PublishedComment]) -> None:
    """No comment belongs to two digests: it is the organisation's, or that of the unit it was published for."""
    by_unit = {unit: quotable_in(comments, unit, "council") for unit in ("council", "housing", "roads")}
    everything = [one for ids in by_unit.values() for one in ids]
    assert len(everything) == len(set(everything))
    published_for = {each.id: each.unit for each in comments}
    assert all(unit in {"council", published_for[one]} for unit, ids in by_unit.items() for one in ids)


@given(COMMENTS)
def test_only_what_its_writer_and_a_steward_allowed_is_quoted(comments: list[PublishedComment]) -> None:
    """Consent, a yes, and a length that reads well; each that has all three belongs to some digest."""
    allowed = {c.id for c in comments if c.quotable and c.review is Review.APPROVED and WORDS in c.body}
    assert allowed == set().union(*(quotable_in(comments, unit, "council") for unit in ("council", "housing", "roads")))


@given(COMMENTS, st.randoms(use_true_random=False))
def test_the_order_of_drawing_changes_nothing(comments: list[PublishedComment], dice: random.Random) -> None:
    """Whichever digest is composed first, and whatever order comments come in, each belongs where it belonged."""
    mixed = dice.sample(comments, len(comments))
    assert quotable_in(comments, "council", "council") == quotable_in(mixed, "council", "council")


def test_the_first_goes_to_the_organisation() -> None:
    """A single comment tells least where the most people are."""
    assert quotable_in([comment(1)], "council", "council") == {comment(1).id}
    assert quotable_in([comment(1)], "housing", "council") == frozenset()


@pytest.mark.parametrize(("authors", "quoted"), [(QUOTE_AUTHORS - 1, False), (QUOTE_AUTHORS, True)])
def test_a_quoted_theme_has_five_authors(authors: int, quoted: bool) -> None:  # noqa: FBT001
    """A theme that four wrote about is not quoted, whatever they allowed."""
    comments = [comment(number) for number in range(12)]
    found = quotable([theme(authors)], comments, {each.id for each in comments})
    assert (found is not None) is quoted


def test_the_next_best_is_quoted_where_the_best_was_declined() -> None:
    """The theme's most telling comment was declined: another of its comments is quoted, and never that one."""
    comments = [comment(0, review=Review.DECLINED), *(comment(number) for number in range(1, 6))]
    allowed = quotable_in(comments, "council", "council")
    found = quotable([theme(6)], comments, allowed)
    assert found is not None
    assert found[1].id in allowed
    assert quotable([theme(6)], [replace(c, review=Review.DECLINED) for c in comments], ()) is None


@pytest.mark.parametrize("seed", range(150))
def test_a_quotes_cell_holds_ten(seed: int) -> None:
    """In any organisation, who is told for which unit a comment counts is told of at least ten writers or of nobody."""
    dice = random.Random(seed)
    units = [f"u{n}" for n in range(dice.randint(1, 9))]
    parents = [None, *(dice.choice(units[:n]) for n in range(1, len(units)))]
    tree = Tree.of(Unit(name, name, parent) for name, parent in zip(units, parents, strict=True))
    said = Answer(COMMENT, None, WORDS, quotable=True)
    there = [unit for unit in units for _ in range(dice.choice((0, 1, 4, dice.randint(0, 30))))]
    council = Council(tree, K, K_COMMENT)
    results = council.published([Respondent(Labels(unit), {}, said) for unit in there])
    cells = Counter(each.unit for each in results.comments)
    assert all(n >= K_COMMENT for n in cells.values())
    assert sum(cells.values()) in {0, len(there)}
