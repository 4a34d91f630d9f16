"""What is left of a pulse's ballots, and how they are sealed before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from bot.domain.ballots import COMMENT, Answer, Ballot, Respondent, gather
from bot.domain.ids import new_id
from bot.domain.people import Labels, Tree, Unit
from bot.domain.publishing import publishable
from bot.domain.pulses import COMMENT_LONGEST
from bot.domain.results import Results
from bot.domain.themes import Sentiment
from storage.seal import (
    PADDED,
    OpeningKeys,
    OversizedBallot,
    SealingKeys,
    TamperedBallot,
    lock_route,
    opens,
    seal,
    unlock_route,
    unseal,
)
from tests.counted import Council

TREE = Tree.of(
    (
        Unit("council", "Council"),
        Unit("housing", "Housing", "council"),
        Unit("roads", "Roads", "council"),
        Unit("repairs", "Repairs", "housing"),
    )
)
K = 5
PULSE, PERSON = new_id(), new_id()
PLACE = Labels(new_id(), "Town Hall", "G7")
PRIVATE = PrivateKey.generate()
KEYS = SealingKeys(b"k" * 32, bytes(PRIVATE.public_key))
OPENING = OpeningKeys.of(bytes(PRIVATE), KEYS.slots)
WRITTEN = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=COMMENT_LONGEST)


def people(n: int, unit: str, comment: str = "", **scores: int) -> list[Respondent]:
    said = Answer(COMMENT, None, comment, quotable=True) if comment else None
    return [Respondent(Labels(unit), scores, said) for _ in range(n)]


def published(respondents: Sequence[Respondent], k_comment: int = 10, **away: int) -> Results:
    return Council(TREE, K, k_comment).published(respondents, {Labels(unit): n for unit, n in away.items()})


# Gathering


def test_the_ballots_of_one_person_are_joined() -> None:
    """Ballots with one respondent's number become one respondent; those of another stay apart."""
    labels = Labels("housing", "Town Hall", "G7")
    comment = Answer(COMMENT, None, "Please listen", quotable=True)
    cast = [
        Ballot("a", labels, Answer("better", 4)),
        Ballot("b", Labels("roads"), Answer("proud", 1)),
        Ballot("a", labels, comment),
        Ballot("a", labels, Answer("informed", 2)),
    ]
    first, second = gather(cast)
    assert first == Respondent(labels, {"better": 4, "informed": 2}, comment)
    assert second == Respondent(Labels("roads"), {"proud": 1})
    assert not first.seat.hides, "Whoever is counted nowhere hides nobody."


@pytest.mark.parametrize(
    ("scores", "band"),
    [
        ((), None),
        ((5, 5, 5), Sentiment.POSITIVE),
        ((3, 4), Sentiment.POSITIVE),
        ((3, 3, 4), Sentiment.NEUTRAL),
        ((2, 3, 3), Sentiment.NEUTRAL),
        ((2, 3), Sentiment.NEGATIVE),
        ((1,), Sentiment.NEGATIVE),
    ],
)
def test_a_band_is_what_the_scores_say_on_the_whole(scores: tuple[int, ...], band: Sentiment | None) -> None:
    """A mean of 3.5 or more is positive, 2.5 or less negative, and without a score there is no band."""
    assert Respondent(Labels("u"), {str(n): score for n, score in enumerate(scores)}).band is band


# Publishing


def test_fewer_than_k_respondents_leave_nothing_at_all() -> None:
    """With four respondents there is no number and no comment, however low their own threshold; with five there is."""
    assert published(people(4, "roads", "Hear us", proud=5), roads=20) == Results()
    assert published(people(4, "roads", "Hear us", proud=5), 2, roads=20) == Results()
    five = published(people(5, "roads", "Hear us", proud=5), 2, roads=20)
    assert (len(five.comments), len(five.turnouts), len(five.numbers)) == (5, 2, 2)


def test_each_question_is_judged_by_its_own_answers() -> None:
    """A question that four people of a unit answered is hidden there, beside one that five answered."""
    respondents = people(4, "roads", proud=5, informed=2) + people(1, "roads", proud=3) + people(9, "housing", proud=1)
    results = published(respondents)
    shown = results.number("roads", "proud")
    assert shown is not None
    assert (shown.share, shown.mean) == (80, 90)
    assert results.number("roads", "informed") is None
    assert results.number("council", "informed") is None


def test_a_unit_counts_everybody_below_it() -> None:
    """A unit's number and turnout are those of all the units inside it."""
    results = published(people(6, "repairs", proud=5) + people(5, "housing", proud=1) + people(7, "roads", proud=3))
    assert {n.unit: (n.number.share, n.number.mean) for n in results.numbers} == {
        "council": (35, 55),
        "housing": (55, 55),
        "repairs": (85, 90),
        "roads": (15, 50),
    }
    away = published(people(6, "repairs", proud=5) + people(5, "housing", proud=1), housing=20, repairs=9)
    assert {t.unit: t.band for t in away.turnouts} == {"council": 20, "housing": 20}


