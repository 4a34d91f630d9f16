"""How long things are kept: one table, which the store forgets by and people are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto

from bot.domain.threads import SILENT
from bot.words import N_


class Kept(StrEnum):
    """What is kept of people."""

    PERSON = auto()
    LEFT = auto()
    SETTINGS = auto()
    ANSWERS = auto()
    ROSTER = auto()
    ASKED = auto()
    MESSAGES = auto()
    RESULTS = auto()
    THREADS = auto()
    STORIES = auto()
    DRAFTS = auto()
    TELLERS = auto()
    CODES = auto()
    INVITATIONS = auto()
    ENVELOPES = auto()
    WORKSPACES = auto()


@dataclass(frozen=True, slots=True)
class Keeping:
    """One row of the table, in words that `time` fills in. Without a `time` it ends as the words say, by no clock."""

    what: str
    how_long: str
    time: timedelta | None = None

    @property
    def numbers(self) -> dict[str, int]:
        """What fills in the words."""
        days = self.time.days if self.time else 0
        return {"days": days, "weeks": days // 7}


RETENTION = {
    Kept.PERSON: Keeping(
        N_("Your name, e-mail, unit, place, grade, role and accounts"),
        N_("as long as you stand in your organisation's own list"),
    ),
    Kept.LEFT: Keeping(
        N_("Your name and number in the list, once you have left it"),
        N_("{weeks} weeks, to keep your name out of quotes and two results from being compared"),
        timedelta(weeks=13),
    ),
    Kept.SETTINGS: Keeping(N_("Your language and settings"), N_("until you change or erase them")),
    Kept.ANSWERS: Keeping(N_("Answers to a pulse"), N_("sealed until it closes, then only counts and comments")),
    Kept.ROSTER: Keeping(
        N_("That you were asked in a pulse, and under which labels"),
        N_("{weeks} weeks; never whether you answered"),
        timedelta(weeks=13),
    ),
    Kept.ASKED: Keeping(N_("That a pulse was sent to you"), N_("until it closes, then only how many were sent")),
    Kept.MESSAGES: Keeping(
        N_("That any other message was sent to you, never what it said"),
        N_("at most {days} days after it was due"),
        timedelta(days=7),
    ),
    Kept.RESULTS: Keeping(
        N_("Counts and comments that were published"), N_("as long as your organisation uses Hundred Days")
    ),
    Kept.THREADS: Keeping(
        N_("A conversation with a leader"),
        N_("until somebody closes it, or {days} days after its last message; then nobody can find its author"),
        SILENT,
    ),
    Kept.STORIES: Keeping(N_("A story"), N_("until you withdraw it")),
    Kept.DRAFTS: Keeping(N_("A draft of a story"), N_("{days} days"), timedelta(days=30)),
    Kept.TELLERS: Keeping(
        N_("Who told a story without a name"),
        N_("locked, and destroyed {days} days after the programme"),
        timedelta(days=90),
    ),
    Kept.CODES: Keeping(N_("A one-time code"), N_("until it is used or its time has passed")),
    Kept.INVITATIONS: Keeping(
        N_("An invitation to connect a workspace"), N_("until it is used, at most {days} days"), timedelta(days=14)
    ),
    Kept.ENVELOPES: Keeping(
        N_("That a message from Slack or Teams was handled, not from whom"),
        N_("{days} days, while it might be sent again"),
        timedelta(days=2),
    ),
    Kept.WORKSPACES: Keeping(
        N_("Accounts and channels of a workspace that removed the app"), N_("{days} days"), timedelta(days=30)
    ),
}


def kept_for(kept: Kept) -> timedelta:
    """How long something is kept that a clock ends."""
    time = RETENTION[kept].time
    if time is None:
        raise ValueError(f"no clock ends {kept}")
    return time
