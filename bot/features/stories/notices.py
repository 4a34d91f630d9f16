"""What reaches channels."""

from __future__ import annotations

from dataclasses import dataclass

from bot.composing import Reader
from bot.core import Call
from bot.domain.people import Tree
from bot.domain.stories import Audience, Story
from bot.features.stories.screens import headline, story_parts
from bot.ports.channels import Channel
from bot.ports.outbox import Destination, When
from bot.ports.store import Transaction
from bot.views import View
from bot.wire import Notice
from bot.words import N_


@dataclass(frozen=True, slots=True)
class StoryShared(Notice, batched=True):
    """A story may be shown."""

    story: str


async def compose_shared(notice: StoryShared, reader: Reader) -> View | None:
    """The story for a channel; a withdrawn one is not sent, and where it stands already it says that it is gone."""
    story = await reader.tx.stories.get(notice.story)
    t = reader.words
    tree = await reader.tx.people.tree(reader.organisation.id)
    shown_here = story is not None and reader.channel is not None and _shown_in(reader.channel, story, tree)
    if story is None or not shown_here or not story.shown_at(reader.now):
        gone = View(t(N_("A story was withdrawn by the person who told it.")))
        return gone if reader.editing else None
    programme = await reader.tx.programmes.get(story.programme)
    teller = await reader.tx.people.get(story.teller) if story.teller else None
    by = teller.name if teller else t(N_("A colleague"))
    return View(headline(programme, story, t), tuple(story_parts(story, by, t)), about=story.id)


async def stands(story: str, _edition: int, tx: Transaction) -> bool:
    """Whether a story is still shared, which it then is until the transaction ends."""
    return await tx.stories.lock_if_shared(story)


async def spread(story: Story, call: Call) -> None:
    """Queue a story for every channel that may show it: at once with a name, else with its batch."""
    tree = await call.tx.people.tree(story.organisation)
    due = story.shown_from or call.now
    for channel in await call.tx.channels.list_all(story.organisation):
        if _shown_in(channel, story, tree):
            key = f"{StoryShared.name()}:{story.id}:{channel.id}"
            await call.tx.outbox.queue(
                story.organisation, StoryShared(story.id), Destination(channel=channel.id), When(due), key
            )


def _shown_in(channel: Channel, story: Story, tree: Tree) -> bool:
    """A team's story in its own channel; any other in those of the whole organisation."""
    return channel.unit == (story.unit if story.audience is Audience.TEAM else tree.root.id)
