"""What is held of the stories that somebody has told, and how it is forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import Call
from bot.domain.stories import StoryState
from bot.features.stories.handlers import take_back
from bot.views import Element, Fields
from bot.words import N_

WRITTEN = N_("What you have written")
GOES = N_("Your drafts and stories, in every message they stand in.")


async def show(call: Call) -> Sequence[Element]:
    """How many stories and drafts lead to this person."""
    t = call.words
    stories = await call.tx.stories.by_teller(call.organisation.id, call.person.id)
    told = [story for story in stories if story.state is not StoryState.DRAFT]
    rows = (
        (t(N_("Stories with your name")), str(sum(bool(story.teller) for story in told))),
        (t(N_("Stories without your name")), str(sum(not story.teller for story in told))),
        (t(N_("Drafts")), str(len(stories) - len(told))),
    )
    return (Fields(rows),)


async def erase(call: Call) -> None:
    """Take back every story and draft of this person, everywhere."""
    for story in await call.tx.stories.by_teller(call.organisation.id, call.person.id):
        await take_back(story, call)
