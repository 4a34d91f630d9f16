"""What leaked elsewhere: defects of well-known tools for anonymous questions, each with why it cannot happen here.

They are named by project and number, and described by their authors in the pull requests and issues of
LimeSurvey/LimeSurvey, EUSurvey/EUSURVEY and TEAMMATES/teammates on GitHub.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.web import render
from bot.domain.pulses import State
from bot.views import Ask, Reply
from storage.engine import open_engines
from tests.attack.thief import Rows, steal
from tests.world import CLOSES, DIGEST, MONDAY, OPENS, World

MOMENT = datetime(2026, 11, 17, 13, 37, 11, tzinfo=UTC)
"""When people answer here: at no moment that is planned for anything."""
FRIDAY = MONDAY + timedelta(days=4)
BY_PERSON = {"people", "accounts", "pulse_roster", "deliveries"}
"""Where a person may be named: what they are, and what everybody is sent."""


async def test_limesurvey_5071_no_date_of_an_answer_is_stored(world: World) -> None:
    """LimeSurvey pull request #5071 (of 2026, merged): some dates of a response, of those for its start, its change and
    its submission, were stored as they were although the survey was set to anonymized responses; and dates lead to
    people. Here no table has a place for such a date, whether a pulse is open or closed: no value of any row tells the
    hour or the day on which somebody answered."""
    await world.at(OPENS)
    world.time[0] = MOMENT
    for number in range(14):
        await world.answer(f"u{number}", 4, "More notice would help")
    opened = await steal(world)
    assert opened["ballots"]
    await world.at(CLOSES)
    await world.at(DIGEST)
    really = datetime.now(UTC)
    for loot in (opened, await steal(world)):
        assert not _told(loot, MOMENT)
        assert MONDAY <= really.date() <= FRIDAY or not _told(loot, really), "the database notes the time by itself"
    assert _told(opened, OPENS), "the search cannot see a time at all"


async def test_limesurvey_2091_no_form_carries_who_it_is_for(world: World) -> None:
    """LimeSurvey pull request #2091 (of 2021, merged; its tracker's issue #14302): the page of an anonymous survey held
    the participant's token in a hidden input. Here what two people are shown is the same to the letter, in the pulse
    and in its form with its hidden inputs: it names the pulse only, and who is speaking comes from the verified
    envelope alone."""
    await world.at(OPENS)
    pulse = await world.pulse()
    five, six = world.mailbox.to("u5")[0], world.mailbox.to("u6")[0]
    assert render.view(five) == render.view(six)
    forms = [await world.ask(account, "WriteComment", pulse=pulse.id) for account in ("u5", "u6")]
    drawn = [_drawn(form) for form in forms]
    assert drawn[0] == drawn[1]
    people = {str(row[name]) for row in (await steal(world))["people"] for name in ("id", "key", "name", "email")}
    for page in (render.view(five), *drawn):
        assert not [who for who in people if re.search(rf"\b{re.escape(who)}\b", page)]
    assert forms[0] == forms[1]
    assert isinstance(forms[0], Ask)
    assert forms[0].form.fixed == {"pulse": pulse.id}, "a form brings back something else than its pulse"


async def test_limesurvey_4389_what_was_set_beforehand_holds_when_it_opens(world: World) -> None:
    """LimeSurvey pull request #4389 (its tracker's issue #20192): responses were not anonymized when a survey was
    activated while its participant settings were on the screen. Here there is nothing to switch on: a pulse opens
    anonymous whatever is set, cannot be stored otherwise, and takes over the thresholds that its programme has at
    that moment, which then decide what is published."""
    with pytest.raises(DBAPIError, match="at least 5 people"):
        await _rewrite(world, "UPDATE programmes SET k = 2")
    await _rewrite(world, "UPDATE programmes SET k = 8, k_comment = 13")
    await world.at(OPENS)
    pulse = await world.pulse()
    assert (pulse.k, pulse.k_comment) == (8, 13)
    [row] = (await steal(world))["pulses"]
    assert row["mode"] == "anonymous"
    assert row["seal"] is not None
    for number in range(7):
        await world.answer(f"u{number}", 4, "More notice would help")
    await world.at(CLOSES)
    loot = await steal(world)
    assert (await world.pulse()).state is State.SEALED
    assert [*loot["numbers"], *loot["segment_numbers"], *loot["indices"], *loot["comments"], *loot["turnouts"]] == []


async def test_eusurvey_324_anonymity_can_not_be_taken_back(world: World) -> None:
    """EUSurvey pull request #324 (of 2020, merged; ESURVEY-7004): the anonymity option of a survey could be reverted,
    and revealed identities. Here the database refuses it, for open and closed pulses; and whoever removes that guard
    and reverts it all the same finds nobody: what was answered was never stored with a name."""
    await world.at(OPENS)
    for number in range(14):
        await world.answer(f"u{number}", 4, "More notice would help")
    with pytest.raises(DBAPIError, match="less anonymous"):
        await _rewrite(world, "UPDATE pulses SET mode = 'named'")
    await world.at(CLOSES)
    with pytest.raises(DBAPIError, match="less anonymous"):
        await _rewrite(world, "UPDATE pulses SET mode = 'named'")
    where = "" if world.database.startswith("sqlite") else " ON pulses"
    await _rewrite(world, f"DROP TRIGGER pulses_update_keeps_the_promise{where}", "UPDATE pulses SET mode = 'named'")
    await world.at(DIGEST)
    loot = await steal(world)
    assert [row["mode"] for row in loot["pulses"]] == ["named"]
    ids = {str(row["id"]) for row in loot["people"]}
    named = {table for table, rows in loot.items() if any(ids & set(map(str, row.values())) for row in rows)}
    assert named <= BY_PERSON
    shown = str(world.mailbox.sent)
    assert not [row for row in loot["people"] if str(row["name"]) in shown]


async def test_teammates_4597_no_pseudonym_joins_two_answers(world: World) -> None:
    """TEAMMATES issue #4597 (of 2015, closed): an anonymous respondent had the same random id in all questions, so that
    whoever was guessed from one answer was known in all. Here nothing joins two answers of one person: neither two
    ballots that are still sealed, nor two comments of two weeks, nor a comment and a score."""
    await world.at(OPENS)
    for number in range(14):
        await world.answer(f"u{number}", number % 5 + 1, "More notice would help")
    opened = await steal(world)
    everywhere = {"pulse_id", "organisation_id", "xmin"}
    assert not _shared(opened["ballots"], everywhere), "two ballots have something in common"
    await world.at(CLOSES)
    await world.at(OPENS + timedelta(days=7))
    for number in range(14):
        await world.answer(f"u{number}", number % 5 + 1, "More notice would help")
    await world.at(CLOSES + timedelta(days=7))
    closed = await steal(world)
    assert {row["pulse_id"] for row in closed["comments"]} == {str(row["id"]) for row in closed["pulses"]}
    about_all = everywhere | {"unit_id", "body", "band", "quotable", "review"}
    assert not _shared(closed["comments"], about_all), "two comments have something in common"
    assert not {str(row["id"]) for row in closed["comments"]} & _values(closed["numbers"])


def _told(loot: dict[str, Rows], moment: datetime) -> set[tuple[str, str]]:
    """The columns that hold this moment, or the day of it where that is not a day on which something was planned."""
    return {
        (table, column)
        for table, rows in loot.items()
        for row in rows
        for column, value in row.items()
        if _tells(value, moment)
    }


def _tells(value: object, moment: datetime) -> bool:
    """Whether a stored value is within an hour of a moment, or its day, in whatever form an engine gives it."""
    match value:
        case datetime():
            return abs(value.replace(tzinfo=UTC) - moment) < timedelta(hours=1)
        case date():
            return value == moment.date() != MONDAY
        case str():
            return f"{moment:%Y-%m-%d}" in value and (f"{moment:%H:}" in value or len(value) == len("2026-11-17"))
        case int() | float():
            return abs(value - moment.timestamp()) < 3600
    return False


def _drawn(form: Reply) -> str:
    assert isinstance(form, Ask)
    return render.form(form.form, {})


def _shared(rows: Rows, about_all: set[str]) -> set[tuple[str, str]]:
    """What two rows have in common, except the columns in which all are alike anyway."""
    found = Counter((column, str(value)) for row in rows for column, value in row.items() if column not in about_all)
    return {pair for pair, times in found.items() if times > 1}


def _values(rows: Rows) -> set[str]:
    return {str(value) for row in rows for value in row.values()}


async def _rewrite(world: World, *statements: str) -> None:
    """Go round the service, as somebody with the database's password would."""
    engines = open_engines(world.database)
    try:
        async with engines.write.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engines.dispose()
