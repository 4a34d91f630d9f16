"""Attacks on answers, on both databases, and proof that each attack sees a leak where there is one.

The attacks are those of `hundred-days privacy-check`; the numbers are those of the promises in docs/privacy.md. The
soak lives through twenty weeks of two hundred people on each database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, replace
from functools import partial
from hashlib import sha256
from math import exp, log
from pathlib import Path

import pytest

from bot.audit.attacks import backers, everything, order, outside, remains, season, secrets_kept, written
from bot.audit.chance import most_by_chance
from bot.audit.findings import PROMISES, Finding, Report, Verdict, seen_through
from bot.audit.loot import Loot
from bot.audit.thief import Tables
from bot.domain.ballots import Answer, Ballot
from bot.domain.people import Labels
from bot.domain.season import Season, stand
from storage.ideas import backing_slot
from storage.seal import RESPONDENT, SLOT_BYTES, SealingKeys
from tests.attack.robbery import PEOPLE, WEEKS, a_week, changed, closed, nightly, rows
from tests.conftest import Databases, apart
from tests.soak.figures import SOAK

FEW = 24
FALSE_ALARM = 1e-7
"""How often chance alone may be taken for more: once in ten million soaks, on either side of the mean."""
GUESSES = pytest.StashKey[list[list[int]]]()


@pytest.fixture(scope="module", params=WEEKS, ids=[f"{engine}-{seed}" for engine, seed in WEEKS])
def loot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loot]:
    """What a thief carried off in one week."""
    engine, seed = request.param
    databases: Databases = request.getfixturevalue(f"empty_{engine}")
    folder = tmp_path_factory.mktemp("week")
    with databases.copied(folder) as database:
        yield apart(a_week(database, folder, seed))


def held(*findings: Finding) -> None:
    """Every one says that its promise is kept."""
    assert not [finding for finding in findings if not finding.held]


def seen(*findings: Finding) -> None:
    """One at least says that its promise is broken."""
    assert [finding for finding in findings if finding.verdict is Verdict.BROKEN]


def test_every_promise_is_attacked_and_held(loot: Loot) -> None:
    """A rehearsal says something about each of the sixteen promises, and nothing but good."""
    report = Report(list(everything(loot)))
    assert {finding.promise for finding in report.findings} == set(PROMISES)
    assert [finding for finding in report.findings if not finding.held] == []


def test_p1_no_order_leads_from_a_comment_to_its_writer(loot: Loot, request: pytest.FixtureRequest) -> None:
    """Neither the place on disk, the transaction, the key order nor the natural order tells who wrote what."""
    assert len(loot.closed["comments"]) == len(loot.truth.comments) > PEOPLE // 2
    held(order.line_up(loot))
    rights = [guess.right for guess in order.guesses_after_the_close(loot)]
    request.config.stash.setdefault(GUESSES, []).append(rights)


def test_p1_all_comments_came_in_one_transaction(loot: Loot) -> None:
    """Where the database numbers its transactions, all comments have one number, and no ballot's."""
    held(order.same_transaction(loot))


def test_p1_the_attack_sees_an_order_that_tells(loot: Loot) -> None:
    """Comments kept in the order they were written, or numbered in that of the staff list, are found out."""
    place = {said.words: number for number, said in enumerate(loot.truth.comments)}
    in_order = sorted(loot.closed["comments"], key=lambda row: place[str(row["body"])])
    seen(order.line_up(closed(loot, changed(loot.closed, comments=in_order))))
    numbered = rows(loot.closed, "comments", lambda row: {"id": f"{place[str(row['body'])]:032x}"})
    seen(order.line_up(closed(loot, numbered)))


def test_p1_the_attack_sees_a_transaction_each(loot: Loot) -> None:
    """Comments that came one by one, each with a ballot, are found out."""
    numbers = iter(range(10_000))
    seen(order.same_transaction(closed(loot, rows(loot.closed, "comments", lambda _: {"xmin": str(next(numbers))}))))


def test_p2_copies_from_every_night_do_not_help(loot: Loot) -> None:
    """Not even somebody who knows whose each ballot is can line up ballots with comments."""
    assert len(loot.nights) == 4
    held(order.nightly(loot), order.alike(loot))


def test_p2_the_attack_sees_comments_in_the_order_of_ballots(loot: Loot) -> None:
    """Comments published in the order in which their ballots lay are found out."""
    link = order.Link.of(loot).slots
    by_slot = [link[bytes(row["slot"])] for row in loot.opened["ballots"] if bytes(row["slot"]) in link]  # type: ignore[call-overload]
    place = {person: number for number, person in enumerate(by_slot)}
    in_order = sorted(loot.closed["comments"], key=lambda row: place[loot.truth.writer(str(row["body"]))])
    seen(order.nightly(closed(loot, changed(loot.closed, comments=in_order))))


