"""One-time codes and the half hour they open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import sessions
from bot.domain.people import Person, Role
from bot.domain.sessions import SESSION_LASTS, Purpose, begin, code_hash, fresh_code, given

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
ALYS = Person("p1", "o1", "k1", "Alys", "u1")


@pytest.mark.unseeded
def test_a_code_holds_at_least_128_random_bits_and_is_never_the_same() -> None:
    """A thousand codes are a thousand different ones, of 24 random bytes each, as the system draws them.

    Two are the same by chance once in 10⁵² runs.
    """
    codes = {fresh_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert {len(code) for code in codes} == {32}


def test_what_is_kept_of_a_code_is_not_the_code() -> None:
    """Its hash differs from it, from that of every other code, and from a plain hash of the same words."""
    code = fresh_code()
    assert code not in code_hash(code)
    assert code_hash(code) != code_hash(code[:-1])
    assert len(code_hash(code)) == 64


@pytest.mark.parametrize("typed", ["{}", " {}\n", "https://pages.example/enter#{}", "enter#{} "])
def test_a_code_may_be_pasted_with_its_link(typed: str) -> None:
    """Whoever pastes the whole link, or a space too many, gets in all the same."""
    code = fresh_code()
    assert given(typed.format(code)) == code


def test_a_link_leaves_nothing_to_a_server_but_where_the_pages_are() -> None:
    """The code stands behind the `#`, which a browser keeps to itself, and nothing else tells who it is for."""
    address, _, code = sessions.link("https://pages.example", "abc").partition("#")
    assert (address, code) == ("https://pages.example/enter", "abc")


def test_a_session_lasts_half_an_hour() -> None:
    """It admits until its last moment and not at it."""
    session = begin(ALYS, NOW)
    assert session.admits(ALYS, NOW + SESSION_LASTS - timedelta(microseconds=1))
    assert not session.admits(ALYS, NOW + SESSION_LASTS)


@pytest.mark.parametrize(
    "now", [replace(ALYS, role=Role.LEADER), replace(ALYS, organisation="o2"), replace(ALYS, id="p2")]
)
def test_a_session_ends_with_the_role_it_began_with(now: Person) -> None:
    """Another role, organisation or person is not admitted."""
    assert not begin(ALYS, NOW).admits(now, NOW)


def test_a_pass_names_person_organisation_and_purpose() -> None:
    """A code is bound to all three, and to a moment."""
    made = sessions.pass_for(ALYS, Purpose.LINK, NOW)
    assert (made.organisation, made.person, made.purpose, made.until) == ("o1", "p1", Purpose.LINK, NOW)
