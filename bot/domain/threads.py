"""Conversations between staff and leaders, anonymous or named."""

from __future__ import annotations

import re
import secrets
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.calendar import batch_of_another_day
from bot.domain.ids import ID_BYTES
from bot.domain.keeping import Keeping
from bot.errors import Refusal
from bot.wire import is_blank
from bot.words import N_

LONGEST = 2000
TOO_LONG = N_("Please keep it to {longest} characters. Yours has {n}; shorten it and send it again.")
EMPTY = N_("Please write something first.")
CLOSED = N_("This conversation has been closed. Nothing more can be sent in it.")
TOO_FEW = N_("There are too few people here to hide who wrote it, so nothing was sent. With your name it can be sent.")
TOO_THIN = N_(
    "Too few people's words go the same way as yours to hide who wrote it, so nothing was sent. Everybody can write to "
    "the stewards; or send it with your name."
)
UNKNOWN_CODE = N_("There is no open conversation with this code. It has 16 digits; please check them.")
TOO_MANY_CODES = N_("Too many codes were not right. Please wait ten minutes, and check yours.")
NOT_YET = N_("What was written last is handed over on {when}. Please close the conversation after that.")
NOT_READ = N_(
    "Its author comes back with a code. Please leave it open until {when}, so that they can read your answer."
)
CODE_DIGITS, CODE_GROUP = 16, 4
BETWEEN_DIGITS = re.compile(r"[\s\-\u2010-\u2015]+")
COME_BACK = timedelta(days=14)
SILENT = timedelta(days=90)
THREADS = Keeping(
    N_("A conversation with a leader"),
    N_("until somebody closes it, or {days} days after its last message; then nobody can find its author"),
    SILENT,
)
TELLINGS = 3
"""How often the same news is told at most, where it stays in doubt whether it arrived."""


class Side(StrEnum):
    """Who is speaking."""

    STAFF = "staff"
    LEADER = "leader"


class Recipient(StrEnum):
    """Whom the author wants to read it. What is kept says no more than who does: the leaders of a unit or stewards."""

    LEADER = "leader"
    ABOVE = "above"
    STEWARD = "steward"


RECIPIENTS = {
    Recipient.LEADER: N_("The leader of my unit"),
    Recipient.ABOVE: N_("The level above"),
    Recipient.STEWARD: N_("The programme's stewards"),
}


class Hearing(StrEnum):
    """How the author wants to hear of a reply, which decides what is kept of them."""

    HERE = "here"
    CODE = "code"
    NAMED = "named"


HEARING: Mapping[Hearing, str] = {
    Hearing.HERE: N_("Without my name. Tell me here when there is a reply"),
    Hearing.CODE: N_("Without my name. Give me a code only"),
    Hearing.NAMED: N_("With my name. Tell me here when there is a reply"),
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
    """A conversation. `author` is a person's id only where they chose to be named. `unit` is whose leaders read it.

    `coded` says that nothing leads to its author, who comes back with a code while it is open.
    """

    id: str
    organisation: str
    unit: str
    recipient: Recipient
    opened: date
    author: str = ""
    closed: bool = False
    entries: tuple[Entry, ...] = ()
    coded: bool = False

    def seen_by(self, side: Side, now: datetime) -> Thread:
        """The conversation as one side may read it: what the other has written only after its batch."""
        return replace(self, entries=tuple(e for e in self.entries if e.side is side or e.shown_from <= now))

    def on_its_way(self, now: datetime) -> Entry | None:
        """The first message that has not been handed over yet."""
        return next((entry for entry in self.entries if entry.shown_from > now), None)

    def last_word(self, entry: str, reader: Side, now: datetime) -> bool:
        """Whether this is the last that was said, as far as that side may see: then nobody has answered it."""
        seen = self.seen_by(reader, now).entries
        return not self.closed and bool(seen) and seen[-1].id == entry

    @property
    def waiting(self) -> bool:
        """Whether it is the leader's turn."""
        return not self.closed and bool(self.entries) and self.entries[-1].side is Side.STAFF


def accept_body(words: str) -> str:
    """What may be sent, trimmed, or why it is not accepted."""
    kept = words.strip()
    if is_blank(kept):
        raise Refusal(EMPTY, field="body")
    if len(kept) > LONGEST:
        raise Refusal(TOO_LONG, field="body", values={"longest": LONGEST, "n": len(kept)})
    return kept


def new_code() -> str:
    """A fresh code: 16 digits that nobody can guess."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def spelled(code: str) -> str:
    """The code as it is shown: in four groups, to be written down."""
    return " ".join(code[start : start + CODE_GROUP] for start in range(0, len(code), CODE_GROUP))


def accept_code(words: str) -> str:
    """The digits of a code that was typed, with or without spaces and dashes."""
    code = BETWEEN_DIGITS.sub("", words)
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        raise Refusal(UNKNOWN_CODE, field="code")
    return code


def open_until(thread: Thread) -> tuple[datetime, str] | None:
    """Until when a leader has to leave it open, and why: what was said last has to reach the other side first.

    An author with a code is not told that there is an answer, so they are given a fortnight to come for it.
    """
    if not thread.entries:
        return None
    last = thread.entries[-1]
    if thread.coded and last.side is Side.LEADER:
        return last.shown_from + COME_BACK, NOT_READ
    return max(entry.shown_from for entry in thread.entries), NOT_YET


def told_again(entry: Entry, now: datetime, zone: ZoneInfo, closed: Container[date] = ()) -> datetime:
    """When a reply that may not have reached its author is told once more: see `batch_of_another_day`."""
    return batch_of_another_day(entry.shown_from, now, zone, closed)


def require_open(thread: Thread) -> None:
    """Refuse anything more in a closed conversation."""
    if thread.closed:
        raise Refusal(CLOSED)


@dataclass(frozen=True, slots=True)
class Seat:
    """A conversation as one side of it sees it, and what they call it by.

    Its readers call it by its id. What an unnamed author is given stays in the chat, so they call it by a handle that
    leads nowhere once it is closed. An author with a code calls it by a ticket; of such a one nothing at all may be
    left in the chat, so all that they are answered is a form.
    """

    thread: Thread
    side: Side
    name: str

    @property
    def ticketed(self) -> bool:
        """Whether it is held with a ticket."""
        return is_ticket(self.name)


def is_ticket(name: str) -> bool:
    """A ticket is longer than an id or a handle."""
    return len(name) > 2 * ID_BYTES