def test_p2_the_attack_sees_ballots_that_do_not_look_alike(loot: Loot) -> None:
    """One ballot that is longer than the others, or a column with a time, is found out."""
    lengths = iter(range(10_000))
    longer = nightly(loot, lambda t: rows(t, "ballots", lambda r: {"sealed": b"x" * next(lengths), "slot": r["slot"]}))
    seen(order.alike(longer))
    seen(order.alike(nightly(loot, lambda t: rows(t, "ballots", lambda _: {"cast_at": "10:00"}))))


def test_p3_nothing_readable_lies_in_the_files_of_an_open_pulse(loot: Loot) -> None:
    """Neither what people wrote nor what they wrote first is in any file of the database, logs included."""
    held(secrets_kept.nothing_readable(loot))
    assert loot.searches.open.hits == loot.searches.drafts.hits == 0


def test_p3_the_search_can_find(loot: Loot) -> None:
    """The control: what is stored in the open, a story, is found by the same search; without it nothing is claimed."""
    assert loot.searches.control.hits > 0
    blind = replace(loot, searches=replace(loot.searches, control=replace(loot.searches.control, hits=0)))
    assert secrets_kept.nothing_readable(blind).verdict is Verdict.UNKNOWN


async def test_p3_the_attack_sees_readable_ballots(
    empty_sqlite: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were ballots not sealed, the search would find what people wrote, and the drafts they thought better of."""
    monkeypatch.setattr("storage.ballots.seal", _readable)
    monkeypatch.setattr("storage.ballots.unseal", _read)
    loot = await a_week(empty_sqlite.sqlite(tmp_path), tmp_path, people=FEW)
    assert len(loot.closed["comments"]) == len(loot.truth.comments)
    assert loot.searches.open.hits > 0
    assert loot.searches.drafts.hits > 0
    seen(secrets_kept.nothing_readable(loot))


def _readable(keys: SealingKeys, person: str, labels: Labels, answer: Answer) -> tuple[bytes, bytes]:
    """A ballot as somebody would keep it who trusts their database."""
    slot, who = keys.slot(person, answer.item), keys.slot(person, RESPONDENT).hex()
    return slot, json.dumps([who, astuple(labels), astuple(answer)]).encode()


def _read(_keys: object, _slot: bytes, sealed: bytes) -> Ballot:
    who, labels, answer = json.loads(sealed)
    return Ballot(who, Labels(*labels), Answer(*answer))


def test_p4_keys_die_with_the_close(loot: Loot) -> None:
    """After the close neither key is in the key store, the database, or its logs."""
    held(secrets_kept.keys_are_gone(loot))
    assert not [name for name in loot.keys_left if loot.pulse in name]


def test_p4_the_attack_sees_a_key_that_was_kept(loot: Loot) -> None:
    """A key left in its place, or hidden under another name, is found out."""
    own = {name: key for name, key in loot.keys.items() if loot.pulse in name}
    seen(secrets_kept.keys_are_gone(replace(loot, keys_left=own)))
    seen(secrets_kept.keys_are_gone(replace(loot, keys_left={"harmless": next(iter(own.values()))})))


def test_p5_after_the_close_no_ballot_is_left_and_no_small_number(loot: Loot) -> None:
    """No ballot, no public key; every number is kept as it is said, and every group is of at least five people."""
    held(remains.ballots_gone(loot.closed), remains.small_numbers(loot.closed), remains.strangers(loot.closed))
    assert loot.closed["ballots"] == []
    assert [row["seal"] for row in loot.closed["pulses"]] == [None]
    assert loot.closed["numbers"] and loot.closed["season_groups"]
    assert {int(str(row["share"])) % 5 for row in loot.closed["numbers"]} == {0}


def test_p5_the_attack_sees_what_should_not_be_left(loot: Loot) -> None:
    """An exact number, a cell of four, one of five of whom one hides nobody, five comments, a name, a ballot."""
    seen(remains.small_numbers(rows(loot.closed, "numbers", lambda _: {"share": 83})))
    seen(remains.small_numbers(rows(loot.closed, "numbers", lambda _: {"mean": 71})))
    seen(remains.small_numbers(rows(loot.closed, "numbers", lambda _: {"at_least": 23})))
    seen(remains.small_numbers(rows(loot.closed, "turnouts", lambda _: {"band": 63})))
    seen(remains.small_numbers(rows(loot.closed, "season_groups", lambda _: {"members": b"x" * 16 * 4})))
    five = {"members": b"x" * 16 * 5, "unvouched": b"x" * 16}
    seen(remains.small_numbers(rows(loot.closed, "season_groups", lambda _: five)))
    seen(remains.small_numbers(changed(loot.closed, comments=loot.closed["comments"][:5])))
    person = loot.truth.staff[0]
    seen(remains.strangers(rows(loot.closed, "comments", lambda _: {"body": f"written by {person}"})))
    seen(remains.ballots_gone(changed(loot.closed, ballots=loot.opened["ballots"])))


def test_p6_nobody_can_tell_who_answered(loot: Loot) -> None:
    """Everybody is mentioned equally often in every table, whether they answered or not; nor does a place or a column
    of any row tell, the rows of reminders included."""
    held(*(remains.who_answered(loot, name, tables) for name, tables in remains.moments(loot)))
    reminders = [row for row in loot.nights[2].tables["deliveries"] if row["notice"] == "PulseReminder"]
    assert len(reminders) == len(loot.closed["pulse_roster"])


def test_p6_the_attack_sees_who_answered(loot: Loot) -> None:
    """A mark beside those who answered, a row for them alone, or their rows first, are found out."""
    answered = set(loot.truth.answered)
    marked = rows(loot.closed, "pulse_roster", lambda row: {"grade": str(row["person_id"] in answered)})
    theirs = [row for row in loot.closed["pulse_roster"] if row["person_id"] in answered]
    first = sorted(loot.closed["pulse_roster"], key=lambda row: row["person_id"] not in answered)
    for tables in (marked, changed(loot.closed, pulse_roster=theirs), changed(loot.closed, pulse_roster=first)):
        seen(remains.who_answered(loot, "after the close", tables))


def test_p7_and_p8_no_subtraction_reaches_a_few(loot: Loot) -> None:
    """Within a week and over a season in which people come, go and move: no combination of sums is about a few."""
    week, fourteen_weeks = season.attack(loot)
    held(week, fourteen_weeks)
    assert (week.promise, fourteen_weeks.promise) == ("P7", "P8")
    assert fourteen_weeks.figures["without"]


def test_p7_and_p8_the_attack_sees_a_few(loot: Loot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells of four are found out; so is a rule that has forgotten by the next week what it told."""
    with monkeypatch.context() as patch:
        patch.setattr(season, "stand", lambda known, there, rule, by: stand(known, there, replace(rule, k=2), by))
        seen(season.attack(loot)[0])
    monkeypatch.setattr(season, "stand", lambda _, there, rule, by: stand(Season(), there, rule, by))
    seen(season.attack(loot)[1])


def test_p9_conversations_stories_and_ideas_name_nobody(loot: Loot) -> None:
    """No copy names a writer, no order tells, and what is closed leads nowhere; a live key does lead to an author."""
    held(written.named_nowhere(loot), written.no_order(loot), written.closed_leads_nowhere(loot))


@pytest.mark.parametrize(("table", "words"), [("entries", "body"), ("stories", "text"), ("ideas", "text")])
def test_p9_the_attack_sees_an_author(loot: Loot, table: str, words: str) -> None:
    """An author beside what they wrote, and what was written in the order of its authors, are found out."""
    truth = [*loot.truth.threads, *loot.truth.stories, *loot.truth.ideas]
    by_words = {said.words: said.person for said in truth}
    named = nightly(loot, lambda t: rows(t, table, lambda r: {"by": by_words.get(str(r[words]))}))
    seen(written.named_nowhere(named))
    place = {str(row["id"]): number for number, row in enumerate(loot.closed["people"])}
    in_order = sorted(loot.closed[table], key=lambda row: place.get(by_words.get(str(row[words]), ""), 0))
    seen(written.no_order(closed(loot, changed(loot.closed, **{table: in_order}))))


def test_p9_the_attack_sees_a_way_back_that_stayed(loot: Loot) -> None:
    """Of a closed conversation."""
    seen(written.closed_leads_nowhere(closed(loot, rows(loot.ended, "threads", lambda _: {"route": b"route"}))))


def test_p9_a_slot_leads_to_no_backer(loot: Loot) -> None:
    """It can neither be found nor worked out, and with the live keys it does. Without them nothing is claimed."""
    held(*backers.attack(loot))
    assert backers.locked(replace(loot, keys={})).verdict is Verdict.UNKNOWN


def test_p9_the_attack_sees_a_backer(loot: Loot) -> None:
    """Plain ids, a hash that needs no key, one slot at two ideas, and backings in the order of people are found out."""
    who, people = backers.backers_by_slot(loot), [str(row["id"]) for row in loot.closed["people"]]
    slots: list[Callable[[str, str], bytes]] = [
        lambda _, person: person.encode(),
        lambda _, person: bytes.fromhex(person),
        lambda idea, person: sha256(f"backs|{idea}|{person}".encode()).digest()[:SLOT_BYTES],
        lambda idea, person: backing_slot(idea.encode(), idea, person),
        lambda _, person: backing_slot(b"a key", "", person),
    ]
    for slot in slots:
        bare = partial(_slotted, who, slot)
        seen(backers.locked(nightly(loot, bare)))
    beside = rows(loot.closed, "backings", lambda r: {"by": who[backers.slot_of(r)]})
    seen(backers.named_nowhere(closed(loot, beside)))
    in_order = sorted(loot.closed["backings"], key=lambda row: people.index(who[backers.slot_of(row)]))
    seen(written.no_order(closed(loot, changed(loot.closed, backings=in_order))))


def _slotted(who: Mapping[bytes, str], slot: Callable[[str, str], bytes], tables: Tables) -> Tables:
    """The same backings with slots of another make."""
    return rows(tables, "backings", lambda r: {"slot": slot(str(r["idea_id"]), who[backers.slot_of(r)])})


def test_p10_to_p12_and_p14_what_was_tried_was_in_vain(loot: Loot) -> None:
    """Watching, guessing ids, sending again and going round the service got nowhere."""
    held(
        written.batches_only(loot), written.ids_tell_nothing(loot), written.one_effect(loot), written.not_weakened(loot)
    )
    assert loot.walked.attempts > 100
    assert loot.replayed.attempts > 15
    assert loot.weakened.attempts == 7


def test_p10_the_attack_sees_something_early(loot: Loot) -> None:
    """Something new between the batches is found out; a reader who never sees anything proves nothing."""
    seen(written.batches_only(replace(loot, watched=replace(loot.watched, saw=loot.watched.wrote))))
    blind = replace(loot, watched=replace(loot.watched, saw=()))
    assert written.batches_only(blind).verdict is Verdict.UNKNOWN


def test_p13_logs_are_silent(loot: Loot) -> None:
    """A whole week at DEBUG: no word anybody wrote, no account, no name, no id of a person."""
    held(outside.silent(loot))
    for leak in (loot.truth.staff[0], loot.truth.marks.person, loot.truth.marks.draft):
        seen(outside.silent(replace(loot, outside=replace(loot.outside, log=f"{loot.outside.log}\n{leak}"))))


def test_p15_no_message_holds_an_answer(loot: Loot) -> None:
    """No message and no reply holds an answer, and the reply to a one is the reply to a five."""
    held(outside.nothing_told(loot), outside.one_reply(loot))
    echoed = {**loot.outside.replies, "score 1 x": f"you said {loot.truth.marks.draft}"}
    told = replace(loot, outside=replace(loot.outside, replies=echoed))
    seen(outside.nothing_told(told))
    seen(outside.one_reply(told))


def test_p16_a_stolen_key_opens_an_open_pulse(loot: Loot) -> None:
    """The control: with a copy of the live keys and the database, the attack links every one. So the tests can see."""
    linked, scores = secrets_kept.linked_with_keys(loot)
    assert linked == len(loot.truth.comments) > PEOPLE // 2
    assert scores == len(loot.truth.scores)


def test_p16_without_the_control_nothing_is_claimed(loot: Loot) -> None:
    """Where the attack cannot even open with the key, no promise is called held."""
    blind = replace(loot, keys={name: bytes(32) for name in loot.keys})
    control = secrets_kept.control(blind)
    assert control.verdict is Verdict.BROKEN
    found = seen_through([*remains.attack(loot), control])
    assert {finding.verdict for finding in found} == {Verdict.UNKNOWN, Verdict.BROKEN}


@pytest.mark.skipif(not SOAK, reason="so few weeks say nothing: `make soak` lives through forty")
def test_over_all_weeks_chance_explains_the_guesses(request: pytest.FixtureRequest) -> None:
    """The mean of right guesses over all weeks is that of chance, which is one, and no single line-up is above luck.

    The line-ups of one week are alike, so each week counts once: as if all of them came out the same. Then the sum of
    the weeks' means strays no more than a Poisson number with one a week does (its chance has a bound in one formula).
    """
    weeks_of_guesses = request.config.stash[GUESSES]
    total = sum(sum(rights) / len(rights) for rights in weeks_of_guesses)
    assert poisson_strays(total, len(weeks_of_guesses)) > FALSE_ALARM
    every = [right for rights in weeks_of_guesses for right in rights]
    assert max(every) <= most_by_chance(len(every))


def poisson_strays(total: float, mean: int) -> float:
    """What the chance is under that a Poisson number is so far or further from its mean, on this side."""
    return exp(total - mean - (total * log(total / mean) if total else 0))
