"""The notice to staff: what is kept, for how long, and what cannot be protected, in words for everybody."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.keeping import Keeping
from bot.views import Element, Fields, Heading, View, text
from bot.words import N_, Words

PROMISES = (
    N_("An answer to a pulse is locked with a key made for that pulse alone, without your name, a time or an order."),
    N_("When the pulse closes, all answers are opened together, counted and destroyed, and the key with them."),
    N_("After that nobody can find out who answered, let alone what: not your leader, not IT, not us."),
    N_("Scores are shown for at least 5 people, comments for at least 10, and never so that subtracting tells more."),
)
LIMITS = (
    N_("Somebody who controls the server and its keys while a pulse is open could, with effort, look."),
    N_("What you write, and how you write it, can give you away."),
    N_("Slack, Microsoft and your IT department can see that you use this app, and when."),
)


def notice(retention: Sequence[Keeping], t: Words) -> View:
    """The whole notice, with what is kept and how long."""
    body: list[Element] = [text(t(promise)) for promise in PROMISES]
    body += [Heading(t(N_("What we cannot protect"))), *(text(t(limit)) for limit in LIMITS)]
    body += [Heading(t(N_("What is kept"))), Fields(kept(retention, t))]
    return View(t(N_("Privacy: what Hundred Days does with what you say")), tuple(body))


def kept(retention: Sequence[Keeping], t: Words) -> tuple[tuple[str, str], ...]:
    """What is kept, and for how long."""
    return tuple((t(row.what), t(row.how_long, **row.numbers)) for row in retention)
