"""What people ask of stories."""

from __future__ import annotations

from dataclasses import replace

from bot.core import Call
from bot.delivery import edit
from bot.domain import stories as rules
from bot.domain.ids import new_id
from bot.domain.programmes import Programme, of_today
from bot.domain.stories import Audience, Story, StoryKind, StoryState
from bot.errors import Refusal
from bot.features.stories.access import own_story, unnamed_place
from bot.features.stories.commands import EditStory, MyStories, StartStory, TellStory, WithdrawStory
from bot.features.stories.notices import spread
from bot.features.stories.screens import gone_view, how_to_tell, mine_view, preview, story_form, thanks
from bot.views import Ask, Replace, Reply, Show
from bot.wire import Flag
from bot.words import N_

HELP = frozenset({"help", "cymorth"})
NO_PROGRAMME = N_("No programme of change is running at the moment, so there is nowhere to tell it. Nothing was saved.")


async def start(command: StartStory, call: Call) -> Reply:
    """A form, or a draft to look at. Nothing is shown to anybody yet."""
    words = command.text.strip()
    if words.lower() in HELP:
        return Show(how_to_tell(call.words))
    programme = await _running(call)
    if not words:
        return Ask(story_form(_blank(programme, call), call.words))
    call.tx.limits.take(call.person.id, call.today)
    tree = await call.tx.people.tree(call.organisation.id)
    draft = replace(_blank(programme, call), unit=tree.root.id, text=words)
    await call.tx.stories.draft(draft, call.person.id)
    return Show(preview(draft, call.words, shown=command.shown is Flag.YES))


async def edit_story(command: EditStory, call: Call) -> Reply:
    """The form, filled with the draft."""
    story = await own_story(command.story, call)
    return Ask(story_form(story, call.words, story.id))


async def tell(command: TellStory, call: Call) -> Reply:
    """Keep the story and have it shown as far as its teller said. Telling the same draft twice tells it once."""
    story = await own_story(command.story, call) if command.story else None
    if story is None:
        story = _blank(await _running(call), call)
        told = await _told(command, story, call)
        call.tx.limits.take(call.person.id, call.today)
        await call.tx.stories.draft(told, call.person.id)
    elif story.state is StoryState.DRAFT:
        told = await _told(command, story, call)
    else:
        return Replace(thanks(story, call.words))
    await call.tx.stories.save(told)
    await spread(told, call)
    said = thanks(told, call.words)
    return Replace(said) if command.story else Show(said)


async def withdraw(command: WithdrawStory, call: Call) -> Reply:
    """Erase the words, and edit them out of every message they stand in."""
    await take_back(await own_story(command.story, call), call)
    return Replace(gone_view(call.words))


async def mine(_command: MyStories, call: Call) -> Reply:
    """What this person has told, named or not, with a way to take each back."""
    return Show(mine_view(await call.tx.stories.by_teller(call.organisation.id, call.person.id), call.words))


async def take_back(story: Story, call: Call) -> None:
    """Erase the words of a story, and edit them out of every message they stand in."""
    await call.tx.stories.discard(story.id, story.state)
    for post in await call.tx.channels.posts_about(story.organisation, story.id):
        await edit(call.tx, post, call.now)


async def _running(call: Call) -> Programme:
    programme = of_today(await call.tx.programmes.list_all(call.organisation.id), call.today)
    if programme is None:
        raise Refusal(NO_PROGRAMME)
    return programme


def _blank(programme: Programme, call: Call) -> Story:
    return Story(
        id=new_id(),
        organisation=call.organisation.id,
        programme=programme.id,
        unit=call.person.unit,
        kind=StoryKind.LEARNED,
        text="",
        changed="",
        audience=Audience.ORGANISATION,
        day=call.today,
    )


async def _told(command: TellStory, story: Story, call: Call) -> Story:
    """The story as it will be kept."""
    named = command.named is Flag.YES
    unit, audience = (call.person.unit, command.audience) if named else await unnamed_place(command.audience, call)
    return replace(
        story,
        unit=unit,
        kind=command.kind,
        text=rules.accept_text(command.text, "text"),
        changed=rules.accept_text(command.changed, "changed", required=False),
        audience=audience,
        day=call.today,
        state=StoryState.SHARED,
        teller=call.person.id if named else "",
        shown_from=None if named else call.organisation.next_batch(call.now),
    )
