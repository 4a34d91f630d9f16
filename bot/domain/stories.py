"""Stories of change: what they hold, who may see them, and what is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.keeping import Keeping
from bot.errors import Refusal
from bot.wire import is_blank
from bot.words import N_, NC_

LONGEST = 2000
TOO_LONG = N_("Please keep it to {longest} characters. Yours has {n}; shorten it and send it again.")
EMPTY = N_("Please tell us in a few words what happened.")


STORIES = Keeping(N_("A story"), NC_("story", "until you withdraw it"))
DRAFTS = Keeping(N_("A draft of a story"), N_("{days} days"), timedelta(days=30))
TELLERS = Keeping(
    N_("Who told a story without a name"),
    N_("locked, and destroyed {days} days after the programme"),
    timedelta(days=90),
)


class StoryKind(StrEnum):
    """What sort of story. What did not work is as welcome as what did."""

    LEARNED = "learned"
    CHANGED = "changed"
    HELPED = "helped"
    FAILED = "failed"


KINDS = {
    StoryKind.LEARNED: N_("Something I learned"),
    StoryKind.CHANGED: N_("Something we changed"),
    StoryKind.HELPED: N_("Somebody who helped"),
    StoryKind.FAILED: N_("Something that did not work"),
}


class Audience(StrEnum):
    """How far a story may travel. Each step contains the one before."""

    TEAM = "team"
    ORGANISATION = "organisation"
    OUTSIDE = "outside"


AUDIENCES = {
    Audience.TEAM: N_("My team"),
    Audience.ORGANISATION: N_("The whole organisation"),
    Audience.OUTSIDE: N_("The organisation, and others outside it"),
}


class StoryState(StrEnum):
    """A draft is seen by its teller only."""

    DRAFT = "draft"
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Story:
    """A story.

    `teller` is a person's id only where they chose to be named; otherwise it is empty, here and in the store.
    """

    id: str
    organisation: str
    programme: str
    unit: str
    kind: StoryKind
    text: str
    changed: str
    audience: Audience
    day: date
    state: StoryState = StoryState.DRAFT
    teller: str = ""
    shown_from: datetime | None = None

    def shown_at(self, now: datetime) -> bool:
        """Whether it may be shown: an unnamed one not before its batch, so that the moment of telling is lost."""
        return self.state is StoryState.SHARED and (self.shown_from is None or self.shown_from <= now)


def accept_text(words: str, field: str, *, required: bool = True) -> str:
    """A story's words, trimmed, or why they are not accepted."""
    kept = words.strip()
    if required and is_blank(kept):
        raise Refusal(EMPTY, field=field)
    if len(kept) > LONGEST:
        raise Refusal(TOO_LONG, field=field, values={"longest": LONGEST, "n": len(kept)})
    return kept
