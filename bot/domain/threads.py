"""Conversations between staff and leaders, anonymous or named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.errors import Refusal
from bot.words import N_

LONGEST = 2000
TOO_LONG = N_("Please keep it to {longest} characters. Yours has {n}; shorten it and send it again.")
EMPTY = N_("Please write something first.")
CLOSED = N_("This conversation has been closed. Nothing more can be sent in it.")


class Side(StrEnum):
    """Who is speaking."""

    STAFF = "staff"
    LEADER = "leader"


class Recipient(StrEnum):
    """Whom the author wants to read it."""

    LEADER = "leader"
    ABOVE = "above"
    STEWARD = "steward"


RECIPIENTS = {
    Recipient.LEADER: N_("The leader of my unit"),
    Recipient.ABOVE: N_("The level above"),
    Recipient.STEWARD: N_("The programme's stewards"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a thread. It has a day and no time; `shown_from` is the batch it is handed over with."""

    id: str
    side: Side
    day: date
    body: str
    shown_from: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation. `author` is a person's id only where they chose to be named. `unit` is whose leaders read it."""

    id: str
    organisation: str
    unit: str
    recipient: Recipient
    opened: date
    author: str = ""
    closed: bool = False
    entries: tuple[Entry, ...] = ()

    def seen_by(self, side: Side, now: datetime) -> Thread:
        """The conversation as one side may read it: what the other has written only after its batch."""
        return replace(self, entries=tuple(e for e in self.entries if e.side is side or e.shown_from <= now))

    def on_its_way(self, now: datetime) -> Entry | None:
        """The first message that has not been handed over yet."""
        return next((entry for entry in self.entries if entry.shown_from > now), None)

    @property
    def waiting(self) -> bool:
        """Whether it is the leader's turn."""
        return not self.closed and bool(self.entries) and self.entries[-1].side is Side.STAFF


def accept_body(words: str) -> str:
    """What may be sent, trimmed, or why it is not accepted."""
    kept = words.strip()
    if not kept:
        raise Refusal(EMPTY, field="body")
    if len(kept) > LONGEST:
        raise Refusal(TOO_LONG, field="body", values={"longest": LONGEST, "n": len(kept)})
    return kept


def require_open(thread: Thread) -> None:
    """Refuse anything more in a closed conversation."""
    if thread.closed:
        raise Refusal(CLOSED)
