"""How much one person may write in a day."""

from __future__ import annotations

from bot.words import N_

A_DAY = 30
TOO_MUCH = N_("That is a lot for one day. Please go on tomorrow; nothing was sent.")
