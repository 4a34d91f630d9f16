"""Stories: a draft of one's own."""

from __future__ import annotations

from bot.domain.stories import StoryState
from bot.features.stories.commands import EditStory, StartStory
from bot.features.stories.notices import StoryShared
from bot.views import Show
from tests.examples.councils import Councils, sent
from tests.examples.example import Example, Values

TEXT = "We closed the form"


async def draft(councils: Councils, workspace: str, account: str) -> str:
    """A draft that this account has begun."""
    reply = await councils.ask(workspace, account, StartStory, {"text": TEXT})
    assert isinstance(reply, Show)
    return sent(reply.view, EditStory)["story"]


async def untouched(councils: Councils, values: Values) -> None:
    """It is still a draft, in its words."""
    async with councils.world.product.store.view() as tx:
        story = await tx.stories.get(values["story"])
    assert story is not None
    assert (story.state, story.text) == (StoryState.DRAFT, TEXT)


EXAMPLE = Example(
    things={"story": draft},
    fields={"text": TEXT, "named": "yes"},
    untouched=untouched,
    batched=frozenset({StoryShared}),
)