def test_a_turnout_needs_enough_asked_and_enough_who_answered() -> None:
    """Of fewer than twenty who were asked nothing is said, and the rest must not betray it."""
    twenty = people(6, "roads", proud=5) + people(6, "housing", proud=1)
    assert {t.unit: t.band for t in published(twenty, roads=14, housing=14).turnouts} == {
        "council": 30,
        "housing": 30,
        "roads": 30,
    }
    assert {t.unit for t in published(twenty, roads=13, housing=14).turnouts} == {"council"}
    few = people(2, "roads", proud=5) + people(6, "housing", proud=1)
    # Eight of 39: housing's six of 20 must not stand for the council.
    assert {t.unit: t.band for t in published(few, roads=17, housing=14).turnouts} == {"council": 20}


def test_comments_need_their_own_threshold() -> None:
    """Nine comments are published nowhere, ten are."""
    assert published(people(9, "roads", "Hear us", proud=5) + people(9, "roads", proud=5)).comments == ()
    assert len(published(people(10, "roads", "Hear us", proud=5)).comments) == 10


def test_a_comment_moves_up_to_the_smallest_unit_that_is_large_enough() -> None:
    """Four comments of a team stand under its parent together with six others, never under the team."""
    respondents = people(4, "repairs", "From repairs") + people(6, "housing", "From housing")
    respondents += people(12, "roads", "From roads")
    shown = {(c.body, c.unit) for c in published(respondents).comments}
    assert shown == {("From repairs", "housing"), ("From housing", "housing"), ("From roads", "roads")}


def test_a_comment_keeps_the_band_of_its_writer_and_their_consent() -> None:
    """The band is the writer's own, None where they gave no score; consent to be quoted stays with the words."""
    silent = [replace(r, comment=Answer(COMMENT, None, "No score")) for r in people(1, "roads")]
    results = published(people(9, "roads", "Good", proud=5) + people(9, "roads", "Bad", proud=1) + silent)
    found = {(c.body, c.band, c.quotable) for c in results.comments}
    assert found == {
        ("Good", Sentiment.POSITIVE, True),
        ("Bad", Sentiment.NEGATIVE, True),
        ("No score", None, False),
    }


def test_the_order_of_comments_is_the_order_of_random_ids() -> None:
    """Comments stand in the order of fresh random ids, so the order in which ballots were read is lost."""
    respondents = [one for n in range(40) for one in people(1, "roads", f"{n:02}")]
    comments = published(respondents).comments
    assert [c.id for c in comments] == sorted(c.id for c in comments)
    assert {c.body for c in comments} == {f"{n:02}" for n in range(40)}
    assert [c.body for c in comments] != [f"{n:02}" for n in range(40)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(TREE.units)), st.integers(1, 5), st.booleans()), max_size=60))
def test_whatever_is_published_keeps_to_the_publishing_rule(cast: list[tuple[str, int, bool]]) -> None:
    """Numbers and comments stand only in units that the rule allows for those who gave them."""
    respondents = [one for unit, score, wrote in cast for one in people(1, unit, "x" * wrote, proud=score)]
    results = published(respondents)
    heads = TREE.totals(Counter(unit for unit, _, _ in cast))
    writing = {u: sum(unit == u and wrote for unit, _, wrote in cast) for u in TREE.units}
    assert all(heads[n.unit] >= K for n in results.numbers)
    assert bool(results.numbers) == (len(cast) >= K)
    assert {c.unit for c in results.comments} <= publishable(TREE, writing, 10)
    assert len(results.comments) in {0, sum(writing.values())}


# Sealing


def test_an_answer_comes_out_as_it_went_in() -> None:
    """The opening key gives back the answer and the labels, and no name."""
    answer = Answer(COMMENT, None, 'Mae\'n "anodd" \\ 😀\nhere', quotable=True)
    slot, box = seal(KEYS, PERSON, PLACE, answer)
    ballot = unseal(OPENING, slot, box)
    assert (ballot.labels, ballot.answer) == (PLACE, answer)
    assert PERSON not in str(ballot)
    assert PERSON.encode() not in slot + box


def test_a_slot_is_found_again_and_leads_to_nobody_else() -> None:
    """One person's answer to one item has one slot; another person, item or pulse's key has another."""
    slots = [
        KEYS.slot(PERSON, "proud"),
        KEYS.slot(PERSON, "informed"),
        KEYS.slot(new_id(), "proud"),
        SealingKeys(b"l" * 32, KEYS.public).slot(PERSON, "proud"),
    ]
    assert KEYS.slot(PERSON, "proud") == slots[0]
    assert len(set(slots)) == 4
    assert {len(slot) for slot in slots} == {16}


def test_the_ballots_of_one_person_share_a_number_that_is_no_slot() -> None:
    """Opened ballots of one person can be joined inside a pulse, by a number that is neither slot nor another's."""
    boxes = [seal(KEYS, who, PLACE, Answer(i, 3)) for who in (PERSON, new_id()) for i in ("proud", "informed")]
    numbers = [unseal(OPENING, *box).respondent for box in boxes]
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]
    assert not set(numbers) & {slot.hex() for slot, _ in boxes}


