"""How long things are kept: the table that people are shown, and that the store forgets by."""

from __future__ import annotations

from bot.domain.keeping import Keeping
from bot.domain.messages import ENVELOPES, MESSAGES
from bot.domain.people import INVITATIONS, LEFT, PERSON, SETTINGS, WORKSPACES
from bot.domain.pulses import ANSWERS, ASKED, RESULTS, ROSTER
from bot.domain.sessions import CODES
from bot.domain.stories import DRAFTS, STORIES, TELLERS
from bot.domain.threads import THREADS

RETENTION: tuple[Keeping, ...] = (
    PERSON,
    LEFT,
    SETTINGS,
    ANSWERS,
    ROSTER,
    ASKED,
    MESSAGES,
    RESULTS,
    THREADS,
    STORIES,
    DRAFTS,
    TELLERS,
    CODES,
    INVITATIONS,
    ENVELOPES,
    WORKSPACES,
)
