"""Every feature there is, and the tables that are derived from what they declare."""

from __future__ import annotations

from collections.abc import Mapping

from bot.composing import NoticeHandler
from bot.core import Route
from bot.domain.keeping import Keeping
from bot.feature import Feature, Typed, Verb, sections_of
from bot.features import access, channels, digests, home, ideas, mydata, pulses, quotes, settings, stories, threads
from bot.plan import Jobs, WeeklyMoment
from bot.wire import Command, Notice

DECLARED = (
    pulses.FEATURE,
    stories.FEATURE,
    threads.FEATURE,
    ideas.FEATURE,
    quotes.FEATURE,
    settings.FEATURE,
    access.FEATURE,
    channels.FEATURE,
)
"""In the order in which they are offered. A new feature is added here."""

OFFERED = (*DECLARED, mydata.declare(DECLARED), digests.declare(DECLARED))
"""With one's own data and digests, which are made of what the others declare."""

FEATURES: tuple[Feature, ...] = (*OFFERED, home.declare(OFFERED))
"""With the front door, which is made of what all others offer."""

COMMANDS: Mapping[type[Command], Route] = {
    kind: route for feature in FEATURES for kind, route in feature.commands.items()
}
HOME = home.commands.HOME
"""The slash command that opens the front door."""

SLASH: tuple[Typed, ...] = tuple(typed for feature in FEATURES for typed in feature.typed)
TYPED: Mapping[str, type[Command]] = {typed.word: typed.command for typed in SLASH}
"""Slash commands. Each takes what was typed after it as `text`; `shown` goes along where others may see it there."""

PRIVATE = frozenset(typed.word for typed in SLASH if typed.private)
"""Slash commands after which nothing should be typed in a chat: it belongs in their form."""

VERBS: Mapping[str, Verb] = {word: verb for feature in FEATURES for verb in feature.verbs for word in verb.words}
"""Words after /100days."""

NOTICES: Mapping[type[Notice], NoticeHandler] = {
    kind: handler for feature in FEATURES for kind, handler in feature.notices.items()
}
RETENTION: tuple[Keeping, ...] = tuple(keeping for feature in FEATURES for keeping in feature.holds)
"""What is kept, and how long: the table that people are shown, and that the store forgets by."""

SECTIONS = sections_of(FEATURES)
"""What the weekly digest is made of, from its first line to its last."""

JOBS: Jobs = {
    moment: tuple(feature.jobs[moment] for feature in FEATURES if moment in feature.jobs) for moment in WeeklyMoment
}
