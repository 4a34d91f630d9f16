"""What one process remembers for a while, and may forget: nothing here is needed for an answer to be right."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from adapters.teams import limits
from adapters.teams.inbound import Heard
from bot.core import Request
from bot.domain.people import Identity
from bot.ports.clock import Clock


@dataclass(slots=True)
class Welcomed:
    """Who was greeted just now. Teams tells of one installation twice."""

    clock: Clock
    _recent: OrderedDict[str, datetime] = field(default_factory=OrderedDict)

    def first_time(self, conversation: str) -> bool:
        """Whether this conversation has not been greeted in the last minutes."""
        now = self.clock()
        last = self._recent.get(conversation)
        if last is not None and now - last < timedelta(seconds=limits.WELCOME_SECONDS):
            return False
        self._recent[conversation] = now
        if len(self._recent) > limits.REMEMBERED:
            self._recent.popitem(last=False)
        return True

    def forget(self, conversation: str) -> None:
        """The greeting has not gone out."""
        self._recent.pop(conversation, None)


@dataclass(slots=True)
class Posted:
    """Which envelopes a message has gone out for. When one comes again nobody is written to twice."""

    _recent: OrderedDict[str, None] = field(default_factory=OrderedDict, repr=False)

    def note(self, envelope: str) -> None:
        """A message goes out, has gone out, or may have."""
        if envelope:
            self._recent[envelope] = None
        if len(self._recent) > limits.REMEMBERED:
            self._recent.popitem(last=False)

    def forget(self, envelope: str) -> None:
        """It has not gone out after all."""
        self._recent.pop(envelope, None)

    def known(self, envelope: str) -> bool:
        """Whether a message has gone out for this envelope."""
        return envelope in self._recent


@dataclass(frozen=True, slots=True)
class Held:
    """What was typed, and until when it waits."""

    values: Mapping[str, str]
    until: datetime


@dataclass(slots=True)
class Pocket:
    """What somebody typed with a command, until the form that it belongs in is opened, except minutes only.

    A card keeps what is in it, so it must not hold such words. If they are gone when the form opens, it opens empty.
    """

    clock: Clock
    _held: OrderedDict[tuple[Identity, str], Held] = field(default_factory=OrderedDict, repr=False)

    def hold(self, request: Request) -> None:
        """Keep what was typed, for the person who typed it."""
        until = self.clock() + timedelta(seconds=limits.HELD_SECONDS)
        self._held[request.identity, request.envelope] = Held(request.values, until)
        self._held.move_to_end((request.identity, request.envelope))
        self._empty()

    def filled(self, heard: Heard) -> Request:
        """The request with what its person typed before."""
        self._empty()
        held = self._held.get((heard.request.identity, heard.held)) if heard.held else None
        return replace(heard.request, values={**heard.request.values, **held.values}) if held else heard.request

    def _empty(self) -> None:
        """Let go of what has waited long enough: whoever comes, and whatever for."""
        now = self.clock()
        while self._held:
            oldest = next(iter(self._held.values()))
            if oldest.until > now and len(self._held) <= limits.HELD:
                return
            self._held.popitem(last=False)
