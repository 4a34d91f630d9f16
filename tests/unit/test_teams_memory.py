"""What one process remembers for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.teams.inbound import Heard, Kind
from adapters.teams.memory import Pocket, Welcomed
from bot.core import Request
from bot.domain.people import Address, Identity, Platform

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)


class Watch:
    """A clock that a test moves."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def heard(user: str, held: str) -> Heard:
    request = Request(Identity(Platform.TEAMS, "t", user), "Tell", {"text": ""}, envelope=f"of-{user}")
    return Heard(Kind.OPENED, request, Address(Platform.TEAMS, "t", user), held=held)


def typed(user: str, text: str) -> Request:
    return Request(Identity(Platform.TEAMS, "t", user), "Tell", {"text": text}, envelope=f"typed-{user}")


def test_greeting_is_repeated_only_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who installs the app again later is greeted again; the memory of it is bounded."""
    monkeypatch.setattr("adapters.teams.limits.REMEMBERED", 1)
    times = iter([NOW, NOW, NOW + timedelta(minutes=11), NOW, NOW])
    welcomed = Welcomed(lambda: next(times))
    assert [welcomed.first_time("a:ana") for _ in range(3)] == [True, False, True]
    assert welcomed.first_time("a:ben")
    assert welcomed.first_time("a:ana")


def test_typed_words_are_found_by_their_person_only() -> None:
    """What somebody typed fills their own form, and nobody else's who names it."""
    pocket = Pocket(lambda: NOW)
    pocket.hold(typed("ana", "secret"))
    assert pocket.filled(heard("ana", "typed-ana")).values == {"text": "secret"}
    assert pocket.filled(heard("ben", "typed-ana")).values == {"text": ""}
    assert pocket.filled(heard("ana", "")).values == {"text": ""}


def test_pocket_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the latest words wait; a form whose words are gone opens empty."""
    monkeypatch.setattr("adapters.teams.limits.HELD", 1)
    pocket = Pocket(lambda: NOW)
    pocket.hold(typed("ana", "first"))
    pocket.hold(typed("ben", "second"))
    assert pocket.filled(heard("ana", "typed-ana")).values == {"text": ""}
    assert "second" not in repr(pocket)


def test_pocket_is_emptied_after_a_while() -> None:
    """Words wait for ten minutes: then a form opens empty, and whatever anybody does next, they are gone."""
    watch = Watch()
    pocket = Pocket(watch)
    pocket.hold(typed("ana", "secret"))
    watch.now += timedelta(minutes=4)
    pocket.hold(typed("ben", "later"))
    watch.now += timedelta(minutes=6) - timedelta(seconds=1)
    assert pocket.filled(heard("ana", "typed-ana")).values == {"text": "secret"}
    watch.now += timedelta(seconds=1)
    assert pocket.filled(heard("cat", "")).values == {"text": ""}
    assert [dict(held.values) for held in pocket._held.values()] == [{"text": "later"}]
    assert pocket.filled(heard("ana", "typed-ana")).values == {"text": ""}