@settings(max_examples=80, deadline=None)
@given(WRITTEN, st.booleans())
def test_every_ballot_has_one_length(comment: str, quotable: bool) -> None:  # noqa: FBT001
    """What is in a ballot cannot be told from its length: a press, a word and a long comment are alike."""
    press = seal(KEYS, PERSON, PLACE, Answer("proud", 1))[1]
    written = seal(KEYS, PERSON, PLACE, Answer(COMMENT, None, comment, quotable))[1]
    assert len(written) == len(press)


@pytest.mark.parametrize("character", ["😀", "\U0010ffff", '"', "\\", "\n", "ŵ", "x"])
def test_the_longest_comment_fits_whatever_it_is_made_of(character: str) -> None:
    """Five hundred characters of four bytes, or of those that are escaped, make a ballot no longer."""
    full = seal(KEYS, PERSON, PLACE, Answer(COMMENT, None, character * COMMENT_LONGEST, quotable=True))[1]
    assert len(full) == len(seal(KEYS, PERSON, PLACE, Answer("proud", 5))[1])


def test_an_answer_that_would_stand_out_is_not_sealed() -> None:
    """What is longer than the rules let through is refused, and the words are not in the error: no ballot is longer."""
    words = "zq" * PADDED
    with pytest.raises(OversizedBallot) as refused:
        seal(KEYS, PERSON, PLACE, Answer(COMMENT, None, words))
    assert "zq" not in str(refused.value)


@pytest.mark.parametrize("inside", [b"", b"not JSON", b"[]", b"{}", b'{"item": "proud"}', b"\xff"])
def test_a_box_that_holds_no_answer_is_refused(inside: bytes) -> None:
    """Whoever has the public key can seal anything, but what is no ballot is not taken for one."""
    box = SealedBox(PRIVATE.public_key).encrypt(inside)
    with pytest.raises(TamperedBallot):
        unseal(OPENING, KEYS.slot(PERSON, "proud"), box)


def test_a_ballot_that_somebody_forged_is_refused() -> None:
    """What is sealed to the right public key, in the right form, but without the pulse's key, is not taken for one."""
    thief = SealingKeys(b"t" * 32, KEYS.public)
    for slot, box in (seal(thief, PERSON, PLACE, Answer("proud", 3)), seal(KEYS, PERSON, PLACE, Answer("proud", 3))):
        forged = SealedBox(PRIVATE.public_key).encrypt(SealedBox(PRIVATE).decrypt(box)[:-1] + b"x")
        with pytest.raises(TamperedBallot):
            unseal(OPENING, slot, forged)
    slot, box = seal(thief, PERSON, PLACE, Answer("proud", 3))
    assert opens(bytes(PRIVATE), box)
    with pytest.raises(TamperedBallot):
        unseal(OPENING, slot, box)


def test_the_same_answer_never_looks_the_same() -> None:
    """Two boxes of the same answer differ, so that nobody can guess and compare."""
    first, second = (seal(KEYS, PERSON, PLACE, Answer("proud", 5))[1] for _ in range(2))
    assert first != second


def test_a_ballot_moved_to_another_slot_or_pulse_is_refused() -> None:
    """A box opens only in the slot and the pulse it was sealed for."""
    slot, box = seal(KEYS, PERSON, PLACE, Answer("proud", 5))
    other = KEYS.slot(PERSON, "informed")
    assert unseal(OPENING, slot, box).answer.score == 5
    with pytest.raises(TamperedBallot):
        unseal(OPENING, other, box)
    with pytest.raises(TamperedBallot):
        unseal(OpeningKeys.of(bytes(PRIVATE), b"l" * 32), slot, box)


def test_a_damaged_ballot_is_refused() -> None:
    """One changed byte, a missing one, or nothing at all does not open."""
    slot, box = seal(KEYS, PERSON, PLACE, Answer("proud", 5))
    for damaged in (box[:-1], box[:-1] + bytes([box[-1] ^ 1]), box[:20], b""):
        with pytest.raises(TamperedBallot):
            unseal(OPENING, slot, damaged)


def test_the_keys_that_answer_can_not_open() -> None:
    """Neither of the two keys that answering loads opens a ballot; the pulse's private key does."""
    slot, box = seal(KEYS, PERSON, PLACE, Answer("proud", 5))
    for key in (KEYS.slots, KEYS.public):
        with pytest.raises(TamperedBallot):
            unseal(OpeningKeys.of(key, KEYS.slots), slot, box)
        assert not opens(key, box)
    assert opens(bytes(PRIVATE), box)
    assert unseal(OPENING, slot, box).answer == Answer("proud", 5)


def test_a_route_leads_back_with_its_key_only() -> None:
    """A locked route opens with its own key; two to the same person differ and have one length."""
    key, other = b"a" * 32, b"b" * 32
    first, second = lock_route(key, PERSON), lock_route(key, PERSON)
    assert unlock_route(key, first) == unlock_route(key, second) == PERSON
    assert first != second
    assert len(first) == len(lock_route(key, new_id()))
    with pytest.raises(CryptoError):
        unlock_route(other, first)
