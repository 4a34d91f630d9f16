"""Whose story it is, and where one without a name may stand."""

from __future__ import annotations

from bot.core import Call
from bot.domain.people import THREAD_UNIT_MIN
from bot.domain.stories import Audience, Story
from bot.errors import NotFound, Refusal
from bot.words import N_

TEAM_TOO_SMALL = N_(
    "Fewer than five people of your team are here, so without your name it would still give you away. Show your name, "
    "or choose the whole organisation."
)
ORGANISATION_TOO_SMALL = N_(
    "Fewer than five people are here, so without your name it would still give you away. Nothing was saved. Show your "
    "name, and it can be told."
)
NOT_YOURS = N_("That story is not there any more.")


async def own_story(story_id: str, call: Call) -> Story:
    """A story that this person has told. Raises `NotFound` for anybody else's, as for one that is not there."""
    story = await call.tx.stories.get(story_id)
    if story is None or not await call.tx.stories.told_by(story_id, call.person.id):
        raise NotFound(NOT_YOURS)
    return story


async def unnamed_place(audience: Audience, call: Call) -> tuple[str, Audience]:
    """Where an unnamed story stands. A team's own does in the team, if enough people can tell one there.

    Those of the units below do not count: they have channels of their own. Any other stands in the organisation, as if
    from anybody: a unit would say who cannot have told it. The team of whoever is in no unit is the organisation.
    """
    heads = await call.tx.people.possible_writers(call.organisation.id)
    root, own = (await call.tx.people.tree(call.organisation.id)).root.id, call.person.unit
    if audience is Audience.TEAM and own != root:
        if heads.get(own, 0) < THREAD_UNIT_MIN:
            raise Refusal(TEAM_TOO_SMALL, field="audience")
        return own, audience
    if sum(heads.values()) < THREAD_UNIT_MIN:
        raise Refusal(ORGANISATION_TOO_SMALL, field="named")
    return root, Audience.ORGANISATION if audience is Audience.TEAM else audience
