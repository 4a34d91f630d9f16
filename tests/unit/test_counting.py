"""The close, one rule at a time: what is counted where, and which of the sums are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.domain.ballots import NO_SEAT, Answer, Respondent, Seat
from bot.domain.counting import TURNOUT, Terms, publish, rate_band, seats
from bot.domain.groups import SIGNATURES, Group, Kind, Pool, Present, Token
from bot.domain.people import Labels, Segment, Tree, Unit
from bot.domain.questions import INDEX
from bot.domain.results import Results, SegmentNumber, Turnout
from tests.counted import DAY, Council, names

TREE = Tree.of([Unit("all", "all"), Unit("a", "a", "all"), Unit("a1", "a1", "a"), Unit("b", "b", "all")])
Labelled = tuple[str, Sequence[Token], Labels]


def pool(name: str, tokens: Sequence[Token], labels: Labels, unvouched: Sequence[Token] = ()) -> Pool:
    return Pool(name, (Group(name, Kind.CELL, name, frozenset(tokens), DAY, labels, frozenset(unvouched)),))


def terms(
    present: Mapping[Token, Present], standing: Mapping[str, Sequence[Pool]], *segments: Segment, k_comment: int = 10
) -> Terms:
    return Terms(TREE, 5, k_comment, DAY, present, standing, segments)


def there(tokens: Sequence[Token], labels: Labels, *, asked: bool = True, hides: bool = True) -> dict[Token, Present]:
    return {token: Present(labels, asked, hides) for token in tokens}


def answers(n: int, of: Terms, token: Token, score: int = 4, item: str = "proud") -> list[Respondent]:
    """So many who answer alike, each seated as the one with this token."""
    [seat] = seats({"x": token}, of).values()
    return [Respondent(of.present[token].labels, {item: score}, seat=seat)] * n


@pytest.mark.parametrize(
    ("answered", "asked", "band"),
    [
        (0, 0, 0),
        (0, 10, 0),
        (1, 10, 10),
        (69, 100, 60),
        (70, 100, 70),
        (89, 100, 80),
        (90, 100, 90),
        (20, 20, 90),
        (694, 1000, 60),
    ],
)
def test_a_turnout_is_the_lower_edge_of_its_band(answered: int, asked: int, band: int) -> None:
    """That everybody answered is never said."""
    found = rate_band(answered, asked)
    assert found == band and isinstance(found, int)


def test_people_are_counted_in_their_unit_and_above_and_by_their_labels() -> None:
    present = {**there(names(3), Labels("a1", "Hall", "1")), **there(names(2, "b"), Labels("a", "Depot", "1"))}
    found = terms(present, {})
    assert dict(found.people) == {"all": 5, "a": 5, "a1": 3, "b": 0}
    assert dict(found.labelled(Segment.PLACE)) == {"Hall": 3, "Depot": 2}
    assert dict(found.labelled(Segment.GRADE)) == {"1": 5}


def test_those_who_are_counted_alike_have_one_seat() -> None:
    """So it leads to nobody. Whoever is in no pool sits nowhere; who hides nobody is told apart from who does."""
    people = names(6)
    present = {**there(people[:4], Labels("a")), **there(people[4:], Labels("a"), hides=False)}
    standing = {"proud": [pool("p", people[:5], Labels("a"))], "better": [pool("q", people[:1], Labels("a"))]}
    found = seats({f"{n}": token for n, token in enumerate(people)}, terms(present, standing))
    assert found == {
        "0": Seat({"proud": "p", "better": "q"}, hides=True),
        "1": (alike := Seat({"proud": "p"}, hides=True)),
        "2": alike,
        "3": alike,
        "4": Seat({"proud": "p"}, hides=False),
        "5": NO_SEAT,
    }
    assert found["1"] is found["2"] is found["3"]


@pytest.mark.parametrize(("hiding", "shown"), [(4, False), (5, True)])
def test_nothing_is_said_of_fewer_than_k_who_hide_somebody(*, hiding: int, shown: bool) -> None:
    """Others who answered are counted in, and do not make them more."""
    people, quiet = names(10), names(3, "quiet")
    labels = Labels("a")
    present = {**there(people, labels), **there(quiet, labels, hides=False)}
    of = terms(present, {"proud": [pool("p", [*people, *quiet], labels, quiet)]})
    results = publish([*answers(hiding, of, people[0]), *answers(3, of, quiet[0], 1)], of)
    number = results.number("a", "proud")
    assert (number is not None) is shown
    assert number is None or number.share == 65, "Five of eight agree."
    assert results.groups == ({"proud": of.standing["proud"][0].told(DAY)} if shown else {})


@pytest.mark.parametrize(("counted", "people", "said"), [(10, 21, None), (10, 20, 50), (10, 11, 90), (10, 10, 100)])
def test_a_unit_is_said_where_half_of_its_people_can_be_counted(counted: int, people: int, said: int | None) -> None:
    """Whether they answered or not; and how many of them that is."""
    tokens = names(people)
    of = terms(there(tokens, Labels("b")), {"proud": [pool("p", tokens[:counted], Labels("b"))]})
    number = publish(answers(6, of, tokens[0]), of).number("b", "proud")
    assert (number.counted if number else None) == said
    assert number is None or number.basis == f"{of.standing['proud'][0].signature:032x}"


def test_places_and_grades_are_said_by_the_same_rule() -> None:
    """Of those whose cell shares the label, where they are half of all who have it; nobody has no label."""
    north, south, nowhere = names(10), names(10, "south"), names(10, "nowhere")
    east = names(10, "east")
    present = {
        **there(east, Labels("b", "East", "2")),
        **there(north, Labels("a", "North", "1")),
        **there(names(10, "away"), Labels("a", "North", "1")),
        **there(south, Labels("b", "South", "1")),
        **there(names(11, "gone"), Labels("b", "South", "1")),
        **there(nowhere, Labels("b")),
    }
    pools = [
        pool("n", north, Labels("a", "North", "1")),
        pool("s", south, Labels("b", "South", "1")),
        pool("x", nowhere, Labels("b")),
        pool("e", east, Labels("b", "East", "2")),
    ]
    of = terms(present, {"proud": pools}, Segment.PLACE)
    some = [one for tokens in (north, south, nowhere, east) for one in answers(8, of, tokens[0])]
    found = publish(some, of).segments
    assert [(each.segment, each.label, each.number.counted) for each in found] == [
        (Segment.PLACE, "East", 100),
        (Segment.PLACE, "North", 50),
    ]
    assert isinstance(found[1], SegmentNumber) and found[1].number.basis == f"{pools[0].signature:032x}"
    by_grade = publish(some, terms(present, {"proud": pools}, Segment.GRADE)).segments
    assert [each.label for each in by_grade] == ["2"], "Of grade 1 it is 20 of 41."


def test_a_unit_of_two_pools_is_about_both() -> None:
    """Their answers are added, and their people; a basis names exactly these."""
    one, two = names(8), names(8, "two")
    present = {**there(one, Labels("a")), **there(two, Labels("a1"))}
    pools = [pool("p", one, Labels("a")), pool("q", two, Labels("a1"))]
    of = terms(present, {"proud": pools})
    results = publish([*answers(6, of, one[0], 5), *answers(6, of, two[0], 1)], of)
    both, below = results.number("a", "proud"), results.number("a1", "proud")
    assert both is not None and below is not None
    assert (both.share, both.mean, below.share, below.mean) == (50, 50, 15, 10)
    assert both.basis == f"{(pools[0].signature + pools[1].signature) % SIGNATURES:032x}" != below.basis


@pytest.mark.parametrize("item", ["able", "zest"])
@pytest.mark.parametrize(
    ("few", "shown"), [(0, {"a": 90}), (3, {"a": 90}), (4, {"all": 65}), (5, {"a": 90, "all": 60, "b": 20})]
)
def test_a_question_weighs_what_was_answered(item: str, few: int, shown: Mapping[str, int]) -> None:
    """By its own answers, whatever it is called: three of a unit do not cost another its number, four of eight do."""
    one, two = names(10), names(10, "two")
    present = {**there(one, Labels("a")), **there(two, Labels("b"))}
    of = terms(present, {item: [pool("p", one, Labels("a")), pool("q", two, Labels("b"))]})
    results = publish([*answers(8, of, one[0], item=item), *answers(few, of, two[0], 1, item)], of)
    assert {each.unit: each.number.share for each in results.numbers} == {"all": 90, **shown}
    assert results.turnouts == ()


def turnouts(asked: Mapping[str, int], answered: Mapping[str, int], away: int = 0) -> dict[str, int]:
    """The bands that are said, where so many were asked in each unit, and so many of them answered."""
    tokens = {unit: names(n, unit) for unit, n in asked.items()}
    present = {token: at for unit, own in tokens.items() for token, at in there(own, Labels(unit)).items()}
    gone = {unit: names(away, f"{unit} away") for unit in asked}
    for unit, own in gone.items():
        present |= there(own, Labels(unit), asked=False)
    pools = [pool(unit, [*own, *gone[unit]], Labels(unit)) for unit, own in tokens.items()]
    of = terms(present, {TURNOUT: pools})
    some = [one for unit, n in answered.items() for one in answers(n, of, tokens[unit][0])]
    return {each.unit: each.band for each in publish(some, of).turnouts}


@pytest.mark.parametrize(
    ("asked", "answered", "said"),
    [
        ({"b": 20}, {"b": 5}, {"all": 20, "b": 20}),
        ({"b": 19}, {"b": 10}, {}),
        ({"b": 21}, {"b": 14}, {"all": 60, "b": 60}),
        ({"a": 20, "b": 10}, {"a": 12}, {"all": 40}),
        ({"a": 20, "b": 20}, {"a": 20, "b": 5}, {"all": 60, "a": 90, "b": 20}),
        ({"a": 20, "b": 20}, {"a": 20}, {"all": 50}),
        ({"a": 20, "b": 19}, {"a": 12, "b": 12}, {"all": 60}),
    ],
)
def test_a_turnout_is_said_of_twenty_who_were_asked(
    asked: Mapping[str, int], answered: Mapping[str, int], said: Mapping[str, int]
) -> None:
    """And of k who answered. That nobody of a unit did is told with those of others, as if one had."""
    assert turnouts(asked, answered) == said


def test_whoever_is_away_was_not_asked() -> None:
    assert turnouts({"b": 20}, {"b": 10}, away=15) == {"all": 50, "b": 50}
    assert turnouts({"b": 19}, {"b": 10}, away=15) == {}


def test_a_turnout_names_the_people_it_is_about() -> None:
    tokens = names(20)
    whole = pool("p", tokens, Labels("b"))
    of = terms(there(tokens, Labels("b")), {TURNOUT: [whole]})
    basis = f"{whole.signature:032x}"
    assert publish(answers(10, of, tokens[0]), of).turnouts == (Turnout("all", 50, basis), Turnout("b", 50, basis))


@pytest.mark.parametrize(
    ("n", "score", "index"),
    [(19, 5, 90), (20, 5, 100), (19, 1, 10), (20, 1, 0), (19, 3, 50), (19, 4, 75), (21, 5, 100)],
)
def test_the_index_of_a_few_says_neither_end(n: int, score: int, index: int) -> None:
    """Of twenty who answered each of its questions it does."""
    some = [Respondent(Labels("b"), dict.fromkeys(INDEX, score)) for _ in range(n)]
    results = Council(TREE).published(some)
    assert [(each.unit, each.value) for each in results.indices] == [("all", index), ("b", index)]
    assert {each.basis for each in results.indices} == {each.number.basis for each in results.numbers}


def test_the_index_is_of_a_few_where_one_of_its_questions_is() -> None:
    all_items, but_one = dict.fromkeys(INDEX, 5), dict.fromkeys(INDEX[1:], 5)
    some = [Respondent(Labels("b"), all_items) for _ in range(19)]
    assert Council(TREE).published([*some, Respondent(Labels("b"), but_one)]).index("b") == 90
    assert Council(TREE).published([Respondent(Labels("b"), but_one) for _ in range(20)]).index("b") is None


@pytest.mark.parametrize("missing", INDEX)
def test_the_index_needs_each_of_its_questions(missing: str) -> None:
    """Where too few of a unit answered one of them, there is none of that unit. Nothing else needs to be asked."""
    tokens = names(20)
    cells = [pool("p", tokens[:10], Labels("a")), pool("q", tokens[10:], Labels("b"))]
    present = {**there(tokens[:10], Labels("a")), **there(tokens[10:], Labels("b"))}
    of = terms(present, dict.fromkeys(INDEX, cells))
    seat = [seats({"x": tokens[n]}, of)["x"] for n in (0, 10)]
    part = {item: 4 for item in INDEX if item != missing}
    some = [Respondent(Labels("a"), dict.fromkeys(INDEX, 4), seat=seat[0])] * 10
    some += [Respondent(Labels("b"), part, seat=seat[1])] * 10
    assert [each.unit for each in publish(some, of).indices] == ["a", "all"]


def test_comments_of_a_few_above_a_unit_are_not_left_alone_there() -> None:
    """Twelve of a unit and four of the whole stand together: else the four could be told by subtraction."""
    some = [
        Respondent(Labels(unit), {"proud": 4}, Answer("comment", None, "Words")) for unit in ["a"] * 12 + ["all"] * 4
    ]
    assert {each.unit for each in Council(TREE).published(some).comments} == {"all"}
    assert {each.unit for each in Council(TREE).published(some[:12]).comments} == {"a"}


def test_comments_need_enough_writers_who_hide_somebody() -> None:
    """A unit's comments stand under the nearest that is large enough, whether or not their writers sit anywhere."""
    people, quiet = names(10), names(5, "quiet")
    present = {**there(people, Labels("b")), **there(quiet, Labels("b"), hides=False)}
    of = terms(present, {"proud": [pool("p", [*people, *quiet], Labels("b"), quiet)]}, k_comment=6)

    def written(n: int) -> Results:
        some = [*answers(n, of, people[0]), *answers(5, of, quiet[0])]
        return publish([Respondent(r.labels, r.scores, Answer("comment", None, "Words"), r.seat) for r in some], of)

    assert [comment.unit for comment in written(6).comments] == ["b"] * 11
    assert written(5).comments == ()
