"""The weekly digest: what a unit said, and what is being done about it, in its own channel."""

from collections.abc import Sequence
from functools import partial

from bot.composing import NoticeHandler
from bot.core import Route
from bot.domain.people import LEADING
from bot.feature import DigestSection, Door, Feature, Place, sections_of
from bot.features.digests import commands, handlers, notices, sections
from bot.plan import WeeklyMoment
from bot.words import N_

OWN = (DigestSection(Place.NUMBERS, sections.numbers), DigestSection(Place.THEMES, sections.written_about))


def declare(others: Sequence[Feature]) -> Feature:
    """The digest, with what it says of its own and what other features have it say."""
    said = sections_of((Feature("digests", digest_sections=OWN), *others))
    return Feature(
        name="digests",
        commands={commands.ShowDigest: Route(partial(handlers.show, said), roles=LEADING, reads=True)},
        notices={
            notices.WeeklyDigest: NoticeHandler(partial(notices.compose, said), stands=partial(notices.stands, said))
        },
        jobs={WeeklyMoment.DIGEST: notices.post},
        doors=(Door(N_("Latest digest"), commands.ShowDigest(), roles=LEADING),),
        digest_sections=OWN,
    )
