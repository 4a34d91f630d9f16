"""What is kept of messages: that they were sent or came in, and never what they said."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.keeping import Keeping
from bot.words import N_

MESSAGES = Keeping(
    N_("That any other message was sent to you, never what it said"),
    N_("at most {days} days after it was due"),
    timedelta(days=7),
)
ENVELOPES = Keeping(
    N_("That a message from Slack or Teams was handled, not from whom"),
    N_("{days} days, while it might be sent again"),
    timedelta(days=2),
)
